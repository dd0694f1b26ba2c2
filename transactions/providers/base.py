"""What every provider's adapter takes and gives back. No Django, no database: credentials, clock and HTTP come in as arguments.

An adapter is stateless. Money is integer đồng on this side; a provider's own unit exists only inside its folder. A code that an
adapter does not know means *pending*, never failed: unknown is not failed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, StrEnum
from typing import Any, Protocol

from payments_site.kernel.http import HttpClient


class Capability(StrEnum):
    """What only some providers can do; callers ask instead of catching "not implemented"."""

    QUERY = "query"
    REFUND = "refund"
    PARTIAL_REFUND = "partial_refund"
    QUERY_REFUND = "query_refund"
    CANCEL = "cancel"
    CAPTURE = "capture"
    QR = "qr"
    STATEMENT = "statement"
    # The payer pushes transfers: several may pay one order, each of any amount (PayOS, vietqr).
    TRANSFERS = "transfers"
    # Our own page shows the provider's form (``HasPayerForm``), fetched when the payer opens it.
    PAYER_FORM = "payer_form"


class Outcome(StrEnum):
    """What a provider says of a payment or a refund."""

    PAID = "paid"
    FAILED = "failed"
    SUSPECTED = "suspected"
    PENDING = "pending"
    REVERSED = "reversed"


class AckOutcome(Enum):
    """What became of a notice, to be said in the provider's own words."""

    STORED = "stored"
    REPEATED = "repeated"
    UNKNOWN_ORDER = "unknown_order"
    WRONG_AMOUNT = "wrong_amount"
    BAD_SIGNATURE = "bad_signature"
    UNREADABLE = "unreadable"
    OUR_ERROR = "our_error"


class ProviderError(Exception):
    """Something went wrong at or with the provider. ``code`` is the provider's own code, if it gave one."""

    def __init__(self, text: str, *, code: str | None = None) -> None:
        super().__init__(text)
        self.text = text
        self.code = code


class ProviderRefused(ProviderError):
    """The provider said no, clearly: nothing was created there."""


class ReferenceTaken(ProviderRefused):
    """The provider has an order under our reference that is not ours: another reference has to be drawn."""


class CredentialsRefused(ProviderRefused):
    """The provider does not accept our credentials or signature."""


class FateUnknown(ProviderError):
    """No readable answer: it may or may not have happened. Ask again; never fail for it."""


class AnswerUnreadable(FateUnknown):
    """An answer came but it can not be read or its signature is not the provider's."""


class InvalidSignature(Exception):
    """The message was not signed with this account's key."""


class MalformedNotification(Exception):
    """The message can not be read at all, or lacks what it must have."""


@dataclass(frozen=True)
class AccountContext:
    """An account as an adapter needs it. ``urls`` are the installation's overrides (``VNPAY_API_URL`` ...), empty when unset."""

    environment: str
    credentials: Mapping[str, str] = field(repr=False)
    urls: Mapping[str, str] = field(default_factory=dict)
    api_url: str = ""
    server_ip: str = "127.0.0.1"
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class PaymentOrder:
    """What to ask the provider for. ``reference`` is ours and stable: a repeat with it is the same order."""

    reference: str
    amount: int
    description: str
    return_url: str
    notify_url: str
    payer_ip: str
    locale: str
    created_at: datetime
    expires_at: datetime
    payment_method: str | None = None
    order_id: str = ""
    # Our own page of this very attempt: for providers without a page of their own.
    page_url: str = ""
    # Name, e-mail and phone as the client gave them; only what a provider asks for may leave.
    payer: Mapping[str, str] = field(default_factory=dict, repr=False)
    # The moment of this call; ``created_at`` stays that of the attempt.
    now: datetime | None = None


@dataclass(frozen=True)
class PaymentSession:
    """Where the payer goes. ``provider_created_at`` and ``order_info`` are as sent: later calls must repeat them.

    ``session_id`` is the provider's own name of the order where it gives one before any payment (PayOS paymentLinkId).
    ``qr_code`` is the text of a QR code, never an image.
    """

    payment_url: str
    qr_code: str | None = None
    session_id: str = ""
    provider_created_at: str = ""
    order_info: str = ""
    merchant_code: str = ""


@dataclass(frozen=True)
class RawRequest:
    """A provider's HTTP request as it came: the raw query, without "?", and the raw body."""

    method: str
    query: str
    body: bytes
    content_type: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Transfer:
    """One bank transfer that came in. ``number`` is the bank's own and tells it apart from every other of the account.

    ``payer`` (``bank_bin``, ``bank_name``, ``account_number``, ``account_name``; what is known) is personal: it is kept sealed.
    """

    number: str
    amount: int
    paid_at: datetime | None = None
    memo: str = field(default="", repr=False)
    payer: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class SeenRefund:
    """A refund that the provider shows beside a payment, whoever asked for it. ``reference`` is ours where it names one."""

    refund_no: str
    amount: int
    reference: str | None = None
    made_at: datetime | None = None


@dataclass(frozen=True)
class StatusReport:
    """What the provider says of one payment, by notice or by query; amounts in đồng.

    ``transaction_no`` is None where the provider gave none (VNPay's "0"). ``fields`` are its own words, for the record, without
    the signature and without anything about the payer (name, account): they are not sealed.

    ``transfers`` (only with ``Capability.TRANSFERS``) are the money, whatever ``outcome`` says: a notice brings one, a query all.
    ``refunds`` are the finished refunds a query shows one by one, ``refunded_total`` their sum where it shows only that; None
    where it shows nothing of refunds. ``held``: the money is held for us until it is captured or released.
    """

    outcome: Outcome
    reference: str
    amount: int | None
    transaction_no: str | None = None
    paid_at: datetime | None = None
    response_code: str | None = None
    transaction_status: str | None = None
    failure_code: str | None = None
    failure_vi: str | None = None
    failure_en: str | None = None
    bank_code: str | None = None
    bank_transaction_no: str | None = None
    card_type: str | None = None
    pay_date: str | None = None
    signature: str | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    unknown_code: bool = False
    # False when the provider itself could not say (busy, asked too soon): no news about the payment.
    conclusive: bool = True
    held: bool = False
    transfers: tuple[Transfer, ...] = ()
    refunds: tuple[SeenRefund, ...] | None = None
    refunded_total: int | None = None


@dataclass(frozen=True)
class Peeked:
    """Whom an *untrusted* request says it is about: the account's identifier, our reference, the provider's own name of it."""

    identifier: str | None = None
    reference: str | None = None
    session_id: str | None = None


@dataclass(frozen=True)
class Notification:
    """A verified notice. ``refund`` marks one that reports on a refund, not on the payment.

    ``by_memo``: money on a bank account that names no reference of ours; which payment it pays is read from the memo of
    ``report.transfers`` (the services do that), and what matches none is kept as unidentified money.
    ``probe``: the provider only tries our address; it is answered as stored and applies to nothing.
    """

    report: StatusReport
    refund: bool = False
    by_memo: bool = False
    probe: bool = False


@dataclass(frozen=True)
class ReturnView:
    """What the payer's browser brought back; for display only, it never settles anything."""

    reference: str
    outcome: Outcome
    amount: int | None = None
    message_vi: str = ""
    message_en: str = ""
    transaction_no: str | None = None
    # The payer gave up on purpose: the client's cancel_url is where to go.
    cancelled: bool = False


@dataclass(frozen=True)
class PaymentRef:
    """Which payment to ask about."""

    reference: str
    provider_created_at: str
    created_at: datetime
    transaction_no: str | None = None
    order_info: str = ""
    session_id: str = ""
    amount: int = 0


@dataclass(frozen=True)
class RefundOrder:
    """What to give back. ``reference`` is ours and stable: a repeat with it is the same refund.

    ``created_at`` is when the refund was first sent, ``now`` when it is sent or asked about. ``refunded_before`` is the sum of
    the payment's other refunds that are completed; ``others_in_flight`` says whether more are on their way beside this one.
    """

    reference: str
    payment: PaymentRef
    amount: int
    payment_amount: int
    full: bool
    reason: str
    requested_by: str
    now: datetime
    created_at: datetime | None = None
    refund_no: str | None = None
    refunded_before: int = 0
    others_in_flight: bool = False


@dataclass(frozen=True)
class RefundReport:
    """What the provider says of a refund: PAID means the money went back, PENDING that it is on its way.

    ``unknown`` (with PENDING, only of ``query_refund``): the provider says in so many words that it has no refund under our
    reference. It is sent again then, so only an adapter says so whose provider never makes a second refund of one reference.
    """

    outcome: Outcome
    refund_no: str | None = None
    response_code: str | None = None
    failure_vi: str | None = None
    failure_en: str | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    unknown: bool = False


@dataclass(frozen=True)
class AckResponse:
    """The exact answer to the provider."""

    status: int
    body: bytes
    content_type: str = "application/json"


@dataclass(frozen=True)
class Method:
    """A payment method as ``GET /providers`` shows it."""

    code: str
    name_vi: str
    name_en: str


@dataclass(frozen=True)
class Limits:
    """What the provider itself accepts, in đồng; both ends inclusive."""

    min_amount: int
    max_amount: int
    max_expiry_minutes: int | None = None
    # A provider whose shortest life is longer than what remains of the payment is not offered.
    min_expiry_minutes: int | None = None


@dataclass(frozen=True)
class PayerForm:
    """A provider's form as our page shows it: the address it posts to, its script, and the script's attributes."""

    action: str
    script_url: str = ""
    script_attributes: Mapping[str, str] = field(default_factory=dict)
    form_fields: Mapping[str, str] = field(default_factory=dict)


class Provider(Protocol):
    """The seven core methods of an adapter, and what it is."""

    code: str
    name: str
    capabilities: frozenset[Capability]
    methods: tuple[Method, ...]
    limits: Limits
    credential_fields: tuple[str, ...]
    identifier_field: str
    # Seconds to wait for an answer of this provider.
    read_timeout: int
    # Response codes of failures that are the payer's own doing (given up, ran out of time): many of them are no alarm.
    payers_own_codes: frozenset[str]

    def reference_for(self, attempt_id: int, now: datetime) -> str:
        """Our reference at the provider, made from the attempt's number; unique over the installation."""

    def accepts_method(self, payment_method: str) -> bool:
        """Whether ``payment_method`` (a method's code or a bank's) can be asked for."""

    def check_credentials(self, credentials: Mapping[str, str]) -> dict[str, str]:
        """Problems by field name ({} = good); form only, nothing is sent."""

    def create_payment(self, account: AccountContext, order: PaymentOrder, http: HttpClient) -> PaymentSession:
        """Raises ``ProviderRefused``, ``CredentialsRefused``, ``FateUnknown``, ``AnswerUnreadable``, ``ProviderUnreachable``."""

    def peek(self, request: RawRequest) -> Peeked:
        """Whom the *untrusted* request claims to be about; never raises."""

    def read_notification(self, account: AccountContext, request: RawRequest) -> Notification:
        """Verifies first. Raises ``InvalidSignature``, ``MalformedNotification``."""

    def acknowledge(self, outcome: AckOutcome, request: RawRequest) -> AckResponse:
        """The provider's own words; pure."""

    def read_return(self, account: AccountContext, request: RawRequest) -> ReturnView:
        """Verifies. Raises ``InvalidSignature``, ``MalformedNotification``."""

    def query_payment(self, account: AccountContext, payment: PaymentRef, http: HttpClient, now: datetime) -> StatusReport:
        """Asks the provider. Raises ``FateUnknown``, ``CredentialsRefused``, ``ProviderUnreachable``, ``ProviderSilent``."""

    def refund(self, account: AccountContext, refund: RefundOrder, http: HttpClient) -> RefundReport:
        """Asks for a refund. Raises as ``query_payment``; an explicit refusal is a report with outcome FAILED."""

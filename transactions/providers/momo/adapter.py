"""MoMo AIO v2 as a ``Provider``: what it is; creating, refunds, calls and notices live next door."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime

from payments_site.kernel.http import HttpClient
from payments_site.kernel.ids import base32
from transactions.providers.base import (
    AccountContext,
    AckOutcome,
    AckResponse,
    Capability,
    Limits,
    Method,
    Notification,
    PaymentOrder,
    PaymentRef,
    PaymentSession,
    Peeked,
    ProviderRefused,
    RawRequest,
    RefundOrder,
    RefundReport,
    ReturnView,
    StatusReport,
)
from transactions.providers.momo import client, creating, options, refunding, statement, webhook
from transactions.providers.optional import StatementFile

_PRINTABLE = (r"[!-~]{1,256}", "1 to 256 printable characters without spaces are expected")
_CREDENTIAL_FORMS = {
    "partner_code": (r"[A-Za-z0-9_-]{1,50}", "1 to 50 letters, digits, dashes or underscores are expected"),
    "access_key": _PRINTABLE,
    "secret_key": _PRINTABLE,
}
_REFERENCE_LENGTH = 13  # 65 bits hold any bigint
_LONGEST_REASON = 255


class MoMoAdapter:
    """Stateless. MoMo makes the order when asked, and names the page where the payer goes."""

    code: str = "momo"
    name: str = "MoMo"
    capabilities: frozenset[Capability] = frozenset(
        {
            Capability.QUERY,
            Capability.REFUND,
            Capability.PARTIAL_REFUND,
            Capability.QUERY_REFUND,
            Capability.CANCEL,
            Capability.CAPTURE,
            Capability.QR,
            Capability.STATEMENT,
        }
    )
    methods: tuple[Method, ...] = (
        Method("wallet", "Ví MoMo", "MoMo wallet"),
        Method("qr", "Mã QR MoMo", "MoMo QR code"),
        Method("card", "Thẻ ngân hàng", "Bank card"),
        Method("domestic_card", "Thẻ nội địa", "Domestic card"),
        Method("international_card", "Thẻ quốc tế", "International card"),
    )
    # Of the wallet; a domestic card takes 10,000 and more, see ``options.amounts``.
    limits: Limits = Limits(min_amount=1_000, max_amount=50_000_000)
    credential_fields: tuple[str, ...] = ("partner_code", "access_key", "secret_key")
    identifier_field: str = "partner_code"
    read_timeout: int = 30  # MoMo's page asks for at least 30 s
    payers_own_codes: frozenset[str] = frozenset({"1003", "1005", "1006"})

    def reference_for(self, attempt_id: int, now: datetime) -> str:
        """13 characters of upper-case base 32, never used twice."""
        return base32(attempt_id, _REFERENCE_LENGTH).upper()

    def accepts_method(self, payment_method: str) -> bool:
        """One of ``methods``; MoMo takes no bank's code."""
        return payment_method != "" and payment_method in options.REQUEST_TYPES

    def check_credentials(self, credentials: Mapping[str, str]) -> dict[str, str]:
        """A partner code, and two printable keys without spaces."""
        return {
            name: problem
            for name, (form, problem) in _CREDENTIAL_FORMS.items()
            if not re.fullmatch(form, credentials.get(name, ""))
        }

    def create_payment(self, account: AccountContext, order: PaymentOrder, http: HttpClient) -> PaymentSession:
        """MoMo's page for the order. A repeat with the same order is the same order at MoMo, and the same page."""
        return creating.create(account, order, http)

    def peek(self, request: RawRequest) -> Peeked:
        """(``partnerCode``, ``orderId``) as claimed."""
        return webhook.peek(request)

    def read_notification(self, account: AccountContext, request: RawRequest) -> Notification:
        """Paid only with resultCode 0."""
        return webhook.read_notification(account, request)

    def acknowledge(self, outcome: AckOutcome, request: RawRequest) -> AckResponse:
        """204 without a body once stored, whatever it said."""
        return webhook.acknowledge(outcome)

    def read_return(self, account: AccountContext, request: RawRequest) -> ReturnView:
        """Same fields and signature as the notice."""
        return webhook.read_return(account, request)

    def query_payment(self, account: AccountContext, payment: PaymentRef, http: HttpClient, now: datetime) -> StatusReport:
        """With the finished refunds that MoMo shows. An order MoMo does not know (42) is PENDING until it expires."""
        return client.query(account, payment, http, now)

    def refund(self, account: AccountContext, refund: RefundOrder, http: HttpClient) -> RefundReport:
        """PAID at once when MoMo says 0. Repeating it is the same refund at MoMo."""
        return refunding.refund(account, refund, http)

    def query_refund(self, account: AccountContext, refund: RefundOrder, http: HttpClient) -> RefundReport:
        """By refund/query; doubt means PENDING."""
        return refunding.query_refund(account, refund, http)

    def capture_payment(self, account: AccountContext, payment: PaymentRef, http: HttpClient, now: datetime) -> None:
        """Takes the whole amount on hold (9000): MoMo takes no other."""
        client.confirm(account, payment, "capture", "", http)

    def cancel_payment(self, account: AccountContext, payment: PaymentRef, reason: str, http: HttpClient, now: datetime) -> None:
        """Releases a hold. MoMo has no call for an order that nobody paid: without ``auto_capture`` off it is refused unsent."""
        if options.auto_capture(account):
            raise ProviderRefused("MoMo cancels only what it holds, and this account holds nothing")
        client.confirm(account, payment, "cancel", reason[:_LONGEST_REASON], http)

    def fetch_statement(self, account: AccountContext, day: date, http: HttpClient, now: datetime) -> StatementFile | None:
        """By profile 1 of daily files, where its address is set."""
        return statement.fetch(account, day, http, now)

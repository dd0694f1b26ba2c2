"""Bank transfer by VietQR as a ``Provider``: no gateway, our own account; paid by a notice of the bank, matched by its memo."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime

from payments_site.kernel.http import HttpClient
from transactions.providers import memo
from transactions.providers.base import (
    AccountContext,
    AckOutcome,
    AckResponse,
    Capability,
    Limits,
    MalformedNotification,
    Method,
    Notification,
    Outcome,
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
from transactions.providers.emvco import BadValue, TransferQR, build
from transactions.providers.optional import StatementFile
from transactions.providers.vietqr import notice, statement

_CREDENTIAL_FORMS = {
    "bin": (r"[0-9]{6}", "the 6 digits of the bank are expected"),
    "account_number": (r"[A-Za-z0-9]{1,19}", "1 to 19 letters or digits are expected"),
    "account_name": (r"[^\x00-\x1f\x7f]{1,100}", "1 to 100 characters are expected"),
    "webhook_secret": (r"[!-~]{8,256}", "8 to 256 printable characters without spaces are expected"),
}


class VietQRAdapter:
    """Stateless, and nothing is asked of anybody: the payer sees a QR code on our own page."""

    code: str = "vietqr"
    name: str = "VietQR"
    capabilities: frozenset[Capability] = frozenset({Capability.QR, Capability.TRANSFERS, Capability.STATEMENT})
    methods: tuple[Method, ...] = (
        Method("qr", "Mã VietQR", "VietQR code"),
        Method("bank_transfer", "Chuyển khoản ngân hàng", "Bank transfer"),
    )
    # The most that one instant transfer (NAPAS 247) carries is below 500 million.
    limits: Limits = Limits(min_amount=1_000, max_amount=499_999_999)
    credential_fields: tuple[str, ...] = ("bin", "account_number", "account_name", "webhook_secret")
    identifier_field: str = "account_number"
    read_timeout: int = 15
    payers_own_codes: frozenset[str] = frozenset()

    def reference_for(self, attempt_id: int, now: datetime) -> str:
        """10 to 13 characters of a bank memo, with two check characters; never used twice."""
        return memo.reference(attempt_id)

    def accepts_method(self, payment_method: str) -> bool:
        """One of ``methods``."""
        return any(method.code == payment_method for method in self.methods)

    def check_credentials(self, credentials: Mapping[str, str]) -> dict[str, str]:
        """A bank, an account at it, its holder, and the key of the bank's notices."""
        return {
            name: problem
            for name, (form, problem) in _CREDENTIAL_FORMS.items()
            if not re.fullmatch(form, credentials.get(name, ""))
        }

    def create_payment(self, account: AccountContext, order: PaymentOrder, http: HttpClient) -> PaymentSession:
        """Our page, and the QR code of a transfer with amount and memo. Raises ``ProviderRefused``."""
        if not self.limits.min_amount <= order.amount <= self.limits.max_amount:
            raise ProviderRefused("the amount is outside the limits of one transfer")
        number, receiver = account.credentials["bin"], account.credentials["account_number"]
        try:
            qr_code = build(TransferQR(number, receiver, order.amount, order.reference))
        except BadValue as error:
            raise ProviderRefused("the account can not be written into a QR code") from error
        return PaymentSession(
            payment_url=order.page_url, qr_code=qr_code, order_info=order.reference, merchant_code=f"{number}:{receiver}"
        )

    def peek(self, request: RawRequest) -> Peeked:
        """The account that was paid into, as claimed."""
        return notice.peek(request)

    def read_notification(self, account: AccountContext, request: RawRequest) -> Notification:
        """One transfer, to be matched by its memo."""
        return notice.read(account, request)

    def acknowledge(self, outcome: AckOutcome, request: RawRequest) -> AckResponse:
        """200 for whatever was stored."""
        return notice.acknowledge(outcome)

    def read_return(self, account: AccountContext, request: RawRequest) -> ReturnView:
        """Nobody sends the payer back: the page is ours. Raises ``MalformedNotification``."""
        raise MalformedNotification("the payer never leaves us")

    def query_payment(self, account: AccountContext, payment: PaymentRef, http: HttpClient, now: datetime) -> StatusReport:
        """There is nobody to ask: no news."""
        return StatusReport(outcome=Outcome.PENDING, reference=payment.reference, amount=None, conclusive=False)

    def refund(self, account: AccountContext, refund: RefundOrder, http: HttpClient) -> RefundReport:
        """Money goes back by hand. Raises ``ProviderRefused``; ``capabilities`` say so before."""
        raise ProviderRefused("bank transfers have no refunds")

    def fetch_statement(self, account: AccountContext, day: date, http: HttpClient, now: datetime) -> StatementFile | None:
        """By profile 1 of daily files, where its address is set."""
        return statement.fetch(account, day, http, now)

"""ZaloPay version 2 as a ``Provider``: what it is; creating, refunds, calls and callbacks live next door."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime

from payments_site.kernel.clock import vietnam_day
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
    RawRequest,
    RefundOrder,
    RefundReport,
    ReturnView,
    StatusReport,
)
from transactions.providers.optional import StatementFile
from transactions.providers.zalopay import client, creating, options, refunding, statement, webhook

_PRINTABLE = (r"[!-~]{1,256}", "1 to 256 printable characters without spaces are expected")
_CREDENTIAL_FORMS = {
    "app_id": (r"[1-9][0-9]{0,17}", "a number of 1 to 18 digits is expected"),
    "key1": _PRINTABLE,
    "key2": _PRINTABLE,
}
_NUMBER_LENGTH = 13  # 65 bits hold any bigint


class ZaloPayAdapter:
    """Stateless. ZaloPay makes the order when asked, and names the page where the payer goes."""

    code: str = "zalopay"
    name: str = "ZaloPay"
    capabilities: frozenset[Capability] = frozenset(
        {
            Capability.QUERY,
            Capability.REFUND,
            Capability.PARTIAL_REFUND,
            Capability.QUERY_REFUND,
            Capability.CANCEL,
            Capability.QR,
            Capability.STATEMENT,
        }
    )
    methods: tuple[Method, ...] = (
        Method("wallet", "Ví ZaloPay", "ZaloPay wallet"),
        Method("qr", "Mã QR đa năng", "QR code for any bank app"),
        Method("bank_transfer", "Chuyển khoản qua VietQR", "Bank transfer by VietQR"),
        Method("card", "Thẻ ngân hàng", "Bank card"),
        Method("domestic_card", "Thẻ hoặc tài khoản nội địa", "Domestic card or account"),
        Method("international_card", "Thẻ quốc tế", "International card"),
    )
    # ZaloPay publishes no bounds of amounts; these are ours. An order lives 5 minutes to 30 days.
    limits: Limits = Limits(
        min_amount=creating.SMALLEST, max_amount=creating.LARGEST, max_expiry_minutes=43_200, min_expiry_minutes=5
    )
    credential_fields: tuple[str, ...] = ("app_id", "key1", "key2")
    identifier_field: str = "app_id"
    read_timeout: int = 15
    payers_own_codes: frozenset[str] = frozenset({"-54", "-322", "-329"})

    def reference_for(self, attempt_id: int, now: datetime) -> str:
        """``yymmdd`` of Vietnam's day, as ZaloPay wants it, and 13 characters of base 32 that are never used twice."""
        return f"{vietnam_day(now):%y%m%d}_{base32(attempt_id, _NUMBER_LENGTH).upper()}"

    def accepts_method(self, payment_method: str) -> bool:
        """One of ``methods``, ``zalopayapp``, or a bank's code in ZaloPay's upper-case spelling (``VTB``)."""
        return payment_method != "" and (payment_method in options.METHODS or options.is_bank_code(payment_method))

    def check_credentials(self, credentials: Mapping[str, str]) -> dict[str, str]:
        """An app's number, and two printable keys without spaces."""
        return {
            name: problem
            for name, (form, problem) in _CREDENTIAL_FORMS.items()
            if not re.fullmatch(form, credentials.get(name, ""))
        }

    def create_payment(self, account: AccountContext, order: PaymentOrder, http: HttpClient) -> PaymentSession:
        """ZaloPay's page for the order. A repeat is refused there (-68), which leaves the fate open: query."""
        return creating.create(account, order, http)

    def peek(self, request: RawRequest) -> Peeked:
        """(``app_id``, ``app_trans_id``) as claimed."""
        return webhook.peek(request)

    def read_notification(self, account: AccountContext, request: RawRequest) -> Notification:
        """A callback is sent only for money that was collected."""
        return webhook.read_notification(account, request)

    def acknowledge(self, outcome: AckOutcome, request: RawRequest) -> AckResponse:
        """Always HTTP 200: ZaloPay reads ``return_code``."""
        return webhook.acknowledge(outcome)

    def read_return(self, account: AccountContext, request: RawRequest) -> ReturnView:
        """Signed with key2 under the old names."""
        return webhook.read_return(account, request)

    def query_payment(self, account: AccountContext, payment: PaymentRef, http: HttpClient, now: datetime) -> StatusReport:
        """3 is PENDING, and so is an order ZaloPay does not know (-101) until it expires. Refunds are not shown."""
        return client.query(account, payment, http)

    def refund(self, account: AccountContext, refund: RefundOrder, http: HttpClient) -> RefundReport:
        """PENDING while ZaloPay works on it. Repeating it is the same refund at ZaloPay."""
        return refunding.refund(account, refund, http)

    def query_refund(self, account: AccountContext, refund: RefundOrder, http: HttpClient) -> RefundReport:
        """By query_refund; doubt means PENDING."""
        return refunding.query_refund(account, refund, http)

    def cancel_payment(self, account: AccountContext, payment: PaymentRef, reason: str, http: HttpClient, now: datetime) -> None:
        """Only where the account switches it on (``cancel: true``); else refused unsent: the order runs out by itself."""
        client.cancel(account, payment, http)

    def fetch_statement(self, account: AccountContext, day: date, http: HttpClient, now: datetime) -> StatementFile | None:
        """By profile 1 of daily files, where its address is set."""
        return statement.fetch(account, day, http, now)

"""AcmePay as a ``Provider``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from payments_site.kernel.http import HttpClient
from payments_site.kernel.ids import base32
from tests.factories.acmepay.provider import client, webhook
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

_FORMS = {"shop_id": r"[a-z0-9-]{3,40}", "secret": r"[!-~]{16,128}"}


class AcmePayAdapter:
    """Stateless. AcmePay makes the order when asked, and names the page where the payer goes."""

    code: str = "acmepay"
    name: str = "AcmePay"
    capabilities: frozenset[Capability] = frozenset(
        {Capability.QUERY, Capability.REFUND, Capability.PARTIAL_REFUND, Capability.QUERY_REFUND}
    )
    methods: tuple[Method, ...] = (Method("wallet", "Ví AcmePay", "AcmePay wallet"), Method("card", "Thẻ ngân hàng", "Bank card"))
    limits: Limits = Limits(min_amount=2_000, max_amount=20_000_000, max_expiry_minutes=1_440)
    credential_fields: tuple[str, ...] = ("shop_id", "secret")
    identifier_field: str = "shop_id"
    read_timeout: int = 10
    payers_own_codes: frozenset[str] = frozenset()

    def reference_for(self, attempt_id: int, now: datetime) -> str:
        """``AC`` and 13 characters of base 32."""
        return f"AC{base32(attempt_id, 13).upper()}"

    def accepts_method(self, payment_method: str) -> bool:
        """One of ``methods``."""
        return any(method.code == payment_method for method in self.methods)

    def check_credentials(self, credentials: Mapping[str, str]) -> dict[str, str]:
        """A shop's name and a secret of at least 16 characters."""
        wrong = [name for name, form in _FORMS.items() if not re.fullmatch(form, credentials.get(name, ""))]
        return dict.fromkeys(wrong, "not in AcmePay's form")

    def create_payment(self, account: AccountContext, order: PaymentOrder, http: HttpClient) -> PaymentSession:
        """AcmePay's page for the order."""
        return client.create(account, order, http)

    def peek(self, request: RawRequest) -> Peeked:
        """Shop and reference as claimed."""
        return webhook.peek(request)

    def read_notification(self, account: AccountContext, request: RawRequest) -> Notification:
        """Paid, failed, or what else AcmePay tells."""
        return webhook.read_notification(account, request)

    def acknowledge(self, outcome: AckOutcome, request: RawRequest) -> AckResponse:
        """HTTP says it, and ``status`` for people."""
        return webhook.acknowledge(outcome)

    def read_return(self, account: AccountContext, request: RawRequest) -> ReturnView:
        """A signed envelope in the query."""
        return webhook.read_return(account, request)

    def query_payment(self, account: AccountContext, payment: PaymentRef, http: HttpClient, now: datetime) -> StatusReport:
        """With the refunds that AcmePay knows."""
        return client.query(account, payment, http)

    def refund(self, account: AccountContext, refund: RefundOrder, http: HttpClient) -> RefundReport:
        """PENDING while AcmePay works on it."""
        return client.refund(account, refund, http)

    def query_refund(self, account: AccountContext, refund: RefundOrder, http: HttpClient) -> RefundReport:
        """By our reference."""
        return client.query_refund(account, refund, http)

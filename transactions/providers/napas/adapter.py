"""NAPAS as a ``Provider``: the hosted form of DPS, and the legacy gateway as a second mode of an account."""

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
    PayerForm,
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
from transactions.providers.napas import form, orders, statement, vpc, vpc_client, webhook
from transactions.providers.napas.options import LIMITS, options_of
from transactions.providers.optional import StatementFile

_PRINTABLE = (r"[!-~](?:[ -~]{0,254}[!-~])?", "1 to 256 printable characters without spaces at either end are expected")
_CREDENTIAL_FORMS = {
    "merchant_id": (r"[A-Za-z0-9_.-]{1,64}", "1 to 64 letters, digits, _, . or - are expected"),
    "client_secret": _PRINTABLE,
    "username": _PRINTABLE,
    "password": _PRINTABLE,
}
_REFERENCE_LENGTH = 13  # 65 bits hold any bigint


class NapasAdapter:
    """Stateless but for access tokens. The capabilities are those of DPS; what the legacy mode lacks is in the README."""

    code: str = "napas"
    name: str = "NAPAS"
    capabilities: frozenset[Capability] = frozenset(
        {
            Capability.QUERY,
            Capability.REFUND,
            Capability.PARTIAL_REFUND,
            Capability.QUERY_REFUND,
            Capability.PAYER_FORM,
            Capability.STATEMENT,
        }
    )
    methods: tuple[Method, ...] = (
        Method("card", "Thẻ ngân hàng", "Bank card"),
        Method("domestic_card", "Thẻ nội địa", "Domestic card"),
        Method("international_card", "Thẻ quốc tế", "International card"),
    )
    limits: Limits = LIMITS
    credential_fields: tuple[str, ...] = ("merchant_id", "client_secret", "username", "password")
    identifier_field: str = "merchant_id"
    read_timeout: int = 30
    payers_own_codes: frozenset[str] = frozenset({"CANCELLED", "20", "28"})  # 20 and 28 are the legacy gateway's

    def reference_for(self, attempt_id: int, now: datetime) -> str:
        """13 characters of upper-case base 32, never used twice."""
        return base32(attempt_id, _REFERENCE_LENGTH).upper()

    def accepts_method(self, payment_method: str) -> bool:
        """One of ``methods``; NAPAS takes no bank's code."""
        return payment_method in form.SCHEMES

    def check_credentials(self, credentials: Mapping[str, str]) -> dict[str, str]:
        """A merchant id has letters, digits, ``_.-``; the others are printable."""
        return {
            name: problem
            for name, (pattern, problem) in _CREDENTIAL_FORMS.items()
            if not re.fullmatch(pattern, credentials.get(name, ""))
        }

    def create_payment(self, account: AccountContext, order: PaymentOrder, http: HttpClient) -> PaymentSession:
        """DPS: our own page, which shows the form. Legacy: a signed address of NAPAS's page. Nothing is sent by either."""
        return vpc.session(account, order) if options_of(account).legacy else form.session(account, order)

    def open_form(self, account: AccountContext, order: PaymentOrder, http: HttpClient) -> PayerForm:
        """The hosted form with a fresh data key. Raises as ``create_payment``; the legacy mode, which has no form, refuses."""
        if options_of(account).legacy:
            raise ProviderRefused("NAPAS's legacy gateway has a page of its own")
        return form.open_form(account, order, http)

    def peek(self, request: RawRequest) -> Peeked:
        """(merchant, ``order.id`` or ``vpc_MerchTxnRef``) as claimed."""
        return webhook.peek(request)

    def read_notification(self, account: AccountContext, request: RawRequest) -> Notification:
        """SUCCESS pays, FAILURE fails, anything else is pending. The legacy mode knows no notices."""
        return webhook.read_notification(account, request)

    def acknowledge(self, outcome: AckOutcome, request: RawRequest) -> AckResponse:
        """200 for whatever is kept, 400 for what is not NAPAS's, 503 where NAPAS is to come again."""
        return webhook.acknowledge(outcome)

    def read_return(self, account: AccountContext, request: RawRequest) -> ReturnView:
        """DPS: the form field ``napasResult``. Legacy: the signed query."""
        return webhook.read_return(account, request)

    def query_payment(self, account: AccountContext, payment: PaymentRef, http: HttpClient, now: datetime) -> StatusReport:
        """An order that NAPAS does not know is PENDING: its payer never came, until it expires."""
        if options_of(account).legacy:
            return vpc_client.query(account, payment, http)
        return orders.query(account, payment, http, now)

    def refund(self, account: AccountContext, refund: RefundOrder, http: HttpClient) -> RefundReport:
        """PAID at once when NAPAS says so. DPS takes our reference, so that a repeat is the same refund; legacy does not."""
        if options_of(account).legacy:
            return vpc_client.refund(account, refund, http)
        return orders.refund(account, refund, http)

    def query_refund(self, account: AccountContext, refund: RefundOrder, http: HttpClient) -> RefundReport:
        """By the order's refunded total; PENDING where that could be another refund's. Legacy: always PENDING."""
        if options_of(account).legacy:
            return vpc_client.query_refund(refund)
        return orders.query_refund(account, refund, http)

    def fetch_statement(self, account: AccountContext, day: date, http: HttpClient, now: datetime) -> StatementFile | None:
        """By profile 1 of daily files, where its address is set."""
        return statement.fetch(account, day, http, now)

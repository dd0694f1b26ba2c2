"""payOS as a ``Provider``: a payment link with a QR code, paid by any number of bank transfers."""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from payments_site.kernel.clock import VIETNAM
from payments_site.kernel.http import HttpClient
from transactions.providers.base import (
    AccountContext,
    AckOutcome,
    AckResponse,
    AnswerUnreadable,
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
    ReferenceTaken,
    RefundOrder,
    RefundReport,
    ReturnView,
    StatusReport,
)
from transactions.providers.emvco import fold_memo
from transactions.providers.optional import StatementFile
from transactions.providers.payos import client, codes, signing, statement, webhook
from transactions.providers.payos.addresses import page_url
from transactions.providers.payos.reading import amount_of, number_of, text_of

_LONGEST_MEMO = 25
_LAST_SECOND = 2**31 - 1
_CREDENTIAL_FORMS = {
    "client_id": (r"[A-Za-z0-9_-]{1,64}", "1 to 64 letters, digits, dashes or underscores are expected"),
    "api_key": (r"[!-~]{1,256}", "1 to 256 printable characters without spaces are expected"),
    "checksum_key": (r"[!-~]{1,256}", "1 to 256 printable characters without spaces are expected"),
}


class PayOSAdapter:
    """Stateless. Money goes straight to the merchant's own bank account; payOS tells of each transfer."""

    code: str = "payos"
    name: str = "payOS"
    capabilities: frozenset[Capability] = frozenset(
        {Capability.QUERY, Capability.CANCEL, Capability.QR, Capability.TRANSFERS, Capability.STATEMENT}
    )
    methods: tuple[Method, ...] = (
        Method("qr", "Mã VietQR", "VietQR code"),
        Method("bank_transfer", "Chuyển khoản ngân hàng", "Bank transfer"),
    )
    limits: Limits = Limits(min_amount=1_000, max_amount=9_999_999_999)
    credential_fields: tuple[str, ...] = ("client_id", "api_key", "checksum_key")
    identifier_field: str = "client_id"
    read_timeout: int = 15  # a create may ask twice (code 231), and both must fit into one request of ours
    payers_own_codes: frozenset[str] = frozenset({"00"})  # a link that was cancelled or ran out is told with the code of success

    def reference_for(self, attempt_id: int, now: datetime) -> str:
        """15 digits, below 2^53: the Vietnam day as ``yymmdd`` and the attempt's last 9 digits, never used twice."""
        return f"{now.astimezone(VIETNAM):%y%m%d}{attempt_id % 1_000_000_000:09d}"

    def accepts_method(self, payment_method: str) -> bool:
        """One of ``methods``: the payer's bank is the payer's choice."""
        return any(method.code == payment_method for method in self.methods)

    def check_credentials(self, credentials: Mapping[str, str]) -> dict[str, str]:
        """Three texts without spaces."""
        return {
            name: problem
            for name, (form, problem) in _CREDENTIAL_FORMS.items()
            if not re.fullmatch(form, credentials.get(name, ""))
        }

    def create_payment(self, account: AccountContext, order: PaymentOrder, http: HttpClient) -> PaymentSession:
        """A payment link. A repeat finds the link that the first try made. Raises ``ReferenceTaken`` where it is not ours."""
        body = _request(account, order)
        try:
            data = client.create_link(account, body, http)
        except ProviderRefused as error:
            if error.code != codes.ORDER_EXISTS:
                raise
            return _session_of_existing(account, order, body, http)
        if amount_of(data.get("amount")) != order.amount:
            raise AnswerUnreadable("the answer is about another amount")
        return _session(account, body, data, text_of(data.get("checkoutUrl")))

    def peek(self, request: RawRequest) -> Peeked:
        """Order code and payment link as claimed; payOS names no channel."""
        return webhook.peek(request)

    def read_notification(self, account: AccountContext, request: RawRequest) -> Notification:
        """One transfer; whether the payment is paid is a matter of all of them."""
        return webhook.read_notification(account, request)

    def acknowledge(self, outcome: AckOutcome, request: RawRequest) -> AckResponse:
        """200 for whatever was stored."""
        return webhook.acknowledge(outcome)

    def read_return(self, account: AccountContext, request: RawRequest) -> ReturnView:
        """Not signed by payOS: PENDING, or that the payer gave up. Raises ``MalformedNotification``."""
        return webhook.read_return(request)

    def query_payment(self, account: AccountContext, payment: PaymentRef, http: HttpClient, now: datetime) -> StatusReport:
        """With every transfer that came. A link that payOS does not know (101) is PENDING."""
        return client.query(account, payment, http)

    def cancel_payment(self, account: AccountContext, payment: PaymentRef, reason: str, http: HttpClient, now: datetime) -> None:
        """Only an unpaid link can be cancelled. Raises ``ProviderRefused`` where payOS did not, else as ``query_payment``."""
        client.cancel(account, payment, reason, http)

    def confirm_webhook(self, account: AccountContext, url: str, http: HttpClient) -> None:
        """Register ``url`` for the channel. payOS sends a probe there first. Raises as ``create_payment``."""
        client.confirm_webhook(account, url, http)

    def refund(self, account: AccountContext, refund: RefundOrder, http: HttpClient) -> RefundReport:
        """payOS has no refunds: money goes back by hand. Raises ``ProviderRefused``; ``capabilities`` say so before."""
        raise ProviderRefused("payOS has no refunds")

    def fetch_statement(self, account: AccountContext, day: date, http: HttpClient, now: datetime) -> StatementFile | None:
        """By profile 1 of daily files, where its address is set."""
        return statement.fetch(account, day, http, now)


def _request(account: AccountContext, order: PaymentOrder) -> dict[str, Any]:
    if not PayOSAdapter.limits.min_amount <= order.amount <= PayOSAdapter.limits.max_amount:
        raise ProviderRefused("the amount is outside the limits")
    limit = _memo_length(account)
    # The end of the reference tells orders apart even where only 9 characters are left.
    description = fold_memo(order.description, limit) or order.reference[-limit:]
    text = signing.request_string(
        amount=order.amount,
        cancel_url=order.return_url,
        description=description,
        order_code=int(order.reference),
        return_url=order.return_url,
    )
    return {
        "orderCode": int(order.reference),
        "amount": order.amount,
        "description": description,
        "cancelUrl": order.return_url,
        "returnUrl": order.return_url,
        "expiredAt": min(calendar.timegm(order.expires_at.utctimetuple()), _LAST_SECOND),
        "signature": signing.sign(text, account.credentials["checksum_key"]),
    }


def _memo_length(account: AccountContext) -> int:
    """25, or what the account says: 9 where its bank account is not linked through payOS."""
    length = account.options.get("memo_length", _LONGEST_MEMO)
    if not isinstance(length, int) or isinstance(length, bool) or not 1 <= length <= _LONGEST_MEMO:
        raise ProviderRefused("the account's memo_length is not a number from 1 to 25")
    return length


def _session_of_existing(
    account: AccountContext, order: PaymentOrder, body: Mapping[str, Any], http: HttpClient
) -> PaymentSession:
    """The link that has our order code already: the first try's, if it is of the same amount and not older than our attempt."""
    data = client.get_link(account, order.reference, http)
    said = text_of(data.get("description"))
    ours = client.may_be_ours(data, amount=order.amount, created_at=order.created_at)
    if not ours or (said and body["description"] not in said):
        raise ReferenceTaken("the order code is used by another order", code=codes.ORDER_EXISTS)
    if text_of(data.get("status")) in codes.CLOSED and not data.get("amountPaid"):
        raise ReferenceTaken("the link is closed and nothing was paid", code=codes.ORDER_EXISTS)
    link = number_of(data.get("id"))
    return _session(account, body, {**data, "paymentLinkId": link}, text_of(data.get("checkoutUrl")) or page_url(account, link))


def _session(account: AccountContext, body: Mapping[str, Any], data: Mapping[str, Any], url: str) -> PaymentSession:
    link = number_of(data.get("paymentLinkId"))
    if not link or not re.fullmatch(r"https?://[!-~]{1,2000}", url):
        raise AnswerUnreadable("the link has no name or no page")
    return PaymentSession(
        payment_url=url,
        qr_code=text_of(data.get("qrCode")) or None,
        session_id=link,
        order_info=body["description"],
        merchant_code=account.credentials["client_id"],
    )

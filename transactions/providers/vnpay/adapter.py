"""VNPay PAY 2.1.0 as a ``Provider``: what it is, and the payment URL; notices and calls live next door."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from datetime import date, datetime

from payments_site.kernel.clock import compact
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
from transactions.providers.folding import plain
from transactions.providers.optional import StatementFile
from transactions.providers.vnpay import client, signing, statement, webhook
from transactions.providers.vnpay.addresses import payment_url
from transactions.providers.vnpay.reading import to_vnpay_amount

_BANK_CODES = {
    "card": "",  # any card: VNPay has no code for it, the payer chooses there
    "domestic_card": "VNBANK",
    "international_card": "INTCARD",
    "qr": "VNPAYQR",
}
_BANK_CODE = re.compile(r"[A-Z0-9]{3,20}")
_CREDENTIAL_FORMS = {
    "tmn_code": (r"[A-Za-z0-9]{8}", "8 letters or digits are expected"),
    "hash_secret": (r"[!-~]{1,256}", "1 to 256 printable characters without spaces are expected"),
}
_REFERENCE_LENGTH = 13  # 65 bits hold any bigint
_SHORTEST_ADDRESS = 7


class VNPayAdapter:
    """Stateless. The payer goes to a signed URL; nothing is asked of VNPay to make it."""

    code: str = "vnpay"
    name: str = "VNPay"
    capabilities: frozenset[Capability] = frozenset(
        {
            Capability.QUERY,
            Capability.REFUND,
            Capability.PARTIAL_REFUND,
            Capability.QUERY_REFUND,
            Capability.STATEMENT,
        }
    )
    methods: tuple[Method, ...] = (
        Method("card", "Thẻ ngân hàng", "Bank card"),
        Method("domestic_card", "Thẻ nội địa", "Domestic card"),
        Method("international_card", "Thẻ quốc tế", "International card"),
        Method("qr", "VNPAY-QR", "VNPAY-QR"),
    )
    limits: Limits = Limits(min_amount=5_000, max_amount=999_999_999)
    credential_fields: tuple[str, ...] = ("tmn_code", "hash_secret")
    identifier_field: str = "tmn_code"
    read_timeout: int = 15
    payers_own_codes: frozenset[str] = frozenset({"24", "11"})

    def reference_for(self, attempt_id: int, now: datetime) -> str:
        """13 characters of upper-case base 32, never used twice."""
        return base32(attempt_id, _REFERENCE_LENGTH).upper()

    def accepts_method(self, payment_method: str) -> bool:
        """One of ``methods`` or a bank's code in VNPay's upper-case spelling (``NCB``)."""
        return payment_method in _BANK_CODES or _BANK_CODE.fullmatch(payment_method) is not None

    def check_credentials(self, credentials: Mapping[str, str]) -> dict[str, str]:
        """A terminal code has 8 letters or digits; a secret is printable and without spaces."""
        return {
            name: problem
            for name, (form, problem) in _CREDENTIAL_FORMS.items()
            if not re.fullmatch(form, credentials.get(name, ""))
        }

    def create_payment(self, account: AccountContext, order: PaymentOrder, http: HttpClient) -> PaymentSession:
        """A signed address of VNPay's payment page. Raises ``ProviderRefused`` for what VNPay can not take."""
        fields = _payment_fields(account, order)
        query = signing.form_string(fields)
        signature = signing.sign(query, account.credentials["hash_secret"])
        return PaymentSession(
            payment_url=f"{payment_url(account)}?{query}&vnp_SecureHash={signature}",
            provider_created_at=fields["vnp_CreateDate"],
            order_info=fields["vnp_OrderInfo"],
            merchant_code=fields["vnp_TmnCode"],
        )

    def peek(self, request: RawRequest) -> Peeked:
        """(``vnp_TmnCode``, ``vnp_TxnRef``) as claimed."""
        return webhook.peek(request)

    def read_notification(self, account: AccountContext, request: RawRequest) -> Notification:
        """Paid only when both codes are 00."""
        return webhook.read_notification(account, request)

    def acknowledge(self, outcome: AckOutcome, request: RawRequest) -> AckResponse:
        """Always HTTP 200: VNPay counts anything else as not delivered."""
        return webhook.acknowledge(outcome)

    def read_return(self, account: AccountContext, request: RawRequest) -> ReturnView:
        """Same fields and signature as the notice."""
        return webhook.read_return(account, request)

    def query_payment(self, account: AccountContext, payment: PaymentRef, http: HttpClient, now: datetime) -> StatusReport:
        """By querydr. A payment VNPay does not know (91) is PENDING: its payer never came, until it expires."""
        return client.query(account, payment, http, now)

    def refund(self, account: AccountContext, refund: RefundOrder, http: HttpClient) -> RefundReport:
        """PENDING once accepted: VNPay sends no notice of a refund."""
        return client.refund(account, refund, http)

    def query_refund(self, account: AccountContext, refund: RefundOrder, http: HttpClient) -> RefundReport:
        """By querydr of the payment; what that shows after a refund is not confirmed, so doubt means PENDING."""
        return client.query_refund(account, refund, http)

    def fetch_statement(self, account: AccountContext, day: date, http: HttpClient, now: datetime) -> StatementFile | None:
        """By profile 1 of daily files, where its address is set."""
        return statement.fetch(account, day, http, now)


def _payment_fields(account: AccountContext, order: PaymentOrder) -> dict[str, str]:
    if not VNPayAdapter.limits.min_amount <= order.amount <= VNPayAdapter.limits.max_amount:
        raise ProviderRefused("the amount is outside VNPay's limits")
    return {
        "vnp_Version": "2.1.0",
        "vnp_Command": "pay",
        "vnp_TmnCode": account.credentials["tmn_code"],
        "vnp_Amount": to_vnpay_amount(order.amount),
        "vnp_BankCode": _bank_code(order.payment_method),
        "vnp_CreateDate": compact(order.created_at),
        "vnp_ExpireDate": compact(order.expires_at),
        "vnp_CurrCode": "VND",
        "vnp_IpAddr": _address(order.payer_ip, account.server_ip),
        "vnp_Locale": "en" if order.locale == "en" else "vn",
        "vnp_OrderInfo": plain(order.description, limit=255, fallback=f"Thanh toan {order.order_id or order.reference}"),
        "vnp_OrderType": "other",
        "vnp_ReturnUrl": order.return_url,
        "vnp_TxnRef": order.reference,
    }


def _bank_code(payment_method: str | None) -> str:
    """Empty, and so left out, where the payer chooses."""
    method = payment_method or "card"
    if method in _BANK_CODES:
        return _BANK_CODES[method]
    if _BANK_CODE.fullmatch(method):
        return method
    raise ProviderRefused("VNPay has no such payment method")


def _address(payer_ip: str, otherwise: str) -> str:
    """``payer_ip`` in 7 to 45 characters: a short IPv6 address is written out."""
    try:
        address = ipaddress.ip_address(payer_ip.split("%", 1)[0])
    except ValueError:
        return otherwise
    mapped = getattr(address, "ipv4_mapped", None) or address
    return str(mapped) if len(str(mapped)) >= _SHORTEST_ADDRESS else mapped.exploded

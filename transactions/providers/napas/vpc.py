"""The legacy gateway (``vpc_``, specification 2.x): the signed payment URL, and the payer's return. It sends no notices."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode

from transactions.providers.base import (
    AccountContext,
    InvalidSignature,
    MalformedNotification,
    PaymentOrder,
    PaymentSession,
    Peeked,
    ProviderRefused,
    RawRequest,
    StatusReport,
)
from transactions.providers.folding import plain
from transactions.providers.napas import addresses, form, reading, signing, verdicts
from transactions.providers.napas.options import Options, options_of
from transactions.providers.napas.verdicts import Verdict

METHODS = frozenset({"card", "domestic_card"})
_MOST_FIELDS = 100
_LONGEST_INFO = 34  # as in the card gateway that this one descends from
_NAME = re.compile(r"vpc_[A-Za-z0-9_]{1,60}")
_DIGITS = re.compile(r"[0-9]{1,15}")


def session(account: AccountContext, order: PaymentOrder) -> PaymentSession:
    """A signed address of NAPAS's payment page. Raises ``ProviderRefused`` for what NAPAS can not take."""
    form.check_order(account, order)
    if (order.payment_method or "card") not in METHODS:
        raise ProviderRefused("NAPAS's legacy gateway takes domestic cards only")
    options = options_of(account)
    fields = {
        "vpc_Version": "2.0",
        "vpc_Command": "pay",
        "vpc_AccessCode": options.access_code,
        "vpc_Merchant": account.credentials["merchant_id"],
        "vpc_MerchTxnRef": order.reference,
        "vpc_OrderInfo": order_info(order),
        "vpc_Amount": to_vpc_amount(order.amount, options),
        "vpc_CurrencyCode": "VND",
        "vpc_ReturnURL": order.return_url,
        # Who gives up comes back the same way; what NAPAS sends along is verified there.
        "vpc_BackURL": order.return_url,
        "vpc_Locale": "en" if order.locale == "en" else "vn",
        "vpc_TicketNo": order.payer_ip,
    }
    return PaymentSession(
        payment_url=f"{addresses.vpc_payment_url(account)}?{signed_query(account, fields)}",
        order_info=fields["vpc_OrderInfo"],
        merchant_code=fields["vpc_Merchant"],
    )


def order_info(order: PaymentOrder) -> str:
    """The description as the legacy page shows it."""
    return plain(order.description, limit=_LONGEST_INFO, fallback=f"Thanh toan {order.reference}")


def signed_query(account: AccountContext, fields: Mapping[str, str]) -> str:
    """The fields that are not empty, with their hash, as a query string."""
    kept = sorted((name, value) for name, value in fields.items() if value)
    hashed = signing.secure_hash(fields, account.credentials["client_secret"])
    return urlencode([*kept, (signing.NOT_HASHED, hashed)])


def is_return(request: RawRequest) -> bool:
    """Whether the request speaks the legacy gateway's language."""
    return request.query.startswith("vpc_") or "&vpc_" in request.query


def peek(request: RawRequest) -> Peeked:
    """(merchant, our reference) as the request claims."""
    try:
        fields = fields_of(request.query)
    except (MalformedNotification, InvalidSignature):
        return Peeked()
    merchant, reference = fields.get("vpc_Merchant", ""), fields.get("vpc_MerchTxnRef", "")
    return Peeked(
        identifier=merchant if reading.MERCHANT.fullmatch(merchant) else None,
        reference=reference if reading.REFERENCE.fullmatch(reference) else None,
    )


def read_return(account: AccountContext, request: RawRequest) -> StatusReport:
    """What the payer's browser brought, verified. Raises ``MalformedNotification``, ``InvalidSignature``.

    The hash puts values together without borders, so one could be moved into its neighbour: a return is only ever shown.
    """
    fields = fields_of(request.query)
    given = fields.get(signing.NOT_HASHED, "")
    if not given:
        raise MalformedNotification("no vpc_SecureHash")
    if not signing.is_secure_hash(given, fields, account.credentials.get("client_secret", "")):
        raise InvalidSignature("not signed with this account's secret")
    if fields.get("vpc_Merchant", "") not in ("", account.credentials.get("merchant_id")):
        raise InvalidSignature("of another merchant")
    code = fields.get("vpc_ResponseCode", "")
    return report_of(fields, code, verdicts.of_vpc(code), fields.get("vpc_MerchTxnRef", ""), options_of(account))


def fields_of(text: str) -> dict[str, str]:
    """The ``vpc_`` fields of a form-encoded text; empty ones count as absent.

    Raises ``MalformedNotification``, and ``InvalidSignature`` for a repeated or an odd name, which NAPAS never sends.
    """
    try:
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
    except ValueError as error:
        raise MalformedNotification("not form-encoded") from error
    own = [(name, value) for name, value in pairs if name.startswith("vpc_")]
    if len({name for name, _ in own}) != len(own) or not all(_NAME.fullmatch(name) for name, _ in own):
        raise InvalidSignature("a repeated or odd name of a field")
    if any("\0" in value for _, value in own):
        raise MalformedNotification("a field is not text")
    return {name: value for name, value in own if value}


def report_of(fields: Mapping[str, str], code: str, verdict: Verdict, reference: str, options: Options) -> StatusReport:
    """A report of the fields of a return or of an answer to queryDR."""
    number = fields.get("vpc_TransactionNo", "")
    return StatusReport(
        outcome=verdict.outcome,
        reference=reference,
        amount=amount_of(fields, options),
        transaction_no=number[:100] if number.strip("0") else None,
        response_code=verdicts.short(code) or None,
        failure_code=verdict.code,
        failure_vi=verdict.vi,
        failure_en=verdict.en,
        card_type=fields.get("vpc_CardType", "")[:20] or None,
        signature=fields.get(signing.NOT_HASHED),
        fields=record_of(fields),
        unknown_code=verdict.unknown,
    )


def record_of(fields: Mapping[str, str]) -> dict[str, str]:
    """The fields for the record: without the hash, and without what might tell of the payer."""
    left_out = {signing.NOT_HASHED, "vpc_AdditionalData", "vpc_TicketNo", "vpc_User", "vpc_Password"}
    return {name: value for name, value in fields.items() if name not in left_out}


def to_vpc_amount(amount: int, options: Options) -> str:
    """đồng -> ``vpc_Amount``."""
    return str(amount * options.amount_factor)


def amount_of(fields: Mapping[str, str], options: Options) -> int | None:
    """``vpc_Amount`` -> đồng; None when it is not whole đồng, which equals no amount."""
    text, currency = fields.get("vpc_Amount", ""), fields.get("vpc_CurrencyCode", "VND")
    if currency != "VND" or not _DIGITS.fullmatch(text):
        return None
    whole, rest = divmod(int(text), options.amount_factor)
    return None if rest else whole

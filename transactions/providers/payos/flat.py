"""The flat dialect: webhooks of systems built after an older description of payOS, which payOS itself never sends.

The body is one flat object (orderCode, status, transId, amount ...) and the header ``x-signature`` signs it: HMAC-SHA256 with the
checksum key over the body as compact JSON. Read only for accounts with the option ``flat_dialect``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from transactions.providers.base import (
    AccountContext,
    InvalidSignature,
    MalformedNotification,
    Notification,
    Outcome,
    RawRequest,
    StatusReport,
    Transfer,
)
from transactions.providers.payos import codes, signing
from transactions.providers.payos.reading import amount_of, number_of, order_code_of, record_of, text_of

_HEADER = "x-signature"


def read(account: AccountContext, request: RawRequest, document: Mapping[str, Any]) -> Notification:
    """The webhook, verified. Raises ``InvalidSignature`` (also where the dialect is off), ``MalformedNotification``."""
    if "orderCode" not in document:
        raise MalformedNotification("no data")
    if account.options.get("flat_dialect") is not True:
        raise InvalidSignature("the flat dialect is off for this account")
    given = next((value for name, value in request.headers.items() if name.lower() == _HEADER), "")
    key = account.credentials.get("checksum_key", "")
    if not any(signing.is_signature(given, text, key) for text in _signed_texts(request, document)):
        raise InvalidSignature("not signed with this channel's key")
    return Notification(_report(document, given))


def _signed_texts(request: RawRequest, document: Mapping[str, Any]) -> list[str]:
    """The bytes as sent, and the compact forms of Python (letters escaped) and JavaScript (not escaped)."""
    unescaped = signing.compact(document)
    escaped = "".join(letter if letter.isascii() else json.dumps(letter)[1:-1] for letter in unescaped)
    return [request.body.decode(), unescaped, escaped]


def _report(document: Mapping[str, Any], signature: str) -> StatusReport:
    status = text_of(document.get("status"))
    transfer = _transfer(document) if status == "PAID" else None
    failed = codes.STATUS[status] if status in codes.CLOSED else None
    return StatusReport(
        outcome=Outcome.FAILED if failed else Outcome.PENDING,
        reference=order_code_of(document.get("orderCode")),
        amount=amount_of(document.get("amount")),
        transaction_no=transfer.number if transfer else None,
        transaction_status=status[:20] or None,
        failure_code=status if failed else None,
        failure_vi=failed.vi if failed else None,
        failure_en=failed.en if failed else None,
        signature=signature,
        fields=record_of(document),
        unknown_code=status not in codes.STATUS or (status == "PAID" and transfer is None),
        transfers=(transfer,) if transfer else (),
    )


def _transfer(document: Mapping[str, Any]) -> Transfer | None:
    number, amount = number_of(document.get("transId")), amount_of(document.get("amount"))
    if not number or amount is None or document.get("currency", "VND") != "VND":
        return None
    return Transfer(number=number, amount=amount)

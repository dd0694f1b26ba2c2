"""Bank notices of profile 1 (README): reading, verifying, answering. A notice is one transfer into the account."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from transactions.providers.base import (
    AccountContext,
    AckOutcome,
    AckResponse,
    InvalidSignature,
    MalformedNotification,
    Notification,
    Outcome,
    Peeked,
    RawRequest,
    StatusReport,
    Transfer,
)

_HEADER = "x-bank-signature"
_MOST_AMOUNT = 10**15
_NUMBER = re.compile(r"[!-~]{1,100}")
_BIN = re.compile(r"[0-9]{6}")
_ACCOUNT = re.compile(r"[A-Za-z0-9]{1,19}")
_LONGEST_TEXT = 500
_PAYER = ("bank_bin", "bank_name", "account_number", "account_name")

_REPLIES = {
    AckOutcome.BAD_SIGNATURE: (401, "bad signature"),
    AckOutcome.UNREADABLE: (400, "unreadable"),
    AckOutcome.OUR_ERROR: (500, "error"),
}


def peek(request: RawRequest) -> Peeked:
    """The account that was paid into, as ``bin:account_number``; which payment is only read from a verified memo."""
    try:
        fields = _fields(request.body)
    except MalformedNotification:
        return Peeked()
    number, account = fields.get("bin"), fields.get("account_number")
    if not (isinstance(number, str) and isinstance(account, str) and _BIN.fullmatch(number) and _ACCOUNT.fullmatch(account)):
        return Peeked()
    return Peeked(identifier=f"{number}:{account}")


def read(account: AccountContext, request: RawRequest) -> Notification:
    """The notice, verified. Raises ``InvalidSignature`` (also for another account's), ``MalformedNotification``."""
    signature = next((value for name, value in request.headers.items() if name.lower() == _HEADER), "")
    if not _is_signature(signature, request.body, account.credentials.get("webhook_secret", "")):
        raise InvalidSignature("not signed with this account's key")
    fields = _fields(request.body)
    for name in ("bin", "account_number"):
        if fields.get(name) != account.credentials.get(name):
            raise InvalidSignature("of another account")
    transfer = _transfer(fields)
    report = StatusReport(
        outcome=Outcome.PENDING,
        reference="",
        amount=transfer.amount,
        transaction_no=transfer.number,
        paid_at=transfer.paid_at,
        bank_transaction_no=transfer.number,
        signature=signature,
        fields={name: fields[name] for name in ("transfer_id", "bin", "account_number", "amount", "currency", "transferred_at")},
        transfers=(transfer,),
    )
    return Notification(report, by_memo=True)


def acknowledge(outcome: AckOutcome) -> AckResponse:
    """2xx ends the bank's tries; money that nobody knows is stored too."""
    status, result = _REPLIES.get(outcome, (200, "ok"))
    return AckResponse(status, json.dumps({"result": result}, separators=(",", ":")).encode())


def _is_signature(given: str, body: bytes, secret: str) -> bool:
    if not secret:
        return False
    expected = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected.encode(), given.lower().encode(errors="replace"))


def _fields(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body.decode(), parse_float=str, object_pairs_hook=_object)
    except (ValueError, RecursionError) as error:
        raise MalformedNotification("not a JSON object with each name once") from error
    if not isinstance(document, dict):
        raise MalformedNotification("not a JSON object")
    return document


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name comes twice")
    return found


def _transfer(fields: Mapping[str, Any]) -> Transfer:
    number, amount, memo = fields.get("transfer_id"), fields.get("amount"), fields.get("memo")
    if not isinstance(number, str) or not _NUMBER.fullmatch(number):
        raise MalformedNotification("transfer_id is 1 to 100 printable characters")
    if not isinstance(amount, int) or isinstance(amount, bool) or not 0 < amount < _MOST_AMOUNT:
        raise MalformedNotification("amount is a whole number above zero")
    if fields.get("currency") != "VND":
        raise MalformedNotification("currency is VND")
    if not isinstance(memo, str):
        raise MalformedNotification("memo is a text")
    return Transfer(
        number=number,
        amount=amount,
        paid_at=_moment(fields.get("transferred_at")),
        memo=_text(memo),
        payer=_payer(fields.get("payer")),
    )


def _moment(value: object) -> datetime:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise MalformedNotification("transferred_at is a time in ISO 8601 with its offset")
    return moment


def _payer(value: object) -> dict[str, str]:
    """What the bank tells of the payer; banks tell different things, so nothing here is required."""
    if not isinstance(value, dict):
        return {}
    told = {name: _text(value[name]) for name in _PAYER if isinstance(value.get(name), str)}
    return {name: text for name, text in told.items() if text}


def _text(value: str) -> str:
    """Without what no database takes (NUL, halves of a letter)."""
    return "".join(letter if letter.isprintable() else " " for letter in value).strip()[:_LONGEST_TEXT]

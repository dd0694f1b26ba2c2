"""Bank notices, profile 1: one signed POST to the account's owner for each transfer that came in.

No bank publishes one form for this; the profile is the payment service's own and is described in the sandbox's README.
"""

import hashlib
import hmac
import json
import time
from datetime import UTC, datetime, timedelta, timezone

from sandbox.kit.calls import spoil
from sandbox.kit.model import Account, Payment, Transfer
from sandbox.kit.notices import Message, Wanted
from sandbox.state import JsonObject

_VIETNAM = timezone(timedelta(hours=7))
_PAYER = {
    "bank_bin": "970436",
    "bank_name": "Vietcombank",
    "account_number": "9988776655",
    "account_name": "NGUYEN THI ANH",
}
_BANK_ONLY = ("bank_bin", "bank_name")


def bank_notice(account: Account, payment: Payment, wanted: Wanted, payer_fields: str) -> Message:
    """The notice about the transfer `wanted.subject` (else the last one, else one that never came)."""
    transfer = _transfer(payment, wanted)
    fields: JsonObject = {
        "transfer_id": transfer.number,
        "account_number": account["account_number"],
        "bin": account["bin"],
        "amount": transfer.amount + wanted.amount_off,
        "currency": "VND",
        "memo": transfer.memo,
        "transferred_at": datetime.fromtimestamp(int(transfer.at), UTC).astimezone(_VIETNAM).isoformat(),
    }
    if payer_fields != "absent":
        fields["payer"] = {name: _PAYER[name] for name in _PAYER if payer_fields == "full" or name in _BANK_ONLY}
    signed = sign_notice(account["webhook_secret"], wanted.apply(fields))
    signature = spoil(signed["signature"]) if wanted.spoilt else signed["signature"]
    headers = {"Content-Type": "application/json; charset=utf-8", "X-Bank-Signature": signature}
    return Message(account.notify_url, signed["body"], headers=headers)


def sign_notice(webhook_secret: str, fields: JsonObject) -> JsonObject:
    """The body's text, and the HMAC-SHA256 of its bytes in lower-case hex."""
    body = json.dumps(fields, ensure_ascii=False)
    return {"body": body, "signature": hmac.new(webhook_secret.encode(), body.encode(), hashlib.sha256).hexdigest()}


def acknowledges(status: int, body: str) -> bool:
    """Whether the answer is 200 with `{"result": "ok"}`; anything else is asked for again."""
    try:
        answer = json.loads(body)
    except ValueError:
        return False
    return status == 200 and isinstance(answer, dict) and answer.get("result") == "ok"


def _transfer(payment: Payment, wanted: Wanted) -> Transfer:
    for transfer in reversed(payment.transfers):
        if wanted.subject in ("", transfer.number):
            return transfer
    return Transfer(f"FT{time.time_ns()}", payment.amount, payment.reference, time.time())

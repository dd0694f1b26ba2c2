"""Webhooks: one for each transfer, signed over its data. Nothing is told of a cancelled or expired link."""

import json
import time

from sandbox.kit.calls import spoil
from sandbox.kit.model import Account, Payment, Transfer
from sandbox.kit.notices import Message, Wanted
from sandbox.payos.codes import DESCRIPTIONS, OK
from sandbox.payos.links import told, told_flat
from sandbox.payos.settings import DIALECTS, PayosSettings
from sandbox.payos.signing import data_message, flat_message, sign
from sandbox.state import JsonObject

# What confirm-webhook sends to prove the address, as https://payos.vn/docs/tich-hop-webhook/ prints it (read 2026-11-21).
_PROBE = {
    "orderCode": 123,
    "amount": 3000,
    "description": "VQRIO123",
    "accountNumber": "12345678",
    "reference": "TF230204212323",
    "transactionDateTime": "2023-02-04 18:25:00",
    "currency": "VND",
    "paymentLinkId": "124c33293c43417ab7879e14c8d9eb18",
    "code": "00",
    "desc": "Thành công",
    "counterAccountBankId": "",
    "counterAccountBankName": "",
    "counterAccountName": "",
    "counterAccountNumber": "",
    "virtualAccountName": "",
    "virtualAccountNumber": "",
}


def webhook(account: Account, link: Payment, wanted: Wanted, settings: PayosSettings) -> Message:
    """The webhook about the transfer `wanted.subject` (else the last one, else one that never came)."""
    url = link.notify_url or account.notify_url
    transfer = _transfer(link, wanted)
    if _dialect(account, wanted, settings) == "flat":
        body = _changed(told_flat(link, transfer), wanted)
        return _flat(url, account["checksum_key"], body, spoilt=wanted.spoilt)
    data = _changed(told(account, link, transfer, settings.counter_fields), wanted)
    return _standard(url, account["checksum_key"], data, spoilt=wanted.spoilt)


def probe(account: Account, url: str) -> Message:
    """The call by which confirm-webhook tries an address."""
    return _standard(url, account["checksum_key"], _PROBE)


def sign_both(checksum_key: str, data: JsonObject) -> JsonObject:
    """The data with its signature, the whole webhook, and the flat dialect's header over the same fields."""
    signature = sign(checksum_key, data_message(data))
    body = {"code": OK, "desc": DESCRIPTIONS[OK], "success": True, "data": data, "signature": signature}
    flat = flat_message(data)
    return {"data": data, "signature": signature, "body": body, "flat": {"body": flat, "x-signature": sign(checksum_key, flat)}}


def _standard(url: str, checksum_key: str, data: JsonObject, *, spoilt: bool = False) -> Message:
    body: JsonObject = sign_both(checksum_key, data)["body"]
    if spoilt:
        body["signature"] = spoil(body["signature"])
    return Message(url, json.dumps(body, ensure_ascii=False))


def _flat(url: str, checksum_key: str, body: JsonObject, *, spoilt: bool) -> Message:
    text = flat_message(body)
    signature = sign(checksum_key, text)
    headers = {"Content-Type": "application/json", "x-signature": spoil(signature) if spoilt else signature}
    return Message(url, text, headers=headers)


def _dialect(account: Account, wanted: Wanted, settings: PayosSettings) -> str:
    dialect = wanted.options.get("dialect") or account.options.get("dialect") or settings.dialect
    return dialect if dialect in DIALECTS else DIALECTS[0]


def _transfer(link: Payment, wanted: Wanted) -> Transfer:
    for transfer in reversed(link.transfers):
        if wanted.subject in ("", transfer.number):
            return transfer
    return Transfer(number=f"FT{time.time_ns()}", amount=link.amount, memo=link.own["memo"], at=time.time())


def _changed(fields: JsonObject, wanted: Wanted) -> JsonObject:
    return wanted.apply(fields | {"amount": fields["amount"] + wanted.amount_off})

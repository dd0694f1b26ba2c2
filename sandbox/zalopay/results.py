"""What ZaloPay tells of a payment: the callback's data and the redirect's query."""

import json

from sandbox.clock import Clock
from sandbox.kit.model import Account, Payment
from sandbox.kit.notices import Wanted
from sandbox.state import JsonObject
from sandbox.zalopay.codes import EXPIRED
from sandbox.zalopay.settings import Settings
from sandbox.zalopay.signing import REDIRECT, bar_message, sign

# How the payer paid: channel number and bank code. The number of bank transfers by QR is not published.
_CHANNELS = {"atm": (39, "VTB"), "account": (37, "VTB"), "vietqr": (37, ""), "cc": (36, "CC")}
_WALLET = (38, "")


def channel(payment: Payment) -> tuple[int, str]:
    return _CHANNELS.get(payment.own.get("way") or payment.method, _WALLET)


def callback_data(payment: Payment, clock: Clock, settings: Settings, wanted: Wanted, provisional_no: str) -> JsonObject:
    """The fields of a callback's `data`. `provisional_no` stands in for a payment that was not paid."""
    number = wanted.subject or payment.transaction_no or provisional_no
    return {
        "app_id": int(payment.account),
        "app_trans_id": payment.reference,
        "app_time": payment.own["app_time"],
        "app_user": payment.own["app_user"],
        "amount": payment.amount + wanted.amount_off,
        "embed_data": payment.own["embed_data"],
        "item": payment.own["item"],
        "zp_trans_id": number if settings.text_zp_trans_id else int(number),
        "server_time": int(clock.timestamp() * 1_000),
        "channel": channel(payment)[0],
        "merchant_user_id": payment.own["app_user"],
        "zp_user_id": "zlp-user",
        "user_fee_amount": 0,
        "discount_amount": 0,
    }


def callback_body(account: Account, data: JsonObject, *, kind: int = 1) -> JsonObject:
    """The callback as it leaves: the mac is over the very text of `data`."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return {"data": text, "mac": sign(account["key2"], text), "type": kind}


def redirect_fields(account: Account, payment: Payment) -> dict[str, str]:
    """The browser's query with its checksum; status 1 or an error code."""
    pmcid, bank = channel(payment)
    status = "1" if payment.state == "paid" else payment.code or EXPIRED
    fields = {
        "appid": payment.account,
        "apptransid": payment.reference,
        "pmcid": str(pmcid),
        "bankcode": bank,
        "amount": str(payment.amount),
        "discountamount": "0",
        "status": status,
    }
    return fields | {"checksum": sign(account["key2"], bar_message(REDIRECT, fields))}

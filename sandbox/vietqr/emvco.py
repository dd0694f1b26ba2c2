"""VietQR texts after EMVCo's merchant-presented QR and NAPAS's IBFT profile 1.5.2 (read 2026-11-21). Pure.

Written for the side of the payer's bank: it reads strictly what it is shown and writes what a gateway shows.
"""

import re
import unicodedata
from dataclasses import dataclass

GUID = "A000000727"
TO_ACCOUNT, TO_CARD = "QRIBFTTA", "QRIBFTTC"
DONG, VIETNAM = "704", "VN"
MOST_MEMO = 25

_AMOUNT = re.compile(r"[1-9][0-9]{0,12}")
_BIN = re.compile(r"[0-9]{6}")
_NUMBER = re.compile(r"[A-Za-z0-9]{1,19}")


class QrError(ValueError):
    """The text is no transfer order that a Vietnamese banking app would take."""


@dataclass(frozen=True)
class TransferOrder:
    """What a QR asks for: a transfer to this account; no amount (None) and no memo ("") are the payer's to choose."""

    bin: str
    number: str
    amount: int | None = None
    memo: str = ""
    service: str = TO_ACCOUNT


def crc16(data: bytes) -> str:
    """CRC-16/CCITT-FALSE (polynomial 1021, start FFFF), four upper-case hex digits."""
    register = 0xFFFF
    for byte in data:
        register ^= byte << 8
        for _ in range(8):
            register = (register << 1) ^ (0x1021 if register & 0x8000 else 0)
            register &= 0xFFFF
    return f"{register:04X}"


def write(order: TransferOrder) -> str:
    """The QR text; dynamic (12) as soon as it has an amount. QrError for what does not fit."""
    _refuse_unfit(order)
    account = _element("00", order.bin) + _element("01", order.number)
    template = _element("00", GUID) + _element("01", account) + _element("02", order.service)
    text = _element("00", "01") + _element("01", "12" if order.amount is not None else "11")
    text += _element("38", template) + _element("53", DONG)
    if order.amount is not None:
        text += _element("54", str(order.amount))
    text += _element("58", VIETNAM)
    if order.memo:
        text += _element("62", _element("08", order.memo))
    text += "6304"
    return text + crc16(text.encode())


def read(text: str) -> TransferOrder:
    """The order in a QR text whose CRC holds; QrError says what is wrong. A lower-case CRC is accepted."""
    if not text.isascii():
        raise QrError("not ASCII")  # readers disagree whether lengths count characters or bytes
    _check_crc(text)
    fields = _elements(text)
    if fields.get("00") != "01" or fields.get("53") != DONG or fields.get("58") != VIETNAM:
        raise QrError("not a VietQR in VND")
    target = _elements(fields.get("38", ""))
    if target.get("00") != GUID:
        raise QrError("no NAPAS account in it")
    account = _elements(target.get("01", ""))
    order = TransferOrder(
        bin=account.get("00", ""),
        number=account.get("01", ""),
        amount=_amount(fields.get("54")),
        memo=_elements(fields.get("62", "")).get("08", ""),
        service=target.get("02", TO_ACCOUNT),
    )
    _refuse_unfit(order)
    return order


def fold(memo: str) -> str:
    """The memo in ASCII: Vietnamese marks go, what has no Latin letter goes too."""
    plain = unicodedata.normalize("NFD", memo.replace("đ", "d").replace("Đ", "D"))
    return plain.encode("ascii", errors="ignore").decode()


def _refuse_unfit(order: TransferOrder) -> None:
    if not _BIN.fullmatch(order.bin) or not _NUMBER.fullmatch(order.number):
        raise QrError("no bank and account number")
    if order.service not in {TO_ACCOUNT, TO_CARD}:
        raise QrError("not a transfer")
    if order.amount is not None and not _AMOUNT.fullmatch(str(order.amount)):
        raise QrError("the amount is not 1 to 13 digits")
    if not order.memo.isascii() or len(order.memo) > MOST_MEMO:
        raise QrError(f"the memo is not ASCII of at most {MOST_MEMO} characters")


def _element(tag: str, value: str) -> str:
    return f"{tag}{len(value):02d}{value}"


def _check_crc(text: str) -> None:
    if len(text) < 8 or text[-8:-4] != "6304" or crc16(text[:-4].encode()) != text[-4:].upper():
        raise QrError("the CRC does not hold")


def _elements(text: str) -> dict[str, str]:
    """Tags with their values; QrError for a length that does not fit and for a tag that comes twice."""
    found: dict[str, str] = {}
    place = 0
    while place < len(text):
        head = text[place : place + 4]
        if not re.fullmatch(r"[0-9]{4}", head):
            raise QrError("broken element")
        length = int(head[2:])
        value = text[place + 4 : place + 4 + length]
        if not length or len(value) != length or head[:2] in found:
            raise QrError("broken element")
        found[head[:2]] = value
        place += 4 + length
    return found


def _amount(text: str | None) -> int | None:
    if text is None:
        return None
    if not _AMOUNT.fullmatch(text):
        raise QrError("the amount is not 1 to 13 digits")
    return int(text)

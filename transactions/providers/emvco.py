"""The text of a VietQR code: EMVCo merchant-presented QR, as NAPAS 247 transfers use it (NAPAS "QR switching" 1.5.2, 2021-01).

Elements are ``id`` (2 digits), length (2 digits) and value; the last one is a CRC. Libraries count lengths in characters and the
CRC in bytes, so a memo with accents is read differently by different banks: only ASCII is written here.
"""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass
from typing import Final

from transactions.providers.folding import to_ascii

TO_ACCOUNT: Final = "QRIBFTTA"
TO_CARD: Final = "QRIBFTTC"
LONGEST_MEMO: Final = 25

_NAPAS: Final = "A000000727"
_VND: Final = "704"
_LONGEST_VALUE: Final = 99
_CRC_HEAD: Final = "6304"
_AMOUNT = re.compile(r"([0-9]{1,13})(?:\.0{0,2})?")


class EmvcoError(ValueError):
    """The text is no QR code of this kind, or one can not be made of the values."""


class NotElements(EmvcoError):
    """The text is not a row of elements: an id or a length is wrong, it ends too soon, or an id comes twice."""


class BadChecksum(EmvcoError):
    """The CRC is absent or belongs to another text."""


class NotVietQR(EmvcoError):
    """A QR code of another kind: no transfer over NAPAS 247 in đồng."""


class BadValue(EmvcoError):
    """A value can not be written: it is too long, empty, or of characters that the element does not take."""


@dataclass(frozen=True)
class TransferQR:
    """A transfer to ``account`` at the bank ``bin``. ``amount`` in đồng; without one the payer types it."""

    bin: str
    account: str
    amount: int | None = None
    memo: str = ""
    service: str = TO_ACCOUNT


def crc16(data: bytes) -> str:
    """CRC-16/CCITT-FALSE as 4 upper-case hex digits."""
    return f"{binascii.crc_hqx(data, 0xFFFF):04X}"


def fold_memo(text: str, limit: int = LONGEST_MEMO) -> str:
    """``text`` as banks keep it: ASCII letters, digits and single spaces, cut to ``limit``."""
    return re.sub(r"[^A-Za-z0-9]+", " ", to_ascii(text)).strip()[:limit].strip()


def build(transfer: TransferQR) -> str:
    """The text of a QR code. The memo is folded to ASCII, never cut: what names the payment must arrive whole.

    Raises ``BadValue``.
    """
    memo = fold_memo(transfer.memo, limit=_LONGEST_VALUE)
    _check(transfer, memo)
    receiver = _join(("00", transfer.bin), ("01", transfer.account))
    head = _join(
        ("00", "01"),
        ("01", "11" if transfer.amount is None else "12"),
        ("38", _join(("00", _NAPAS), ("01", receiver), ("02", transfer.service))),
        ("53", _VND),
        ("54", "" if transfer.amount is None else str(transfer.amount)),
        ("58", "VN"),
        ("62", _join(("08", memo))),
    )
    return head + _CRC_HEAD + crc16((head + _CRC_HEAD).encode())


def read(text: str) -> TransferQR:
    """The transfer that a QR code asks for. Raises ``BadChecksum``, ``NotElements``, ``NotVietQR``."""
    fields = elements(text)
    scheme = split(fields.get("38", ""))
    receiver = split(scheme.get("01", ""))
    if scheme.get("00") != _NAPAS or not receiver.get("00") or not receiver.get("01"):
        raise NotVietQR("no receiver of NAPAS 247")
    if fields.get("53", _VND) != _VND:
        raise NotVietQR("not in đồng")
    return TransferQR(
        bin=receiver["00"],
        account=receiver["01"],
        amount=_amount(fields.get("54", "")),
        memo=split(fields.get("62", "")).get("08", ""),
        service=scheme.get("02", ""),
    )


def elements(text: str) -> dict[str, str]:
    """The elements of a whole QR code by id, the CRC (in either case) verified. Raises ``BadChecksum``, ``NotElements``."""
    body, crc = text[:-4], text[-4:]
    try:
        expected = crc16(body.encode())
    except UnicodeEncodeError as error:
        raise NotElements("not a text") from error
    if not body.endswith(_CRC_HEAD) or crc.upper() != expected:
        raise BadChecksum("the CRC is absent or wrong")
    return split(text)


def split(text: str) -> dict[str, str]:
    """One level of elements by id; ``{}`` for an empty text. Raises ``NotElements``."""
    found: dict[str, str] = {}
    rest = text
    while rest:
        head, rest = rest[:4], rest[4:]
        if not re.fullmatch(r"[0-9]{4}", head):
            raise NotElements("an element begins with 4 digits")
        name, length = head[:2], int(head[2:])
        if length == 0 or len(rest) < length:
            raise NotElements(f"element {name} ends too soon")
        if name in found:
            raise NotElements(f"element {name} comes twice")
        found[name], rest = rest[:length], rest[length:]
    return found


def _amount(text: str) -> int | None:
    if not text:
        return None
    digits = _AMOUNT.fullmatch(text)
    if digits is None:
        raise NotVietQR("an amount is whole đồng")
    return int(digits[1])


def _join(*pairs: tuple[str, str]) -> str:
    """Elements in this order; one without a value is left out."""
    return "".join(_element(name, value) for name, value in pairs if value)


def _element(name: str, value: str) -> str:
    if len(value) > _LONGEST_VALUE:
        raise BadValue(f"element {name} is longer than {_LONGEST_VALUE}")
    return f"{name}{len(value):02d}{value}"


def _check(transfer: TransferQR, memo: str) -> None:
    if not re.fullmatch(r"[0-9]{6}", transfer.bin):
        raise BadValue("a bank's BIN has 6 digits")
    # Wallets use virtual accounts with letters in them (99MM..., 99ZP...).
    if not re.fullmatch(r"[A-Za-z0-9]{1,19}", transfer.account):
        raise BadValue("an account has 1 to 19 letters or digits")
    if transfer.service not in (TO_ACCOUNT, TO_CARD):
        raise BadValue("the service is not a transfer to an account or a card")
    if transfer.amount is not None and not 1 <= transfer.amount <= 9_999_999_999_999:
        raise BadValue("an amount has 1 to 13 digits and is not zero")
    if len(memo) > LONGEST_MEMO:
        raise BadValue(f"a memo is longer than {LONGEST_MEMO}")

"""The text of ZaloPay's multi-function QR: its own template (26) beside the VietQR one (38) on a virtual account."""

import binascii

_GUID, _NAPAS, _BIN = "vn.zalopay", "A000000727", "970454"


def qr_text(token: str, amount: int) -> str:
    """An EMVCo merchant-presented text with its checksum."""
    virtual_account = f"99ZP{token[:14].upper()}"
    bank = _part("00", _BIN) + _part("01", virtual_account)
    text = _part("00", "01") + _part("01", "12")
    text += _part("26", _part("00", _GUID) + _part("01", token[:20]))
    text += _part("38", _part("00", _NAPAS) + _part("01", bank) + _part("02", "QRIBFTTA"))
    text += _part("53", "704") + _part("54", str(amount)) + _part("58", "VN") + _part("62", _part("08", token[:12])) + "6304"
    return f"{text}{binascii.crc_hqx(text.encode(), 0xFFFF):04X}"


def _part(number: str, value: str) -> str:
    return f"{number}{len(value):02d}{value}"

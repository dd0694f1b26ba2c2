"""The strict reading of the legacy gateway's calls: what it accepts, and the code for what it does not."""

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from sandbox.napas.checks import MAX_VND, MIN_VND

_REFERENCE = r"[A-Za-z0-9_-]{1,40}"
_URL = r"(?=.{10,500}\Z)https?://[^\s/?#]+[^\s]*"
_COMMON = {
    "vpc_AccessCode": r".{1,32}",
    "vpc_Merchant": r".{1,32}",
    "vpc_MerchTxnRef": _REFERENCE,
    "vpc_SecureHash": r".{1,64}",
}
PAY = _COMMON | {
    "vpc_Version": r"2\.0",
    "vpc_Command": r"pay",
    "vpc_OrderInfo": r".{1,200}",
    "vpc_Amount": r"[1-9][0-9]{0,14}",
    "vpc_ReturnURL": _URL,
    "vpc_BackURL": _URL,
    "vpc_Locale": r"vn|en",
    "vpc_TicketNo": r"[0-9A-Fa-f.:]{3,45}",
}
QUERY = _COMMON | {
    "vpc_Version": r"2\.[01]",
    "vpc_Command": r"queryDR",
    "vpc_User": r".{1,64}",
    "vpc_Password": r".{1,64}",
}
REFUND = QUERY | {
    "vpc_Command": r"refund",
    "vpc_TransactionNo": r"[0-9]{1,20}",
    "vpc_Amount": r"[1-9][0-9]{0,14}",
    "vpc_CurrencyCode": r"VND",
}


class VpcError(Exception):
    """The gateway refuses with this vpc_ResponseCode; `name` is the field that is wrong, if one is."""

    def __init__(self, code: str, name: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.name = name


@dataclass(frozen=True)
class PayRequest:
    """One checked vpcpay.do; the amount in đồng."""

    fields: dict[str, str]
    amount: int


def read_query(query: str) -> dict[str, str]:
    """The parameters of a raw query; VpcError 10 for one that comes twice or for far too many."""
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=60)
    except ValueError:
        raise VpcError("10") from None
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise VpcError("10")
    return fields


def check_formats(fields: dict[str, str], formats: dict[str, str]) -> None:
    """VpcError 10 with the name of the first field that is missing or malformed."""
    for name, pattern in formats.items():
        if not re.fullmatch(pattern, fields.get(name, "")):
            raise VpcError("10", name)


def check_pay(fields: dict[str, str], factor: int) -> PayRequest:
    """The request if the page may be shown for it. `factor`: how many of its units make a đồng."""
    check_formats(fields, PAY)
    # One public driver says vpc_Currency instead.
    if (fields.get("vpc_CurrencyCode") or fields.get("vpc_Currency")) != "VND":
        raise VpcError("10", "vpc_CurrencyCode")
    for name in ("vpc_ReturnURL", "vpc_BackURL"):
        if not _has_host(fields[name]):
            raise VpcError("10", name)
    if not _is_address(fields["vpc_TicketNo"]):
        raise VpcError("10", "vpc_TicketNo")
    return PayRequest(fields, read_amount(fields["vpc_Amount"], factor))


def read_amount(text: str, factor: int) -> int:
    """The đồng of a vpc_Amount; VpcError 10 for a part of one, 30 and 24 beyond the bounds."""
    vnd, rest = divmod(int(text), factor)
    if rest:
        raise VpcError("10", "vpc_Amount")
    if vnd < MIN_VND:
        raise VpcError("30", "vpc_Amount")
    if vnd > MAX_VND:
        raise VpcError("24", "vpc_Amount")
    return vnd


def _has_host(url: str) -> bool:
    try:
        return bool(urlsplit(url).hostname)
    except ValueError:
        return False


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True

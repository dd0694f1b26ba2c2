"""The strict reading of a payment URL: what VNPay's page accepts, and the error code for what it does not."""

import ipaddress
import re
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

from sandbox.vnpay.model import Terminal
from sandbox.vnpay.signing import read_vietnam_time, url_message, verify

MIN_VND = 5_000
MAX_VND_EXCLUSIVE = 1_000_000_000

# Printable ASCII without the characters that VNPay's own demos encode differently.
_ORDER_INFO = r"(?:(?![!'()*~])[ -~]){1,255}"

REQUIRED = {
    "vnp_Version": r"2\.1\.0",
    "vnp_Command": r"pay",
    "vnp_TmnCode": r"[A-Za-z0-9]{8}",
    "vnp_Amount": r"[0-9]{1,12}",
    "vnp_CreateDate": r"[0-9]{14}",
    "vnp_ExpireDate": r"[0-9]{14}",
    "vnp_CurrCode": r"VND",
    "vnp_IpAddr": r"[0-9A-Fa-f.:]{7,45}",
    "vnp_Locale": r"vn|en",
    "vnp_OrderInfo": _ORDER_INFO,
    "vnp_OrderType": r"[A-Za-z0-9]{1,100}",
    "vnp_ReturnUrl": r"(?=.{10,255}\Z)https?://[^\s/?#]+[^\s]*",
    "vnp_TxnRef": r"[A-Za-z0-9._:/-]{1,100}",
    "vnp_SecureHash": r".{32,256}",
}
_OPTIONAL = {"vnp_BankCode": r"[A-Za-z0-9]{3,20}"}
_CLOCK_TOLERANCE = timedelta(minutes=15)


class PageError(Exception):
    """The payment page refuses with this code (Payment/Error.html?code=NN)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def read_fields(query: str) -> dict[str, str]:
    """The parameters of a raw query string; PageError 03 for one that comes twice or for far too many."""
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=100)
    except ValueError:
        raise PageError("03") from None
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise PageError("03")
    return fields


def check_request(fields: dict[str, str], terminals: dict[str, Terminal], now: datetime) -> None:
    """Returns only for a request VNPay would show its page for; else PageError with the page's code."""
    if any(not fields.get(name) for name in REQUIRED):
        raise PageError("03")
    terminal = terminals.get(fields["vnp_TmnCode"])
    if terminal is None:
        raise PageError("72")
    if not verify(terminal.hash_secret, url_message(fields), fields["vnp_SecureHash"]):
        raise PageError("70")
    _check_formats(fields)
    _check_website(terminal, fields["vnp_ReturnUrl"])
    _check_times(fields, now)
    _check_amount(int(fields["vnp_Amount"]))


def _check_formats(fields: dict[str, str]) -> None:
    if "vnp_SecureHashType" in fields:  # gone since 2.1.0
        raise PageError("03")
    for name, value in fields.items():
        if name.startswith("vnp_") and not value:
            raise PageError("03")
    for name, pattern in (REQUIRED | _OPTIONAL).items():
        if name in fields and not re.fullmatch(pattern, fields[name]):
            raise PageError("03")
    try:
        ipaddress.ip_address(fields["vnp_IpAddr"])
        host = urlsplit(fields["vnp_ReturnUrl"]).hostname
    except ValueError:
        raise PageError("03") from None
    if not host:
        raise PageError("03")


def _check_website(terminal: Terminal, return_url: str) -> None:
    listed = terminal.websites is None or urlsplit(return_url).hostname in terminal.websites
    if not terminal.approved or not listed:
        raise PageError("71")


def _check_times(fields: dict[str, str], now: datetime) -> None:
    try:
        created = read_vietnam_time(fields["vnp_CreateDate"])
        expires = read_vietnam_time(fields["vnp_ExpireDate"])
    except ValueError:
        raise PageError("03") from None
    if expires <= created:
        raise PageError("03")
    # A CreateDate hours ahead is a wrong time zone just like an ExpireDate hours ago.
    if expires <= now or created > now + _CLOCK_TOLERANCE:
        raise PageError("15")


def _check_amount(hundredfold: int) -> None:
    vnd, rest = divmod(hundredfold, 100)
    if rest:
        raise PageError("03")
    if not MIN_VND <= vnd < MAX_VND_EXCLUSIVE:
        raise PageError("32")

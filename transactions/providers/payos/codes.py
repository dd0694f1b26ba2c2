"""What payOS's codes and states say, in Vietnamese and English. The list of codes is gathered, no complete one is published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Meaning:
    """A code's meaning, fit to be shown to people."""

    vi: str
    en: str


def _table(*rows: tuple[str, str, str]) -> Mapping[str, Meaning]:
    table = {code: Meaning(vi, en) for code, vi, en in rows}
    if len(table) != len(rows):
        raise ValueError("a code occurs twice")
    return table


SUCCESS, NOT_FOUND, ORDER_EXISTS = "00", "101", "231"

# ``code`` of answers and of the return URL.
CODES = _table(
    (SUCCESS, "Thành công", "Success"),
    ("01", "Tham số không hợp lệ", "Bad parameters"),
    ("20", "Thông tin truyền lên không đúng", "Bad request data"),
    (NOT_FOUND, "Mã thanh toán không tồn tại", "The payment link does not exist"),
    ("201", "Chữ ký không hợp lệ", "Wrong signature"),
    ("214", "Cổng thanh toán không tồn tại hoặc đã tạm dừng", "The payment channel does not exist or is paused"),
    (ORDER_EXISTS, "Đơn thanh toán đã tồn tại", "The order code exists already"),
    ("401", "Thông tin xác thực bị thiếu hoặc sai", "Credentials are missing or wrong"),
    ("429", "Gọi quá nhiều lần", "Too many requests"),
)
CREDENTIAL_CODES = frozenset({"201", "214", "401"})
REFUSAL_CODES = frozenset({"01", "20", NOT_FOUND, ORDER_EXISTS})

# ``status`` of a payment link.
STATUS = _table(
    ("PENDING", "Chờ thanh toán", "Waiting for payment"),
    ("PROCESSING", "Đang xử lý", "In work"),
    ("UNDERPAID", "Thanh toán thiếu", "Paid in part"),
    ("PAID", "Đã thanh toán", "Paid"),
    ("CANCELLED", "Liên kết thanh toán đã bị huỷ", "The payment link was cancelled"),
    ("EXPIRED", "Liên kết thanh toán đã hết hạn", "The payment link has expired"),
    ("FAILED", "Thanh toán thất bại", "The payment failed"),
)
CLOSED = frozenset({"CANCELLED", "EXPIRED", "FAILED"})

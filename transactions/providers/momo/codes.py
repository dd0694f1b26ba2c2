"""What MoMo's resultCode says, in Vietnamese and English, and of what kind it is; what follows is decided in ``verdicts``.

One table serves every call. The kind also says which error of ours a refused call is: ``CREDENTIALS`` is
PROVIDER_AUTHENTICATION_FAILED, ``REFUSED`` and ``FAILED`` PROVIDER_INVALID_RESPONSE, the others leave the fate open.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto


class Kind(Enum):
    """What a code means for the payment or the call."""

    DONE = auto()
    HELD = auto()  # the money is held until it is captured or released
    PENDING = auto()
    FAILED = auto()  # final: the payer's money did not move
    REFUSED = auto()  # the call itself is wrong: nothing happened
    CREDENTIALS = auto()
    UNSAID = auto()  # says nothing about what became of it: ask
    NO_REFUND = auto()  # final: the refund was refused


@dataclass(frozen=True)
class Meaning:
    """A code's kind, and its meaning fit to be shown to people."""

    kind: Kind
    vi: str
    en: str


def _table(*rows: tuple[str, Kind, str, str]) -> Mapping[str, Meaning]:
    table = {code: Meaning(kind, vi, en) for code, kind, vi, en in rows}
    if len(table) != len(rows):
        raise ValueError("a code occurs twice")
    return table


RESULT = _table(
    ("0", Kind.DONE, "Giao dịch thành công", "Success"),
    ("10", Kind.UNSAID, "Hệ thống MoMo đang bảo trì", "MoMo is under maintenance"),
    ("11", Kind.CREDENTIALS, "Truy cập bị từ chối", "Access denied"),
    ("12", Kind.REFUSED, "Phiên bản API không được hỗ trợ", "API version not supported"),
    ("13", Kind.CREDENTIALS, "Xác thực doanh nghiệp thất bại", "Merchant authentication failed"),
    ("20", Kind.REFUSED, "Yêu cầu sai định dạng", "Badly formatted request"),
    ("21", Kind.REFUSED, "Số tiền không hợp lệ", "Amount not allowed"),
    ("22", Kind.REFUSED, "Số tiền ngoài giới hạn hoặc khác số tiền giữ", "Amount out of range or not the amount held"),
    ("40", Kind.UNSAID, "Mã yêu cầu (requestId) bị trùng", "requestId repeated"),
    ("41", Kind.UNSAID, "Mã đơn hàng (orderId) bị trùng", "orderId repeated"),
    ("42", Kind.REFUSED, "Mã đơn hàng sai hoặc không tồn tại", "orderId is wrong or unknown"),
    ("43", Kind.UNSAID, "Xung đột với giao dịch đang xử lý", "Clash with a transaction in work"),
    ("45", Kind.REFUSED, "Mã sản phẩm (ItemId) bị trùng", "Item id repeated"),
    ("47", Kind.REFUSED, "Thông tin không phù hợp", "The data does not apply"),
    ("98", Kind.UNSAID, "Không tạo được mã QR", "The QR code was not made"),
    ("99", Kind.UNSAID, "Lỗi không xác định", "Unknown error"),
    ("1000", Kind.PENDING, "Chờ người dùng xác nhận", "Waits for the payer"),
    ("1001", Kind.FAILED, "Tài khoản không đủ tiền", "Not enough money"),
    ("1002", Kind.FAILED, "Nhà phát hành thẻ hoặc tài khoản từ chối", "Refused by the issuer of card or account"),
    ("1003", Kind.FAILED, "Giao dịch đã bị hủy", "The payment was cancelled"),
    ("1004", Kind.FAILED, "Vượt quá hạn mức thanh toán của người dùng", "Over the payer's limit"),
    ("1005", Kind.FAILED, "Liên kết hoặc mã QR đã hết hạn", "The link or QR code has expired"),
    ("1006", Kind.FAILED, "Người dùng từ chối thanh toán", "The payer declined"),
    ("1007", Kind.FAILED, "Tài khoản không tồn tại hoặc ngưng hoạt động", "The account is missing or inactive"),
    ("1017", Kind.FAILED, "Đối tác hủy giao dịch", "Cancelled by the merchant"),
    ("1026", Kind.FAILED, "Bị giới hạn theo thể lệ khuyến mãi", "Restricted by the rules of a promotion"),
    ("1080", Kind.NO_REFUND, "Hoàn tiền thất bại, hãy thử lại sau khoảng một giờ", "Refund failed, try again in about an hour"),
    ("1081", Kind.UNSAID, "Từ chối hoàn: có thể đã hoàn hoặc vượt số còn lại", "Refund refused: perhaps refunded already"),
    ("1088", Kind.NO_REFUND, "Giao dịch không được phép hoàn tiền", "The payment can not be refunded"),
    ("2019", Kind.FAILED, "Mã nhóm đơn hàng (orderGroupId) sai", "Wrong orderGroupId"),
    ("4001", Kind.FAILED, "Tài khoản người dùng bị hạn chế", "The payer's account is restricted"),
    ("4002", Kind.FAILED, "Tài khoản chưa xác thực sinh trắc học", "The payer's account is not verified by biometrics"),
    ("4100", Kind.FAILED, "Người dùng đăng nhập thất bại", "The payer could not log in"),
    ("7000", Kind.PENDING, "Giao dịch đang được xử lý", "In work"),
    ("7002", Kind.PENDING, "Nhà cung cấp thanh toán đang xử lý", "In work at the payment provider"),
    ("8000", Kind.PENDING, "Người dùng cần xác nhận lại", "The payer has to confirm again"),
    ("9000", Kind.HELD, "Đã xác nhận, tiền đang được giữ", "Authorised, the money is held"),
)  # fmt: skip

UNKNOWN_ORDER, MAYBE_REFUNDED, CANCELLED_BY_PAYER = "42", "1081", "1006"
# What a released or already cancelled hold answers.
RELEASED = frozenset({"1003", "1017"})

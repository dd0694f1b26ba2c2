"""What VNPay's codes say, in Vietnamese and English. What follows from them is decided in ``verdicts``."""

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


# vnp_ResponseCode of notices and of the return URL. 01-06 and 08 come from an older list that terminals may still send.
RESPONSE = _table(
    ("00", "Giao dịch thành công", "Success"),
    ("01", "Giao dịch đã tồn tại", "The order exists already"),
    ("02", "Mã định danh kết nối không hợp lệ", "Unknown merchant"),
    ("03", "Dữ liệu gửi sang không đúng định dạng", "Badly formatted data"),
    ("04", "Website đang bị tạm khóa", "The website is locked"),
    ("05", "Nhập sai mật khẩu thanh toán quá số lần quy định", "Payment password wrong too often"),
    ("06", "Nhập sai mật khẩu xác thực giao dịch (OTP)", "Wrong one-time password"),
    ("07", "Đã trừ tiền, giao dịch bị nghi ngờ gian lận", "Money was taken, fraud is suspected"),
    ("08", "Hệ thống ngân hàng đang bảo trì", "The bank is under maintenance"),
    ("09", "Thẻ hoặc tài khoản chưa đăng ký InternetBanking", "Card or account not registered for internet banking"),
    ("10", "Xác thực thông tin thẻ hoặc tài khoản sai quá 3 lần", "Card or account data wrong more than 3 times"),
    ("11", "Đã hết thời gian chờ thanh toán", "The time to pay has run out"),
    ("12", "Thẻ hoặc tài khoản bị khóa", "Card or account is locked"),
    ("13", "Nhập sai mật khẩu xác thực giao dịch (OTP)", "Wrong one-time password"),
    ("24", "Khách hàng hủy giao dịch", "The payer cancelled"),
    ("51", "Tài khoản không đủ số dư", "Not enough balance"),
    ("65", "Tài khoản vượt quá hạn mức giao dịch trong ngày", "Daily limit exceeded"),
    ("75", "Ngân hàng thanh toán đang bảo trì", "The bank is under maintenance"),
    ("79", "Nhập sai mật khẩu thanh toán quá số lần quy định", "Payment password wrong too often"),
    ("99", "Lỗi khác", "Other error"),
)

CANCELLED = "24"

# vnp_TransactionStatus: the state at VNPay.
STATUS = _table(
    ("00", "Giao dịch thành công", "Done"),
    ("01", "Giao dịch chưa hoàn tất", "Not finished"),
    ("02", "Giao dịch bị lỗi", "Failed"),
    (
        "04",
        "Giao dịch đảo: ngân hàng đã trừ tiền nhưng VNPAY chưa thành công",
        "Reversed: the bank took the money, VNPay did not finish",
    ),
    ("05", "VNPAY đang xử lý hoàn tiền", "VNPay is working on the refund"),
    ("06", "VNPAY đã gửi yêu cầu hoàn tiền sang ngân hàng", "VNPay has sent the refund to the bank"),
    ("07", "Giao dịch bị nghi ngờ gian lận", "Fraud is suspected"),
    ("09", "Yêu cầu hoàn tiền bị từ chối", "The refund was refused"),
)

# vnp_ResponseCode of an answer to querydr.
QUERY = _table(
    ("00", "Truy vấn thành công", "Query done"),
    ("02", "Mã định danh kết nối không hợp lệ", "Unknown merchant"),
    ("03", "Dữ liệu gửi sang không đúng định dạng", "Badly formatted data"),
    ("91", "Không tìm thấy giao dịch", "Payment not found"),
    ("94", "Yêu cầu trùng lặp trong thời gian giới hạn", "Asked again too soon"),
    ("97", "Chữ ký không hợp lệ", "Wrong signature"),
    ("99", "Lỗi khác", "Other error"),
)

# vnp_ResponseCode of an answer to refund. 04, 13, 93 and 98 come from the older table, in which 02 means that the refunds
# together exceed the payment: VNPay's own vnp_Message tells which.
REFUND = _table(
    ("00", "Đã nhận yêu cầu hoàn tiền", "Refund accepted"),
    (
        "02",
        "Từ chối: sai mã kết nối hoặc tổng tiền hoàn lớn hơn số tiền gốc",
        "Refused: unknown merchant or refunds exceed the payment",
    ),
    ("03", "Dữ liệu gửi sang không đúng định dạng", "Badly formatted data"),
    ("04", "Không cho phép hoàn toàn phần sau khi đã hoàn một phần", "No full refund after a partial one"),
    ("13", "Chỉ cho phép hoàn một phần", "Only a partial refund is allowed"),
    ("91", "Không tìm thấy giao dịch cần hoàn", "Payment not found"),
    ("93", "Số tiền hoàn không hợp lệ", "Bad refund amount"),
    ("94", "Yêu cầu hoàn đã được gửi trước đó và đang xử lý", "Refund already asked for, in work"),
    ("95", "Giao dịch gốc không thành công, VNPAY từ chối hoàn", "The payment did not succeed at VNPay, refund refused"),
    ("97", "Chữ ký không hợp lệ", "Wrong signature"),
    ("98", "Hết thời gian chờ", "Timeout"),
    ("99", "Lỗi khác", "Other error"),
)

# Payment/Error.html?code=N: shown to the payer by VNPay itself, no notice follows. For support only.
PAYMENT_PAGE = _table(
    ("03", "Dữ liệu gửi sang không đúng định dạng", "Badly formatted data"),
    ("15", "Đã quá thời gian chờ thanh toán (thường do sai múi giờ)", "The time to pay is over (often a wrong time zone)"),
    ("32", "Số tiền ngoài khoảng cho phép", "Amount out of range"),
    ("70", "Sai chữ ký", "Wrong signature"),
    ("71", "Website chưa được phê duyệt", "The website is not approved"),
    ("72", "Không tìm thấy website", "The website is not known"),
)

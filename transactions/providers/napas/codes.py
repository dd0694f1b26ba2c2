"""What NAPAS's codes say, in Vietnamese and English, and what each means for the payment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from transactions.providers.base import Outcome

PAID, FAILED, PENDING = Outcome.PAID, Outcome.FAILED, Outcome.PENDING


@dataclass(frozen=True)
class Meaning:
    """A code's outcome and its text, fit to be shown to people."""

    outcome: Outcome
    vi: str
    en: str


def _table(*rows: tuple[str, Outcome, str, str]) -> Mapping[str, Meaning]:
    table = {code: Meaning(outcome, vi, en) for code, outcome, vi, en in rows}
    if len(table) != len(rows):
        raise ValueError("a code occurs twice")
    return table


# response.gatewayCode of DPS. NAPAS changes its unpublished list from version to version: one that is not here is decided by
# ``result`` alone.
GATEWAY = _table(
    ("APPROVED", PAID, "Giao dịch thành công", "Success"),
    ("DECLINED", FAILED, "Ngân hàng từ chối giao dịch", "The bank declined the payment"),
    ("INSUFFICIENT_FUNDS", FAILED, "Tài khoản không đủ số dư", "Not enough balance"),
    ("EXPIRED_CARD", FAILED, "Thẻ đã hết hạn", "The card has expired"),
    ("INVALID_OTP", FAILED, "Nhập sai mã xác thực (OTP)", "Wrong one-time password"),
    ("CANCELLED", FAILED, "Khách hàng hủy giao dịch", "The payer cancelled"),
    ("TIMED_OUT", PENDING, "Chưa có trả lời của ngân hàng", "The bank has not answered yet"),
    ("SYSTEM_ERROR", PENDING, "Hệ thống NAPAS gặp lỗi, chưa rõ kết quả", "An error at NAPAS, the result is not known yet"),
)
CANCELLED = "CANCELLED"
SUCCESS = GATEWAY["APPROVED"]
WAITING = Meaning(PENDING, "Giao dịch đang được xử lý", "The payment is being processed")
NO_REASON = Meaning(FAILED, "Giao dịch không thành công", "The payment failed")
REFUND_REFUSED = Meaning(FAILED, "NAPAS từ chối yêu cầu hoàn tiền", "NAPAS refused the refund")

# vpc_ResponseCode (return) and vpc_TxnResponseCode (queryDR, refund) of the legacy gateway. 5, 6, 26 and 34 leave open whether
# the bank took the money; 11 is not about a payment; 31 to 33 answer a query.
VPC = _table(
    ("0", PAID, "Giao dịch thành công", "Success"),
    ("1", FAILED, "Ngân hàng từ chối (thẻ hoặc tài khoản bị đóng)", "The bank refuses (card or account closed)"),
    ("3", FAILED, "Thẻ hết hạn", "The card has expired"),
    ("4", FAILED, "Vượt hạn mức (số lần nhập OTP, số tiền hoặc số lần)", "Limit exceeded (OTP tries, amount or count)"),
    ("5", PENDING, "Ngân hàng không phản hồi", "No answer from the bank"),
    ("6", PENDING, "Lỗi kết nối ngân hàng", "Communication with the bank failed"),
    ("7", FAILED, "Tài khoản không đủ số dư", "Not enough balance"),
    ("8", FAILED, "Sai mã kiểm tra", "Wrong checksum"),
    ("9", FAILED, "Loại giao dịch không được hỗ trợ", "Type of transaction not supported"),
    ("10", FAILED, "Lỗi khác", "Other error"),
    ("11", PENDING, "Xác minh thẻ thành công", "Card check passed"),
    ("12", FAILED, "Vượt hạn mức số tiền", "Amount over the limit"),
    ("13", FAILED, "Thẻ chưa đăng ký thanh toán trực tuyến", "Not registered for online payment"),
    ("14", FAILED, "Nhập sai mã xác thực (OTP)", "Wrong one-time password"),
    ("15", FAILED, "Sai mật khẩu tĩnh", "Wrong static password"),
    ("16", FAILED, "Sai tên chủ thẻ", "Wrong name of the card's holder"),
    ("17", FAILED, "Sai số thẻ", "Wrong card number"),
    ("18", FAILED, "Sai ngày phát hành thẻ", "Wrong date of issue"),
    ("19", FAILED, "Sai ngày hết hạn thẻ", "Wrong date of expiry"),
    ("20", FAILED, "Giao dịch không thành công", "The payment failed"),
    ("21", FAILED, "Hết hạn nhập mã xác thực (OTP)", "The time for the one-time password has run out"),
    ("22", FAILED, "Giao dịch không thành công", "The payment failed"),
    ("23", FAILED, "Thẻ hoặc tài khoản không đủ điều kiện", "Card or account not eligible"),
    ("24", FAILED, "Vượt hạn mức số tiền", "Amount over the limit"),
    ("25", FAILED, "Vượt hạn mức số tiền", "Amount over the limit"),
    ("26", PENDING, "Đang chờ ngân hàng xác nhận", "Waiting for the bank"),
    ("27", FAILED, "Sai thông tin xác thực", "Wrong authentication data"),
    ("28", FAILED, "Quá thời gian thanh toán", "The time to pay has run out"),
    ("29", FAILED, "Giao dịch thất bại, hãy liên hệ ngân hàng", "Failed, please contact the bank"),
    ("30", FAILED, "Số tiền dưới hạn mức tối thiểu", "Amount below the minimum"),
    ("31", PENDING, "Không tìm thấy đơn hàng", "Order not found"),
    ("32", PENDING, "Đơn hàng chưa thanh toán", "Order not paid"),
    ("33", PENDING, "Trùng đơn hàng", "Duplicate order"),
    ("34", PENDING, "Hết thời gian chờ, chưa rõ kết quả", "Timed out, the result is not known yet"),
)

"""ZaloPay's sub_return_codes: (Vietnamese, English), after the status codes of docs.zalopay.vn (read 2026-11-21)."""

Texts = dict[str, tuple[str, str]]

GENERAL: Texts = {
    "1": ("Giao dịch thành công", "Success"),
    "-1": ("Không thể hủy đơn hàng", "The order can not be cancelled"),
    "-68": ("Mã giao dịch bị trùng", "Duplicate app_trans_id"),
    "-401": ("Dữ liệu yêu cầu không hợp lệ", "Illegal data request"),
    "-402": ("Ứng dụng hoặc chữ ký không hợp lệ", "Illegal app or signature"),
    "-403": ("Chữ ký không hợp lệ", "Illegal signature"),
    "-405": ("Máy khách không hợp lệ", "Illegal client request"),
    "-406": ("Trạng thái ứng dụng không hợp lệ", "Illegal app status"),
    "-429": ("Vượt quá giới hạn yêu cầu", "Request limit reached"),
    "-500": ("Lỗi hệ thống", "System error"),
    "-999": ("Hệ thống đang bảo trì", "System maintenance"),
    "-92": ("Mã giao dịch không hợp lệ", "Invalid app_trans_id"),
    "-101": ("Giao dịch không tồn tại", "Order not found"),
}

# What a payer's payment can end with.
FAILURES: Texts = {
    "-63": ("Số dư tài khoản không đủ", "Not enough balance"),
    "-217": ("Lỗi từ phía ngân hàng", "Bank error"),
    "-49": ("Không tìm thấy giao dịch", "Transaction not found"),
    "-329": ("Người dùng hủy giao dịch", "Cancelled by the payer"),
    "-322": ("Mã thanh toán hết hạn", "Payment code expired"),
    "-332": ("Không thỏa điều kiện khuyến mãi", "Promotion rule failed"),
    "-333": ("Khuyến mãi không áp dụng được", "Promotion not applicable"),
    "-1330": ("Vượt hạn mức chi tiêu ngày", "Daily spending limit passed"),
    "-1340": ("Vượt hạn mức chi tiêu tháng", "Monthly spending limit passed"),
    "-32": ("Hệ thống đang bảo trì", "System maintenance"),
    "-301": ("Kênh thanh toán đang bảo trì", "Channel maintenance"),
    "-500": ("Lỗi hệ thống", "System error"),
}
EXPIRED, CANCELLED = "-54", "-329"
_EXPIRED_TEXT = ("Đơn hàng đã hết hạn", "Order expired")

# The endings keep the meaning they have at VNPay where ZaloPay has a code for it.
MAGIC = {9: "-217", 12: "-217", 13: "-217", 51: "-63", 65: "-1330", 66: "-1340", 75: "-301", 79: "-217", 99: "-500"}

REFUND: Texts = {
    "1": ("Hoàn tiền thành công", "Refund done"),
    "2": ("Đang xử lý hoàn tiền", "Refund in process"),
    "0": ("Hoàn tiền thất bại", "Refund failed"),
    "-1": ("Hoàn tiền đang chờ duyệt", "Refund waits for approval"),
    "-3": ("Chữ ký không hợp lệ", "Invalid mac"),
    "-5": ("Giao dịch gốc chưa hoàn tất", "The original transaction is not complete"),
    "-6": ("Giao dịch gốc thất bại", "The original transaction failed"),
    "-10": ("Mã ứng dụng không hợp lệ", "Invalid app_id"),
    "-12": ("Yêu cầu sai định dạng", "Invalid request format"),
    "-13": ("Hết thời hạn hoàn tiền", "The time for the refund is over"),
    "-14": ("Số tiền hoàn không hợp lệ", "Invalid refund amount"),
    "-23": ("Mã hoàn tiền bị trùng", "Duplicate m_refund_id"),
    "-24": ("Mã hoàn tiền sai định dạng", "Invalid m_refund_id format"),
    "-25": ("Mã hoàn tiền sai ngày", "Invalid date in m_refund_id"),
    "-26": ("Mã hoàn tiền sai mã ứng dụng", "Invalid app_id in m_refund_id"),
    "-28": ("Giao dịch không được hoàn tiền", "The transaction can not be refunded"),
    "-101": ("Không tìm thấy giao dịch", "Transaction not found"),
}

_ALL = GENERAL | FAILURES | {EXPIRED: _EXPIRED_TEXT}
_HEADS = {1: "Giao dịch thành công", 2: "Giao dịch thất bại", 3: "Giao dịch đang xử lý"}


def text(code: str, *, refund: bool = False) -> str:
    """ZaloPay's words for a sub_return_code."""
    known = REFUND | {code: _ALL[code] for code in _ALL if code not in REFUND} if refund else _ALL
    return known.get(code, GENERAL["-500"])[0]


def head(return_code: int) -> str:
    """ZaloPay's words for a return_code."""
    return _HEADS.get(return_code, _HEADS[2])

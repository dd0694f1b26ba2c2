"""The shop's words, and the payment service's error codes in words a buyer understands."""

VIETNAMESE = {
    "lang": "vi",
    "shop": "Tiệm Nón Lá",
    "other_lang": "en",
    "other_language": "English",
    "product_name": "Nón lá Huế",
    "product_about": "Đan tay tại làng Phủ Cam, nhẹ và mát.",
    "buy": "Mua món này với giá",
    "safe": "Bạn sẽ thanh toán tại VNPAY (môi trường thử nghiệm, không có tiền thật).",
    "description": "Thanh toán Nón lá Huế",
    "done_title": "Đơn hàng của bạn",
    "order": "Mã đơn hàng",
    "total": "Số tiền",
    "transaction": "Giao dịch",
    "state": "Trạng thái",
    "callbacks_title": "Thông báo cửa hàng đã nhận và xác thực",
    "none_yet": "Chưa có thông báo nào.",
    "times": "lần nhận",
    "back": "Về cửa hàng",
    "again": "Thử lại",
    "sorry": "Có lỗi xảy ra",
    "code_label": "Mã lỗi",
    "request": "Mã yêu cầu",
    "status_pending": "Đang chờ thanh toán…",
    "status_completed": "Đã thanh toán. Cảm ơn bạn!",
    "status_failed": "Thanh toán không thành công",
    "status_expired": "Đã hết hạn thanh toán",
    "status_cancelled": "Đã hủy",
    "status_under_review": "Đang được kiểm tra",
    "status_partially_refunded": "Đã hoàn một phần tiền",
    "status_refunded": "Đã hoàn tiền",
}

ENGLISH = {
    "lang": "en",
    "shop": "The Leaf Hat Shop",
    "other_lang": "vi",
    "other_language": "Tiếng Việt",
    "product_name": "Leaf hat from Huế",
    "product_about": "Woven by hand in Phủ Cam village, light and cool.",
    "buy": "Buy this for",
    "safe": "You will pay at VNPAY (test environment, no real money).",
    "description": "Leaf hat from Hue",
    "done_title": "Your order",
    "order": "Order",
    "total": "Amount",
    "transaction": "Transaction",
    "state": "Status",
    "callbacks_title": "Callbacks the shop received and verified",
    "none_yet": "No callback yet.",
    "times": "deliveries",
    "back": "Back to the shop",
    "again": "Try again",
    "sorry": "Something went wrong",
    "code_label": "Error code",
    "request": "Request id",
    "status_pending": "Waiting for the payment…",
    "status_completed": "Paid. Thank you!",
    "status_failed": "The payment failed",
    "status_expired": "The time to pay is over",
    "status_cancelled": "Cancelled",
    "status_under_review": "Being checked",
    "status_partially_refunded": "Partly refunded",
    "status_refunded": "Refunded",
}

_UNKNOWN_FATE = (
    "Dịch vụ thanh toán chưa trả lời. Hãy thử lại: cùng một đơn hàng sẽ không bị tính tiền hai lần.",
    "The payment service did not answer. Try again: the same order is never charged twice.",
)
_OUR_FAULT = (
    "Cửa hàng chưa được cấu hình đúng với dịch vụ thanh toán. Vui lòng báo cho chúng tôi.",
    "The shop is not set up correctly with the payment service. Please tell us.",
)
_SORRY = ("Dịch vụ thanh toán đã từ chối yêu cầu.", "The payment service refused the request.")
_PLAIN = {
    "UNREACHABLE": _UNKNOWN_FATE,
    "PROVIDER_CONNECTION_ERROR": _UNKNOWN_FATE,
    "PROVIDER_INVALID_RESPONSE": _UNKNOWN_FATE,
    "IDEMPOTENCY_IN_PROGRESS": ("Đơn hàng đang được xử lý, chờ một chút.", "The order is in work, wait a moment."),
    "RATE_LIMIT_EXCEEDED": ("Đang có quá nhiều yêu cầu, hãy thử lại sau.", "Too many requests, try again later."),
    "TRANSACTION_NOT_FOUND": ("Không tìm thấy giao dịch này.", "There is no such transaction."),
    "UNAUTHORIZED": _OUR_FAULT,
    "INVALID_API_KEY": _OUR_FAULT,
    "PROJECT_NOT_FOUND": _OUR_FAULT,
    "TENANT_NOT_FOUND": _OUR_FAULT,
    "PROVIDER_NOT_CONFIGURED": _OUR_FAULT,
}


def plain_error(code: str, lang: str) -> str:
    """What an error code means to a buyer, in vi or en."""
    return _PLAIN.get(code, _SORRY)[lang == "en"]

"""The shop's words, and the payment service's error codes in words a buyer understands."""

from aiohttp import web

VIETNAMESE = {
    "lang": "vi",
    "other_lang": "en",
    "other_language": "English",
    "shop": "Tiệm Nón Lá",
    "tag": "CỬA HÀNG MẪU",
    "source": "Mã nguồn",
    "slogan": "Hàng thủ công, thanh toán thật gọn",
    "choose_goods": "Chọn món hàng",
    "way": "Cách thanh toán",
    "way_vnpay": "Thanh toán qua VNPAY",
    "way_vnpay_about": "Đi thẳng tới cổng thanh toán.",
    "way_choose": "Để tôi chọn",
    "way_choose_about": "Chọn cổng trên trang của dịch vụ thanh toán.",
    "deadline": "Thời hạn thanh toán",
    "deadline_15": "15 phút",
    "deadline_1": "1 phút (để thử trả muộn)",
    "buy": "Mua và thanh toán",
    "safe": "Môi trường thử nghiệm: không có tiền thật.",
    "order_title": "Đơn hàng của bạn",
    "order": "Mã đơn hàng",
    "total": "Số tiền",
    "transaction": "Giao dịch",
    "callbacks_title": "Thông báo đã nhận và xác thực",
    "none_yet": "Chưa có thông báo nào. Thông báo đến từ dịch vụ thanh toán, không qua trình duyệt của bạn.",
    "deliveries_label": "Số lần nhận",
    "body_label": "Nội dung",
    "back": "Về cửa hàng",
    "again": "Thử lại",
    "sorry": "Có lỗi xảy ra",
    "code_label": "Mã lỗi",
    "request": "Mã yêu cầu",
    "title_pending": "Đang chờ xác nhận thanh toán",
    "about_pending": "Trang này tự cập nhật. Bạn không cần trả lại lần nữa.",
    "title_paid": "Đã thanh toán. Cảm ơn bạn!",
    "about_paid": "Chúng tôi đang gói hàng.",
    "title_late": "Đã thanh toán, dù hơi muộn",
    "about_late": "Tiền đến sau thời hạn. Chúng tôi đã nhận và sẽ giữ hàng cho bạn.",
    "title_failed": "Thanh toán không thành công",
    "about_failed": "Bạn chưa bị trừ tiền cho đơn hàng này.",
    "title_cancelled": "Bạn đã hủy thanh toán",
    "about_cancelled": "Đơn hàng chưa được trả và bạn không bị trừ tiền.",
    "title_expired": "Đã hết hạn thanh toán",
    "about_expired": "Nếu bạn vừa trả tiền, trang này sẽ tự cập nhật khi ngân hàng xác nhận.",
    "title_under_review": "Thanh toán đang được kiểm tra",
    "about_under_review": "Ngân hàng đã trừ tiền và cần người kiểm tra. Bạn không cần trả lại lần nữa.",
    "title_refunded": "Đã hoàn tiền",
    "about_refunded": "Tiền đã được trả về nơi bạn thanh toán.",
    "source_title": "Mã nguồn của cửa hàng mẫu",
    "source_about": "Toàn bộ phần tích hợp nằm trong các tệp dưới đây. Hãy đọc theo thứ tự và chép những gì bạn cần.",
    "source_client.py": "Gọi dịch vụ thanh toán: tạo giao dịch và hỏi trạng thái.",
    "source_callbacks.py": "Xác thực thông báo: chỉ cần thư viện chuẩn.",
    "source_app.py": "Máy chủ web: bán hàng, theo dõi thanh toán, nhận thông báo.",
    "source_watch.py": "Theo dõi giao dịch mà không hỏi dịch vụ quá nhiều.",
    "source_config.py": "Những gì cửa hàng cần được cho biết.",
}

ENGLISH = {
    "lang": "en",
    "other_lang": "vi",
    "other_language": "Tiếng Việt",
    "shop": "The Leaf Hat Shop",
    "tag": "DEMO SHOP",
    "source": "Source",
    "slogan": "Made by hand, paid in a minute",
    "choose_goods": "Choose what you like",
    "way": "How to pay",
    "way_vnpay": "Pay with VNPAY",
    "way_vnpay_about": "Straight to the payment gateway.",
    "way_choose": "Let me choose",
    "way_choose_about": "Choose the gateway on the payment service's page.",
    "deadline": "Time to pay",
    "deadline_15": "15 minutes",
    "deadline_1": "1 minute (to try paying late)",
    "buy": "Buy and pay",
    "safe": "Test environment: no real money.",
    "order_title": "Your order",
    "order": "Order",
    "total": "Amount",
    "transaction": "Transaction",
    "callbacks_title": "Callbacks received and verified",
    "none_yet": "No callback yet. Callbacks come from the payment service, not through your browser.",
    "deliveries_label": "Deliveries",
    "body_label": "Body",
    "back": "Back to the shop",
    "again": "Try again",
    "sorry": "Something went wrong",
    "code_label": "Error code",
    "request": "Request id",
    "title_pending": "Waiting for the payment",
    "about_pending": "This page updates by itself. There is no need to pay again.",
    "title_paid": "Paid. Thank you!",
    "about_paid": "We are packing your order.",
    "title_late": "Paid, if a little late",
    "about_late": "The money came after the deadline. We have it and keep the goods for you.",
    "title_failed": "The payment failed",
    "about_failed": "You were not charged for this order.",
    "title_cancelled": "You cancelled the payment",
    "about_cancelled": "The order is not paid and you were not charged.",
    "title_expired": "The time to pay is over",
    "about_expired": "If you have just paid, this page updates when the bank confirms it.",
    "title_under_review": "The payment is being checked",
    "about_under_review": "The bank took the money and a person has to look at it. There is no need to pay again.",
    "title_refunded": "Refunded",
    "about_refunded": "The money went back to where you paid from.",
    "source_title": "Source of the demo shop",
    "source_about": "The whole integration is in the files below. Read them in this order and copy what you need.",
    "source_client.py": "Calls to the payment service: create a transaction, ask how it stands.",
    "source_callbacks.py": "Verifying callbacks, with nothing but the standard library.",
    "source_app.py": "The web server: sell, follow the payment, receive callbacks.",
    "source_watch.py": "Following a payment without asking too often.",
    "source_config.py": "What the shop must be told.",
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


def language_of(request: web.Request) -> str:
    return "en" if request.cookies.get("lang") == "en" else "vi"


def words_of(request: web.Request) -> dict[str, str]:
    return ENGLISH if language_of(request) == "en" else VIETNAMESE

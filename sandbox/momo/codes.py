"""MoMo's resultCodes: (Vietnamese, English), which of them are final, and the HTTP status they come with.

After https://developers.momo.vn/v3/docs/payment/api/result-handling/resultcode (read 2026-11-21).
"""

Texts = dict[str, tuple[str, str]]

MESSAGES: Texts = {
    "0": ("Thành công.", "Successful."),
    "10": ("Hệ thống đang được bảo trì.", "System is under maintenance."),
    "11": ("Truy cập bị từ chối.", "Access denied."),
    "12": ("Phiên bản API không được hỗ trợ cho yêu cầu này.", "Unsupported API version for this request."),
    "13": ("Xác thực doanh nghiệp thất bại.", "Merchant authentication failed."),
    "20": ("Yêu cầu sai định dạng.", "Bad format request."),
    "21": ("Số tiền giao dịch không hợp lệ.", "Invalid transaction amount."),
    "22": ("Số tiền giao dịch nằm ngoài giới hạn.", "The transaction amount is out of range."),
    "40": ("RequestId bị trùng.", "Duplicated requestId."),
    "41": ("OrderId bị trùng.", "Duplicated orderId."),
    "42": ("OrderId không hợp lệ hoặc không được tìm thấy.", "Invalid orderId or orderId is not found."),
    "43": (
        "Yêu cầu bị từ chối vì xung đột trong quá trình xử lý giao dịch.",
        "Request rejected due to an analogous transaction is being processed.",
    ),
    "45": ("Trùng ItemId.", "Duplicated ItemId."),
    "47": (
        "Yêu cầu bị từ chối vì thông tin không khả dụng trong danh sách dữ liệu khả dụng.",
        "Request rejected due to inapplicable information in the given set of valid data.",
    ),
    "98": ("QR Code tạo không thành công.", "Failed to generate the QR code."),
    "99": ("Lỗi không xác định.", "Unknown error."),
    "1000": (
        "Giao dịch đã được khởi tạo, chờ người dùng xác nhận thanh toán.",
        "Transaction is initiated, waiting for user confirmation.",
    ),
    "1001": (
        "Giao dịch thanh toán thất bại do tài khoản người dùng không đủ tiền.",
        "Transaction failed due to insufficient funds.",
    ),
    "1002": (
        "Giao dịch bị từ chối do nhà phát hành tài khoản thanh toán.",
        "Transaction rejected by the issuers of the payment methods.",
    ),
    "1003": ("Giao dịch bị đã bị hủy.", "Transaction cancelled after successfully authorized."),
    "1004": (
        "Giao dịch thất bại do số tiền thanh toán vượt quá hạn mức thanh toán của người dùng.",
        "Transaction failed because the amount exceeds the daily or monthly payment limit.",
    ),
    "1005": ("Giao dịch thất bại do url hoặc QR code đã hết hạn.", "Transaction failed because the url or QR code expired."),
    "1006": (
        "Giao dịch thất bại do người dùng đã từ chối xác nhận thanh toán.",
        "Transaction failed because user has denied to confirm the payment.",
    ),
    "1007": (
        "Giao dịch bị từ chối vì tài khoản không tồn tại hoặc đang ở trạng thái ngưng hoạt động.",
        "Transaction rejected due to inactive or nonexistent user account.",
    ),
    "1017": ("Giao dịch bị hủy bởi đối tác.", "Transaction cancelled by merchant."),
    "1026": (
        "Giao dịch bị hạn chế theo thể lệ chương trình khuyến mãi.",
        "Transaction restricted due to promotion rules.",
    ),
    "1080": (
        "Giao dịch hoàn tiền thất bại trong quá trình xử lý. Vui lòng thử lại sau khoảng một giờ.",
        "Refund attempt failed during processing. Please retry in a short period, preferably after an hour.",
    ),
    "1081": (
        "Giao dịch hoàn tiền bị từ chối. Giao dịch thanh toán ban đầu có thể đã được hoàn.",
        "Refund rejected. The original transaction might have been refunded.",
    ),
    "1088": (
        "Giao dịch hoàn tiền bị từ chối. Giao dịch thanh toán ban đầu không được hỗ trợ hoàn tiền.",
        "Refund rejected. The original transaction is not eligible to be refunded.",
    ),
    "2019": ("Yêu cầu bị từ chối vì orderGroupId không hợp lệ.", "Invalid orderGroupId."),
    "4001": (
        "Giao dịch bị từ chối do tài khoản người dùng đang bị hạn chế.",
        "Transaction restricted because the account is restricted.",
    ),
    "4002": (
        "Giao dịch bị từ chối do tài khoản người dùng chưa được xác thực với C06.",
        "Transaction restricted because the account is not verified with C06.",
    ),
    "4100": ("Giao dịch thất bại do người dùng không đăng nhập thành công.", "Transaction failed because user failed to login."),
    "7000": ("Giao dịch đang được xử lý.", "Transaction is being processed."),
    "7002": (
        "Giao dịch đang được xử lý bởi nhà cung cấp loại hình thanh toán.",
        "Transaction is being processed by the provider of the payment instrument.",
    ),
    "8000": ("Giao dịch đang ở trạng thái cần được người dùng xác nhận lại.", "Transaction must be confirmed again by the user."),
    "9000": ("Giao dịch đã được xác nhận thành công.", "Transaction is authorized successfully."),
}

_FAILED = ("1001", "1002", "1003", "1004", "1007", "1017", "1026", "4001", "4002", "4100", "98", "99")
FAILURES: Texts = {code: MESSAGES[code] for code in _FAILED}
# The endings keep the meaning they have at VNPay where MoMo has a code for it.
MAGIC = {
    2: "1002",
    3: "1003",
    9: "1007",
    10: "4100",
    12: "4001",
    13: "1002",
    17: "1017",
    26: "1026",
    42: "4002",
    51: "1001",
    65: "1004",
    75: "1002",
    79: "4100",
    99: "99",
}

# A repeated request is answered the same after these, and with 40 after any other.
FINAL = frozenset({"0", "1005", "1006", "1080", "1081", "1088", "2019", *_FAILED})

_HTTP_STATUS = {"10": 503, "99": 500, "98": 500}
_REQUEST_FAULTS = frozenset({"11", "12", "13", "20", "21", "22", "40", "41", "42", "43", "45", "47", "2019"})


def http_status(code: str) -> int:
    """2xx: handled; 4xx: the request is at fault; 5xx: MoMo is."""
    return 400 if code in _REQUEST_FAULTS else _HTTP_STATUS.get(code, 200)


def message(code: str, lang: str) -> str:
    """MoMo's words for the code."""
    return MESSAGES.get(code, MESSAGES["99"])[lang == "en"]

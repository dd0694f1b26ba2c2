"""VNPay's code tables: (Vietnamese, English) by code."""

Texts = dict[str, tuple[str, str]]

# What a buyer's payment can end with (vnp_ResponseCode of IPN and return).
FAILURES: Texts = {
    "51": ("Tài khoản không đủ số dư", "Not enough balance"),
    "09": ("Thẻ/tài khoản chưa đăng ký InternetBanking", "Card or account not registered for internet banking"),
    "10": ("Xác thực thẻ sai quá 3 lần", "Card data wrong more than 3 times"),
    "11": ("Hết thời gian chờ thanh toán", "Payment time ran out"),
    "12": ("Thẻ/tài khoản bị khóa", "Card or account locked"),
    "13": ("Nhập sai OTP", "Wrong OTP"),
    "65": ("Vượt hạn mức giao dịch trong ngày", "Daily limit passed"),
    "75": ("Ngân hàng đang bảo trì", "Bank under maintenance"),
    "79": ("Sai mật khẩu thanh toán quá số lần", "Payment password wrong too often"),
    "99": ("Lỗi khác", "Other error"),
}

# What the payment page refuses with (Payment/Error.html?code=NN); no callback follows.
PAGE_ERRORS: Texts = {
    "01": ("Giao dịch đã tồn tại", "Transaction already exists"),
    "03": ("Dữ liệu gửi sang không đúng định dạng", "The data sent is not in the right format"),
    "15": ("Giao dịch đã quá thời gian chờ thanh toán", "The waiting time for this payment is over"),
    "32": (
        "Số tiền không hợp lệ: từ 5.000 đến dưới 1 tỷ đồng",
        "Amount not allowed: from 5,000 to below 1 billion VND",
    ),
    "70": ("Sai chữ ký", "Wrong signature"),
    "71": ("Website này chưa được phê duyệt", "This website is not approved"),
    "72": ("Không tìm thấy website", "Website not found"),
    "99": ("Có lỗi xảy ra trong quá trình xử lý", "An error occurred"),
}

# What helps a developer who lands on the error page.
PAGE_HINTS: Texts = {
    "01": ("vnp_TxnRef đã dùng trong ngày (GMT+7).", "vnp_TxnRef was used before on this day (GMT+7)."),
    "03": ("Thiếu trường bắt buộc hoặc sai định dạng.", "A required field is missing or malformed."),
    "15": (
        "Kiểm tra múi giờ: vnp_CreateDate và vnp_ExpireDate theo GMT+7.",
        "Check the time zone: vnp_CreateDate and vnp_ExpireDate are GMT+7.",
    ),
    "32": ("vnp_Amount là số tiền VND nhân 100.", "vnp_Amount is the VND amount times 100."),
    "70": (
        "Kiểm tra vnp_HashSecret, thứ tự tham số và cách mã hóa (dấu cách là +).",
        "Check vnp_HashSecret, the order of fields and the encoding (a space is +).",
    ),
    "71": ("Tên miền của vnp_ReturnUrl chưa đăng ký.", "The domain of vnp_ReturnUrl is not registered."),
    "72": ("Kiểm tra vnp_TmnCode.", "Check vnp_TmnCode."),
}

QUERY_MESSAGES = {
    "00": "QueryDR Success",
    "02": "Invalid TmnCode",
    "03": "Invalid data format",
    "91": "Transaction not found",
    "94": "Duplicate request",
    "97": "Invalid signature",
    "99": "Unknown error",
}

# 02 means two things: a wrong TmnCode (current table) or refunds that exceed the payment (older table, still seen).
REFUND_MESSAGES = QUERY_MESSAGES | {
    "00": "Refund success",
    "04": "Full refund is not allowed after a partial refund",
    "93": "Invalid refund amount",
    "94": "Refund request is being processed",
    "95": "Transaction is not successful at VNPAY, refund refused",
}
REFUND_EXCEEDS = "Total refund amount exceeds the original amount"

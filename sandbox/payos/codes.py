"""payOS's answer codes with its own Vietnamese words; gathered from its FAQ, no complete list is published."""

OK = "00"
BAD_REQUEST = "20"
NO_SUCH_LINK = "101"
BAD_SIGNATURE = "201"
NO_SUCH_CHANNEL = "214"
ORDER_EXISTS = "231"
NO_CREDENTIALS = "401"
SERVER_ERROR = "500"

DESCRIPTIONS = {
    OK: "success",
    BAD_REQUEST: "Thông tin truyền lên không đúng",
    NO_SUCH_LINK: "Mã thanh toán không tồn tại",
    BAD_SIGNATURE: "Mã kiểm tra (signature) không hợp lệ",
    NO_SUCH_CHANNEL: "Cổng thanh toán không tồn tại hoặc đã tạm dừng",
    ORDER_EXISTS: "Đơn thanh toán đã tồn tại",
    NO_CREDENTIALS: "Thiếu hoặc sai thông tin xác thực",
    "429": "Gọi quá nhiều lần",
    SERVER_ERROR: "Lỗi máy chủ",
}

# A business refusal is HTTP 200 with its code; these are told by HTTP too.
_HTTP = {NO_CREDENTIALS: 401, "429": 429, SERVER_ERROR: 500}


class Refusal(Exception):
    """payOS refuses with this code; `detail` takes the place of the code's own words."""

    def __init__(self, code: str, detail: str = "") -> None:
        self.code = code
        self.desc = detail or DESCRIPTIONS.get(code, "Lỗi không xác định")
        self.status = _HTTP.get(code, 200)
        super().__init__(f"{code} {self.desc}")

"""How a payment that failed is told: by DPS's gatewayCode, by the bank's ISO 8583 code, and by the legacy vpc_ResponseCode.

NAPAS publishes no list of gatewayCodes; these are the profile's own. The legacy codes are those of public merchant code.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Ending:
    """One way to fail. `dps` is response.gatewayCode, `bank` response.acquirerCode, `vpc` the legacy code."""

    dps: str
    bank: str
    vpc: str
    vi: str
    en: str


CANCELLED = "24"
TIME_OVER = "11"
REFUSED = "99"
# The keys are the last two digits of the amount that choose them, as at the other providers of this sandbox.
ENDINGS = {
    "51": Ending("INSUFFICIENT_FUNDS", "51", "7", "Tài khoản không đủ số dư", "Not enough balance"),
    "09": Ending("DECLINED", "57", "13", "Thẻ chưa đăng ký thanh toán trực tuyến", "Card not registered for online payment"),
    "10": Ending("DECLINED", "14", "17", "Sai số thẻ", "Wrong card number"),
    TIME_OVER: Ending("DECLINED", "68", "28", "Quá thời gian thanh toán", "Payment time ran out"),
    "12": Ending("DECLINED", "62", "1", "Thẻ hoặc tài khoản bị đóng", "Card or account closed"),
    "13": Ending("INVALID_OTP", "55", "14", "Sai OTP", "Wrong OTP"),
    "54": Ending("EXPIRED_CARD", "54", "3", "Thẻ hết hạn", "Card expired"),
    "65": Ending("DECLINED", "61", "12", "Vượt hạn mức số tiền", "Amount limit passed"),
    "75": Ending("DECLINED", "91", "6", "Lỗi kết nối ngân hàng", "Bank cannot be reached"),
    "79": Ending("INVALID_OTP", "75", "4", "Sai OTP quá số lần cho phép", "Wrong OTP too often"),
    REFUSED: Ending("DECLINED", "05", "10", "Lỗi khác", "Other error"),
    CANCELLED: Ending("CANCELLED", "17", "20", "Khách hàng hủy giao dịch", "Cancelled by the payer"),
}
FAILURES = {code: (ending.vi, ending.en) for code, ending in ENDINGS.items() if code != CANCELLED}

# The bank has not answered: neither paid nor failed. The first is DPS's word, the second the legacy code.
WAITING = {"TIMED_OUT": "34", "SYSTEM_ERROR": "26"}

VPC_MESSAGES = {
    "0": "Transaction successful",
    "8": "Checksum failed",
    "9": "Transaction type not supported",
    "10": "Other error",
    "24": "Amount exceeds the limit",
    "26": "Pending for confirmation from the bank",
    "30": "Amount below the minimum",
    "31": "Order not found",
    "32": "Order not paid",
    "33": "Duplicate order",
    "34": "Timed out",
} | {ending.vpc: ending.en for ending in ENDINGS.values()}


def ending(code: str) -> Ending:
    """The ending of a code; a word nobody knows is told as it is, as a gateway of tomorrow would."""
    return ENDINGS.get(code) or Ending(code, REFUSED, code, code, code)

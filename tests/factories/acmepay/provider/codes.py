"""What AcmePay's states and reasons say, in Vietnamese and English."""

from __future__ import annotations

from transactions.providers.base import Outcome

OUTCOMES = {
    "open": Outcome.PENDING,
    "processing": Outcome.PENDING,
    "unknown": Outcome.PENDING,
    "paid": Outcome.PAID,
    "failed": Outcome.FAILED,
    "cancelled": Outcome.FAILED,
    "expired": Outcome.FAILED,
}
REFUNDS = {"processing": Outcome.PENDING, "completed": Outcome.PAID, "failed": Outcome.FAILED}
REASONS = {
    "declined": ("Ngân hàng từ chối giao dịch", "Declined by the bank"),
    "no_funds": ("Không đủ số dư", "Not enough money in the account"),
    "cancelled": ("Khách hủy giao dịch", "Cancelled by the payer"),
    "expired": ("Hết thời gian thanh toán", "Time ran out"),
}
UNSAID = ("Giao dịch không thành công", "The payment failed")
REFUND_FAILED = ("AcmePay không hoàn được tiền", "AcmePay could not give the money back")
REFUND_REFUSED = ("AcmePay từ chối hoàn tiền", "AcmePay refused the refund")

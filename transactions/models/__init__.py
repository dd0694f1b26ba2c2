"""Everything that is true about money. Rows are never deleted; events are append-only by trigger."""

from transactions.models.allocation import RefundAllocation
from transactions.models.attempt import PaymentAttempt
from transactions.models.evidence import DataKey, TransactionEvent
from transactions.models.idempotency import IdempotencyRecord
from transactions.models.issue import MoneyIssue
from transactions.models.receipt import Receipt
from transactions.models.refund import Refund
from transactions.models.transaction import DailyVolume, Transaction

__all__ = [
    "DailyVolume",
    "DataKey",
    "IdempotencyRecord",
    "MoneyIssue",
    "PaymentAttempt",
    "Receipt",
    "Refund",
    "RefundAllocation",
    "Transaction",
    "TransactionEvent",
]

"""The back office's pages about money. Rows are looked at here; what changes them are services, never a form."""

from transactions.admin.account_acts import REGISTER_WEBHOOK
from transactions.admin.evidence import EventAdmin
from transactions.admin.issues import MoneyIssueAdmin
from transactions.admin.refunds import RefundAdmin
from transactions.admin.rows import AttemptAdmin, ReceiptAdmin
from transactions.admin.transactions import TransactionAdmin

__all__ = [
    "REGISTER_WEBHOOK",
    "AttemptAdmin",
    "EventAdmin",
    "MoneyIssueAdmin",
    "ReceiptAdmin",
    "RefundAdmin",
    "TransactionAdmin",
]

"""The state machine of a payment, as a table. Pure: no database, no clock, no settings.

Whatever changes a status asks ``next_state`` first (``services/_transition.py`` is the only one that does).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """What a payment is, as the API shows it."""

    PENDING = "pending"
    COMPLETED = "completed"
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    UNDER_REVIEW = "under_review"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"


class Trigger(StrEnum):
    """What can happen to a payment."""

    PROVIDER_SUCCEEDED = "provider_succeeded"
    PROVIDER_SUSPECTS = "provider_suspects"
    PROVIDER_FAILED = "provider_failed"
    MERCHANT_CANCELLED = "merchant_cancelled"
    DEADLINE_PASSED = "deadline_passed"
    REVIEW_ACCEPTED = "review_accepted"
    REVIEW_REJECTED = "review_rejected"
    REFUND_SETTLED_PART = "refund_settled_part"
    REFUND_SETTLED_ALL = "refund_settled_all"
    REFUND_REVERSED = "refund_reversed"


OPEN = frozenset({Status.PENDING, Status.UNDER_REVIEW})
PAID = frozenset({Status.COMPLETED, Status.PARTIALLY_REFUNDED, Status.REFUNDED})
CLOSED_UNPAID = frozenset({Status.FAILED, Status.CANCELLED, Status.EXPIRED})
OPEN_OR_PAID = OPEN | PAID


class IssueType(StrEnum):
    """Why a person must look at money (MoneyIssue)."""

    LATE_SUCCESS = "late_success"
    DOUBLE_PAYMENT = "double_payment"
    WRONG_AMOUNT = "wrong_amount"
    FAILURE_AFTER_SUCCESS = "failure_after_success"
    UNDERPAID = "underpaid"
    OVERPAID = "overpaid"
    REFUND_REVERSED = "refund_reversed"
    REFUND_MISMATCH = "refund_mismatch"
    REUSED_NUMBER = "reused_number"
    UNIDENTIFIED_MONEY = "unidentified_money"
    UNKNOWN_FATE = "unknown_fate"


@dataclass(frozen=True)
class Move:
    """Where a trigger leads: the new status, whether it came late, and the issue that it opens."""

    status: Status
    late: bool = False
    issue: IssueType | None = None


class NoSuchMove(Exception):
    """The trigger has no meaning in this status; the caller decides what to answer."""


_TABLE: dict[tuple[Status, Trigger], Move] = {
    (Status.PENDING, Trigger.PROVIDER_SUCCEEDED): Move(Status.COMPLETED),
    (Status.PENDING, Trigger.PROVIDER_SUSPECTS): Move(Status.UNDER_REVIEW),
    (Status.PENDING, Trigger.PROVIDER_FAILED): Move(Status.FAILED),
    (Status.PENDING, Trigger.MERCHANT_CANCELLED): Move(Status.CANCELLED),
    (Status.PENDING, Trigger.DEADLINE_PASSED): Move(Status.EXPIRED),
    (Status.UNDER_REVIEW, Trigger.REVIEW_ACCEPTED): Move(Status.COMPLETED),
    (Status.UNDER_REVIEW, Trigger.PROVIDER_SUCCEEDED): Move(Status.COMPLETED),
    (Status.UNDER_REVIEW, Trigger.PROVIDER_FAILED): Move(Status.FAILED),
    (Status.UNDER_REVIEW, Trigger.REVIEW_REJECTED): Move(Status.UNDER_REVIEW),
    (Status.UNDER_REVIEW, Trigger.REFUND_SETTLED_ALL): Move(Status.REFUNDED),
    # A rejected review whose refund was on its way when the provider called the payment failed.
    (Status.FAILED, Trigger.REFUND_SETTLED_PART): Move(Status.FAILED),
    (Status.FAILED, Trigger.REFUND_SETTLED_ALL): Move(Status.REFUNDED),
    # Less than the amount had come when the payment ended, and goes back: it never was paid.
    (Status.EXPIRED, Trigger.REFUND_SETTLED_PART): Move(Status.EXPIRED),
    (Status.EXPIRED, Trigger.REFUND_SETTLED_ALL): Move(Status.EXPIRED),
    (Status.CANCELLED, Trigger.REFUND_SETTLED_PART): Move(Status.CANCELLED),
    (Status.CANCELLED, Trigger.REFUND_SETTLED_ALL): Move(Status.CANCELLED),
    (Status.COMPLETED, Trigger.REFUND_SETTLED_PART): Move(Status.PARTIALLY_REFUNDED),
    (Status.COMPLETED, Trigger.REFUND_SETTLED_ALL): Move(Status.REFUNDED),
    (Status.PARTIALLY_REFUNDED, Trigger.REFUND_SETTLED_PART): Move(Status.PARTIALLY_REFUNDED),
    (Status.PARTIALLY_REFUNDED, Trigger.REFUND_SETTLED_ALL): Move(Status.REFUNDED),
    # Money that came a second time, after everything had been given back, and goes back as well.
    (Status.REFUNDED, Trigger.REFUND_SETTLED_PART): Move(Status.REFUNDED),
    (Status.REFUNDED, Trigger.REFUND_SETTLED_ALL): Move(Status.REFUNDED),
    (Status.PARTIALLY_REFUNDED, Trigger.REFUND_REVERSED): Move(Status.COMPLETED, issue=IssueType.REFUND_REVERSED),
    (Status.REFUNDED, Trigger.REFUND_REVERSED): Move(Status.PARTIALLY_REFUNDED, issue=IssueType.REFUND_REVERSED),
}
for _closed in CLOSED_UNPAID:
    _TABLE[_closed, Trigger.PROVIDER_SUCCEEDED] = Move(Status.COMPLETED, late=True, issue=IssueType.LATE_SUCCESS)
    _TABLE[_closed, Trigger.PROVIDER_SUSPECTS] = Move(Status.UNDER_REVIEW, late=True)
for _paid in PAID:
    # Nothing that a provider says later un-pays a payment; a person looks at it.
    _TABLE[_paid, Trigger.PROVIDER_FAILED] = Move(_paid, issue=IssueType.FAILURE_AFTER_SUCCESS)
    _TABLE[_paid, Trigger.PROVIDER_SUSPECTS] = Move(_paid, issue=IssueType.FAILURE_AFTER_SUCCESS)


def next_state(status: Status, trigger: Trigger) -> Move:
    """The move that ``trigger`` makes from ``status``. Raises ``NoSuchMove``."""
    try:
        return _TABLE[status, trigger]
    except KeyError:
        raise NoSuchMove(f"{trigger} has no meaning for a payment that is {status}") from None


def moves() -> frozenset[tuple[Status, Status]]:
    """Every change of status that there is: (before, after)."""
    return frozenset((status, move.status) for (status, _), move in _TABLE.items())

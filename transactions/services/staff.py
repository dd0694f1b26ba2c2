"""What members of staff do with a payment by hand, beyond what clients and providers may do."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from audit import approvals
from audit.approvals import Person
from audit.models import ApprovalRequest
from audit.services import Actor, record
from payments_site.kernel.errors import DomainError
from transactions.lifecycle import Status
from transactions.models import PaymentAttempt, Transaction
from transactions.services.resolve import ask_about_attempt
from transactions.services.review import REJECT_REVIEW, NotUnderReview, is_decided

ASKABLE = (
    PaymentAttempt.Status.CREATED,
    PaymentAttempt.Status.PENDING,
    PaymentAttempt.Status.UNKNOWN,
    PaymentAttempt.Status.SUSPECTED,
    # A paid one too: a refund made in the provider's portal is only seen by asking.
    PaymentAttempt.Status.PAID,
)


class NothingToAsk(DomainError):
    """No attempt of the payment is open at a provider."""

    code = "TRANSACTION_ALREADY_PROCESSED"


def ask_provider(*, payment: Transaction, actor: Actor, now: datetime) -> bool:
    """Ask the provider about every open attempt and settle what it says; whether it could say anything about any of them.

    Does HTTP: call it outside any database transaction. Raises ``NothingToAsk``.
    """
    attempts = list(payment.attempts.filter(status__in=ASKABLE).order_by("id"))
    if not attempts:
        raise NothingToAsk({"transaction_id": payment.public_id})
    answers = [ask_about_attempt(attempt_id=attempt.pk, actor=actor, now=now) is not None for attempt in attempts]
    record(
        actor=actor, action="provider_asked", entity_type="transaction", entity_id=payment.public_id, now=now,
        tenant_id=payment.tenant.public_id,
        extra={"attempts": [attempt.public_id for attempt in attempts], "answered": any(answers)},
    )  # fmt: skip
    return any(answers)


@transaction.atomic
def ask_to_reject_review(*, payment: Transaction, note: str, person: Person, actor: Actor, now: datetime) -> ApprovalRequest:
    """Put the rejection of a payment under review before a second person. One request at a time: a waiting one is returned.

    Raises ``NotUnderReview`` and what ``audit.approvals.ask`` raises.
    """
    locked = Transaction.objects.select_for_update(of=("self",), no_key=True).select_related("tenant").get(pk=payment.pk)
    if locked.status != Status.UNDER_REVIEW or is_decided(locked):
        raise NotUnderReview({"transaction_id": locked.public_id, "status": str(locked.status)})
    waiting = waiting_rejection(locked, now)
    return waiting or approvals.ask(
        action=REJECT_REVIEW, subject_type="transaction", subject_id=locked.public_id, tenant_id=locked.tenant.public_id,
        payload={"transaction_id": locked.public_id, "note": note},
        difference={"review": ["under_review", "rejected"], "refund_amount": [0, locked.amount]},
        reason=note, person=person, actor=actor, now=now,
    )  # fmt: skip


def waiting_rejection(payment: Transaction, now: datetime) -> ApprovalRequest | None:
    """The request to reject this payment that still waits for a second person."""
    return ApprovalRequest.objects.filter(
        subject_type="transaction", subject_id=payment.public_id, action=REJECT_REVIEW,
        state=ApprovalRequest.State.PENDING, expires_at__gt=now,
    ).first()  # fmt: skip

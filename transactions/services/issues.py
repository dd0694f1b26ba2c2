"""What becomes of a money issue: it is resolved, and waits for a person again where its resolution is taken back."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from audit.services import Actor, record
from payments_site.kernel.errors import DomainError
from transactions.models import MoneyIssue


class AlreadyResolved(DomainError):
    """Somebody resolved the issue before; ``details.resolved_by`` is who."""

    code = "TRANSACTION_ALREADY_PROCESSED"


@transaction.atomic
def resolve_issue(*, issue_id: int, note: str, actor: Actor, now: datetime) -> MoneyIssue:
    """Say that a money issue was looked at and what came of it. Nothing else changes. Raises ``AlreadyResolved``."""
    issue = MoneyIssue.objects.select_for_update(of=("self",)).select_related("transaction__tenant").get(pk=issue_id)
    if issue.state != MoneyIssue.State.OPEN:
        raise AlreadyResolved({"issue_id": issue.public_id, "resolved_by": issue.resolved_by})
    issue.state, issue.note, issue.resolved_by, issue.resolved_at = MoneyIssue.State.RESOLVED, note, actor.user_id[:150], now
    issue.save(update_fields=["state", "note", "resolved_by", "resolved_at"])
    record(
        actor=actor, action="issue_resolved", entity_type="money_issue", entity_id=issue.public_id, now=now,
        tenant_id=issue.transaction.tenant.public_id if issue.transaction is not None else "",
        old={"state": "open"}, new={"state": "resolved"},
        extra={"note": note, "transaction_id": issue.transaction.public_id if issue.transaction is not None else None},
    )  # fmt: skip
    return issue


@transaction.atomic
def reopen_issue(*, issue_id: int, note: str, actor: Actor, now: datetime) -> MoneyIssue:
    """What resolved a money issue was taken back: it waits for a person again. One that is open stays as it is."""
    issue = MoneyIssue.objects.select_for_update(of=("self",)).select_related("transaction__tenant").get(pk=issue_id)
    if issue.state == MoneyIssue.State.OPEN:
        return issue
    issue.state, issue.resolved_by, issue.resolved_at = MoneyIssue.State.OPEN, "", None
    issue.save(update_fields=["state", "resolved_by", "resolved_at"])
    record(
        actor=actor, action="issue_reopened", entity_type="money_issue", entity_id=issue.public_id, now=now,
        tenant_id=issue.transaction.tenant.public_id if issue.transaction is not None else "",
        old={"state": "resolved"}, new={"state": "open"}, extra={"note": note},
    )  # fmt: skip
    return issue

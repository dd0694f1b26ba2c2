"""Applying stored notices again because somebody asked: one, a selection, or a range; bounded, audited, safe to repeat."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from audit.services import Actor, record
from payments_site.kernel.sealing import KeyDestroyed, SealBroken
from webhooks.inbound.models import ProviderNotification
from webhooks.inbound.receive import replay

# Of one request; more are applied by asking again from where the last one ended.
MOST = 200
# Outcomes that are no verdicts: nothing was applied, and the row stays as it was.
ERASED, SEALED = "erased", "sealed"
UNFINISHED = (ProviderNotification.Verdict.STORED, ProviderNotification.Verdict.ERROR)


@dataclass(frozen=True)
class Outcome:
    """What became of one notice; ``outcome`` is the new verdict, ``erased`` (the payer was) or ``sealed`` (a key is missing)."""

    notice_id: str
    before: str
    outcome: str

    @property
    def is_applied(self) -> bool:
        """Whether it could be read and was judged again."""
        return self.outcome not in (ERASED, SEALED)


@dataclass(frozen=True)
class Batch:
    """Outcomes in the order of arrival; ``following`` is the row after which to go on, None at the end."""

    outcomes: list[Outcome]
    following: int | None


def in_range(
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    verdicts: Iterable[str] = (),
    provider_code: str = "",
) -> QuerySet[ProviderNotification]:
    """Notices received from ``since`` on and before ``until``; without ``verdicts`` those that were never applied."""
    rows = ProviderNotification.objects.filter(verdict__in=list(verdicts) or UNFINISHED)
    rows = rows.filter(received_at__gte=since) if since is not None else rows
    rows = rows.filter(received_at__lt=until) if until is not None else rows
    return rows.filter(provider_code=provider_code) if provider_code else rows


def replay_many(
    *, notices: QuerySet[ProviderNotification], actor: Actor, now: datetime, most: int = MOST, after: int = 0
) -> Batch:
    """Apply at most ``most`` of the notices again, in the order they came, those behind row ``after``."""
    rows = notices.filter(pk__gt=after).select_related("account", "data_key").order_by("pk")
    found = list(rows[: most + 1])
    outcomes = [replay_one(notice=notice, actor=actor, now=now) for notice in found[:most]]
    return Batch(outcomes, found[most - 1].pk if len(found) > most else None)


def replay_one(*, notice: ProviderNotification, actor: Actor, now: datetime) -> Outcome:
    """Apply a notice again and say in the audit trail who asked for it, in one. One that was applied is a repeat."""
    before = str(notice.verdict)
    try:
        with transaction.atomic():
            verdict = str(replay(notice=notice, now=now).verdict)
            record(
                actor=actor, action="notice_replayed", entity_type="webhook", entity_id=notice.public_id, now=now,
                old={"verdict": before}, new={"verdict": verdict},
            )  # fmt: skip
    except KeyDestroyed:
        return Outcome(notice.public_id, before, ERASED)
    except SealBroken:
        return Outcome(notice.public_id, before, SEALED)
    return Outcome(notice.public_id, before, verdict)

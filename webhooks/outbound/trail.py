"""The audit entries of tries, as the design names them: callback_attempt, then callback_success or callback_failed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from audit.models import AuditEntry
from audit.services import SYSTEM, prepare
from webhooks.outbound.parcel import Result
from webhooks.outbound.schedule import MAX_ATTEMPTS, Verdict
from webhooks.outbound.settle import PENDING, DeliveryState

ENTITY_TYPE = "transaction_callback"


@dataclass(frozen=True, slots=True)
class Settled:
    """A result with its delivery before and after it."""

    result: Result
    before: DeliveryState
    after: DeliveryState


def write_trail(settled: Sequence[Settled], now: datetime) -> None:
    """Two entries for every try, one for a delivery that was withdrawn unsent."""
    AuditEntry.objects.bulk_create([entry for item in settled for entry in _entries(item, now)])


def plain_url(url: str) -> str:
    """The URL without user, password, query and fragment: enough to recognise it, nothing that opens a door."""
    scheme, _, rest = re.split(r"[?#]", url, maxsplit=1)[0].partition("://")
    authority, slash, path = rest.partition("/")
    return f"{scheme}://{authority.rpartition('@')[2]}{slash}{path}"


def _entries(item: Settled, now: datetime) -> Iterable[AuditEntry]:
    result = item.result
    url = plain_url(result.parcel.url)
    if result.verdict is not Verdict.WITHDRAWN:
        attempt = {"callback_url": url, "attempt": item.after.attempts, "max_attempts": MAX_ATTEMPTS}
        yield _entry(item, "callback_attempt", result.started_at, attempt)
    outcome = {
        "callback_url": url,
        "attempt": item.after.attempts,
        "response_status": result.status,
        "response_time_ms": result.duration_ms,
        "will_retry": item.after.status == PENDING,
    }
    if result.verdict is Verdict.DELIVERED:
        yield _entry(item, "callback_success", now, outcome)
    else:
        yield _entry(item, "callback_failed", now, {**outcome, "error": result.error})


def _entry(item: Settled, action: str, moment: datetime, extra: dict[str, object]) -> AuditEntry:
    parcel = item.result.parcel
    return prepare(
        actor=SYSTEM, action=action, entity_type=ENTITY_TYPE, entity_id=parcel.transaction_id, now=moment,
        tenant_id=parcel.tenant_id, extra={**extra, "event_id": parcel.event_id},
    )  # fmt: skip

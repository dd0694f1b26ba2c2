"""The audit entries of tries, as the design names them: callback_attempt, then callback_success or callback_failed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from webhooks.outbound.parcel import Result
from webhooks.outbound.schedule import Verdict
from webhooks.outbound.settle import PENDING, DeliveryState

ENTITY_TYPE = "transaction_callback"

_Row = tuple[str, str, str, str, datetime]

_INSERT = """
INSERT INTO audit_auditentry
    (entity_type, tenant_id, entity_id, action, additional_data, created_at, user_id, user_type, user_agent, request_id)
SELECT %s::text, entry.tenant_id, entry.entity_id, entry.action, entry.data::jsonb, entry.created_at,
       'system', 'system', '', ''
FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::timestamptz[])
    WITH ORDINALITY AS entry (tenant_id, entity_id, action, data, created_at, position)
ORDER BY entry.position
"""


@dataclass(frozen=True, slots=True)
class Settled:
    """A result with its delivery before and after it."""

    result: Result
    before: DeliveryState
    after: DeliveryState


def write_trail(settled: Sequence[Settled]) -> None:
    """Two entries for every try, one for a delivery that was withdrawn unsent; one statement for all of them.

    The hot path of the drain: hundreds of entries a transaction, so not by ``audit.services.record``. Nothing secret is in
    them: fixed names, and the URL without its query.
    """
    rows = [row for item in settled for row in _entries(item)]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [ENTITY_TYPE, *(list(column) for column in zip(*rows, strict=True))])


def plain_url(url: str) -> str:
    """The URL without user, password, query and fragment: enough to recognise it, nothing that opens a door."""
    scheme, _, rest = re.split(r"[?#]", url, maxsplit=1)[0].partition("://")
    authority, slash, path = rest.partition("/")
    return f"{scheme}://{authority.rpartition('@')[2]}{slash}{path}"


def _entries(item: Settled) -> Iterable[_Row]:
    result = item.result
    common = {"callback_url": plain_url(result.parcel.url), "event_id": result.parcel.event_id, "attempt": item.after.attempts}
    if result.verdict is not Verdict.WITHDRAWN:
        most = item.after.tries_before + len(result.parcel.delays) + 1
        yield _row(item, "callback_attempt", result.started_at, {**common, "max_attempts": most})
    outcome = {
        **common,
        "response_status": result.status,
        "response_time_ms": result.duration_ms,
        "will_retry": item.after.status == PENDING,
    }
    ended_at = result.started_at + timedelta(milliseconds=result.duration_ms)
    if result.verdict is Verdict.DELIVERED:
        yield _row(item, "callback_success", ended_at, outcome)
    else:
        yield _row(item, "callback_failed", ended_at, {**outcome, "error": result.error})


def _row(item: Settled, action: str, moment: datetime, extra: dict[str, object]) -> _Row:
    parcel = item.result.parcel
    return parcel.tenant_id, parcel.transaction_id or parcel.event_id, action, json.dumps(extra, ensure_ascii=False), moment

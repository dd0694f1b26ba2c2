"""The health of a tenant's endpoints: what switches one off, and what that leaves behind for the replay."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection

from audit.models import OperationalEvent
from audit.services import raise_event
from webhooks.outbound.models import CallbackEndpoint
from webhooks.outbound.parcel import Result
from webhooks.outbound.schedule import Verdict

GIVE_UP_AFTER = timedelta(days=5)
SWITCH = ("is_active", "disabled_reason", "disabled_at", "enabled_at", "updated_at")
GONE = "answered 410 Gone"
FAILING = "nothing but failures for 5 days"


def judge_endpoints(results: Sequence[Result], *, now: datetime) -> None:
    """Remember since when an endpoint has only failed; switch off those that are gone or have failed for five days.

    Call it inside the database transaction that writes the results. Endpoints about which nothing changes are only read.
    """
    tried = [(result.parcel.endpoint_id, result.verdict) for result in results if result.was_tried]
    keys = {key for key, _ in tried if key is not None}
    good = {key for key, verdict in tried if verdict is Verdict.DELIVERED}
    gone = {key for key, verdict in tried if verdict is Verdict.GONE}
    if not keys:
        return
    known = dict(CallbackEndpoint.objects.filter(pk__in=keys).values_list("pk", "failing_since"))
    limit = now - GIVE_UP_AFTER
    ill = [key for key, since in known.items() if key not in good and (since is None or since <= limit)]
    well = [key for key, since in known.items() if key in good and since is not None]
    changed = {*ill, *well, *(key for key in known if key in gone)}
    if not changed:
        return
    for endpoint in CallbackEndpoint.objects.select_for_update().filter(pk__in=changed).order_by("pk"):
        if endpoint.pk in good:
            endpoint.failing_since = None
        else:
            endpoint.failing_since = endpoint.failing_since or now
        endpoint.save(update_fields=["failing_since", "updated_at"])
        has_failed_long = endpoint.pk not in good and endpoint.failing_since is not None and endpoint.failing_since <= limit
        if endpoint.is_active and (endpoint.pk in gone or has_failed_long):
            switch_off(endpoint, reason=GONE if endpoint.pk in gone else FAILING, now=now)
            _give_notice(endpoint, now)


def switch_off(endpoint: CallbackEndpoint, *, reason: str, now: datetime) -> None:
    """Nothing more is sent to a locked endpoint; what it misses from now on is found again by ``switch_on``."""
    endpoint.is_active = False
    endpoint.disabled_reason = reason
    endpoint.disabled_at = now
    # Whoever enqueues after this has found it off; whoever did so before has a lower transaction id or is still running.
    endpoint.missed_xid = endpoint.missed_xid or _oldest_running()
    endpoint.replay_until_xid = None
    endpoint.save(update_fields=[*SWITCH, "missed_xid", "replay_until_xid"])


def _give_notice(endpoint: CallbackEndpoint, now: datetime) -> None:
    raise_event(
        kind="callback.endpoint_disabled",
        severity=OperationalEvent.Severity.WARNING,
        subject=endpoint.public_id,
        now=now,
        reason=endpoint.disabled_reason,
        tenant_id=endpoint.tenant.public_id,
    )


def _oldest_running() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        return int(cursor.fetchone()[0])

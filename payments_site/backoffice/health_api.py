"""``/admin/system/health``: database, Redis, beat, workers and queues, for whoever watches over them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from payments_site.api.envelope import success
from payments_site.api.schema import operation
from payments_site.kernel import clock
from payments_site.scheduling import state
from payments_site.scheduling.state import Beats, Broker, Trouble
from tenants.api.staff_view import STAFF_ERRORS, StaffView

_EXAMPLE = {
    "status": "degraded",
    "troubles": ["stuck_queue"],
    "beat": {"working": "beat@pay-1:4242", "standing_by": 1, "last_run_at": "2026-11-21T10:15:00.000+07:00"},
    "in_hand": 1,
    "queues": [{"queue": "webhooks", "waiting": 12, "oldest_seconds": 341}],
    "workers": [{"name": "urgent@pay-1", "queues": ["webhooks", "callbacks"], "seen_at": "2026-11-21T10:15:01.000+07:00"}],
}


class BeatHealth(serializers.Serializer[Any]):
    """``working`` is empty while no beat works."""

    working = serializers.CharField(allow_blank=True)
    standing_by = serializers.IntegerField()
    last_run_at = serializers.DateTimeField(allow_null=True)


class QueueHealth(serializers.Serializer[Any]):
    """``oldest_seconds`` is the age of the first message; null where none waits."""

    queue = serializers.CharField()
    waiting = serializers.IntegerField()
    oldest_seconds = serializers.IntegerField(allow_null=True)


class WorkerHealth(serializers.Serializer[Any]):
    """A worker that is there."""

    name = serializers.CharField()
    queues = serializers.ListField(child=serializers.CharField())
    seen_at = serializers.DateTimeField()


class Health(serializers.Serializer[Any]):
    """``queues``, ``workers`` and ``in_hand`` (what is being done) are null while Redis is away."""

    status = serializers.ChoiceField(choices=["ok", "degraded"])
    troubles = serializers.ListField(child=serializers.ChoiceField(choices=[trouble.value for trouble in Trouble]))
    beat = BeatHealth()
    in_hand = serializers.IntegerField(allow_null=True)
    queues = QueueHealth(many=True, allow_null=True)
    workers = WorkerHealth(many=True, allow_null=True)


class SystemHealth(StaffView):
    """How the background work is."""

    required_permission = {"GET": "django_celery_beat.view_periodictask"}

    @operation(
        summary="Health of queues, workers and beat",
        name="adminSystemHealth",
        data=Health(),
        tags=["Admin: system"],
        example=_EXAMPLE,
        errors=STAFF_ERRORS,
    )
    def get(self, request: Request) -> Response:
        """What waits, who works, and what somebody should look at. Payments are taken even while this is degraded."""
        now = clock.now()
        found, beats = state.broker(now), state.beats(now)
        troubles = state.troubles(found, beats, now)
        data = {"status": "degraded" if troubles else "ok", "troubles": troubles, "beat": _beat(beats), **_broker(found, now)}
        return success(request, data)


def _beat(beats: Beats) -> dict[str, Any]:
    return {"working": beats.working, "standing_by": beats.standing_by, "last_run_at": clock.iso(beats.last_run_at)}


def _broker(found: Broker | None, now: datetime) -> dict[str, Any]:
    if found is None:
        return {"in_hand": None, "queues": None, "workers": None}
    queues = [{"queue": one.queue, "waiting": one.messages, "oldest_seconds": _age(one.oldest_at, now)} for one in found.waiting]
    workers = [
        {"name": worker.name, "queues": list(worker.queues), "seen_at": clock.iso(worker.seen_at)}
        for worker in found.workers
        if not worker.gone
    ]
    return {"in_hand": found.in_hand, "queues": queues, "workers": workers}


def _age(moment: datetime | None, now: datetime) -> int | None:
    return None if moment is None else max(0, int((now - moment).total_seconds()))

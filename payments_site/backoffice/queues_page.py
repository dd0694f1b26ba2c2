"""How the queues, the workers and beat are just now, and what failed lately."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.functional import Promise
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from payments_site.backoffice import failures
from payments_site.kernel import clock
from payments_site.scheduling import state
from payments_site.scheduling.state import Beats, Broker, Trouble
from transactions.admin.cells import EMPTY, badge, code, moment, row_link
from transactions.admin.tables import Table
from transactions.timeline import Tone

PAGE = "django_celery_beat_periodictask_queues"
VIEW = "django_celery_beat.view_periodictask"
FAILURES_SHOWN = 20

ADVICE: dict[Trouble, Promise] = {
    Trouble.REDIS_AWAY: gettext_lazy(
        "Redis does not answer, so nobody knows what waits. Nothing is lost: payments, notices and callbacks stand in PostgreSQL,"
        " and what is due is done once Redis is back."
    ),
    Trouble.NO_BEAT: gettext_lazy("No beat works: no job is started. Start one."),
    Trouble.BEAT_SILENT: gettext_lazy("Beat is there, but a job that was due has not been sent. Look at its log."),
    Trouble.NO_WORKER: gettext_lazy("No worker is there: nothing in the queues is done. Start one."),
    Trouble.UNSERVED_QUEUE: gettext_lazy("No worker reads one of the queues: what is in it is not done."),
    Trouble.STUCK_QUEUE: gettext_lazy("Something has waited for more than five minutes: more workers are needed, or one hangs."),
}
QUEUE_NAMES: dict[str, Promise] = {
    "webhooks": gettext_lazy("Notices and questions to providers"),
    "callbacks": gettext_lazy("Callbacks to tenants"),
    "reconciliation": gettext_lazy("Reconciliation"),
    "notifications": gettext_lazy("Alerts and messages"),
    "reports": gettext_lazy("Reports"),
    "cleanup": gettext_lazy("Deadlines and tidying up"),
}


class QueuesPage:
    """Adds the page to the admin of jobs."""

    admin_site: admin.AdminSite
    opts: Any

    def get_urls(self) -> list[Any]:
        """With the page."""
        return [path("queues/", self.admin_site.admin_view(self.queues_view), name=PAGE), *super().get_urls()]  # type: ignore[misc]

    def queues_view(self, request: HttpRequest) -> HttpResponse:
        """What is known just now; PostgreSQL's part even while Redis is away."""
        if not request.user.has_perm(VIEW):
            raise PermissionDenied
        now = clock.now()
        found, beats = state.broker(now), state.beats(now)
        troubles = state.troubles(found, beats, now)
        context = {
            **self.admin_site.each_context(request), "opts": self.opts, "title": _("Queues"),
            "advice": [ADVICE[trouble] for trouble in troubles], "cards": _cards(found, beats, now), "read_at": moment(now),
            "tables": [table for table in _tables(found, now) if table.rows],
        }  # fmt: skip
        return TemplateResponse(request, "admin/sp_queues.html", context)


def _cards(found: Broker | None, beats: Beats, now: datetime) -> list[dict[str, str]]:
    waiting = sum(one.messages for one in found.waiting) if found else 0
    here = [worker for worker in found.workers if not worker.gone] if found else []
    beat_tone = Tone.GOOD if beats.working and not beats.silent else Tone.BAD
    return [
        _card(_("Waiting"), str(waiting) if found else EMPTY, _in_hand(found), Tone.GOOD if found else Tone.BAD),
        _card(_("Workers"), str(len(here)) if found else EMPTY, "", Tone.GOOD if here else Tone.BAD),
        _card(_("Beat"), _("works") if beats.working else _("does not work"), _on_standby(beats), beat_tone),
        _card(_("Last job sent"), _ago(beats.last_run_at, now), moment(beats.last_run_at), beat_tone),
    ]


def _card(title: str, figure: str, hint: str, tone: Tone) -> dict[str, str]:
    return {"title": title, "figure": figure, "hint": hint, "tone": tone.value}


def _in_hand(found: Broker | None) -> str:
    return _("%s being done") % found.in_hand if found else _("Redis does not answer")


def _on_standby(beats: Beats) -> str:
    return _("%s more would take over") % beats.standing_by if beats.standing_by else ""


def _ago(when: datetime | None, now: datetime) -> str:
    return _("%s ago") % timesince(when, now, depth=1) if when else EMPTY


def _tables(found: Broker | None, now: datetime) -> list[Table]:
    return [*([_queues(found, now), _workers(found, now)] if found else []), _failures(now)]


def _queues(found: Broker, now: datetime) -> Table:
    readers = [queue for worker in found.workers if not worker.gone for queue in worker.queues]
    rows: list[list[Any]] = [
        [
            code(one.queue),
            str(one.messages),
            timesince(one.oldest_at, now, depth=1) if one.oldest_at else EMPTY,
            str(readers.count(one.queue)) if one.queue in readers else badge(_("none"), Tone.BAD),
            QUEUE_NAMES[one.queue],
        ]
        for one in found.waiting
    ]
    return Table(
        _("Queues, the most urgent first"), [_("Queue"), _("Waiting"), _("The oldest for"), _("Workers"), _("For")], rows
    )


def _workers(found: Broker, now: datetime) -> Table:
    rows: list[list[Any]] = [
        [
            code(worker.name),
            badge(_("gone"), Tone.BAD) if worker.gone else badge(_("here"), Tone.GOOD),
            _ago(worker.seen_at, now),
            ", ".join(worker.queues),
        ]
        for worker in found.workers
    ]
    return Table(_("Workers of the last hour"), [_("Worker"), _("State"), _("Last seen"), _("Queues")], rows)


def _failures(now: datetime) -> Table:
    rows: list[list[Any]] = [
        [row_link(event, event.subject), code(event.data.get("queue")), code(event.data.get("error")), moment(event.created_at)]
        for event in failures.recent(now, FAILURES_SHOWN)
    ]
    return Table(_("Failed jobs of the last 24 hours"), [_("Job"), _("Queue"), _("Error"), _("When")], rows)

"""The jobs in the admin: looked at by whoever may, switched and timed by whoever may change them, never added or deleted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_celery_beat.models import PeriodicTask
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminTimeWidget

from audit.cells import EMPTY, code, moment
from audit.services import Actor
from payments_site.backoffice.jobs import LONGEST, SHORTEST, change_job, seconds_between, time_of_day
from payments_site.backoffice.queues_page import QueuesPage
from payments_site.kernel.queues import route
from tenants.admin.base import ServiceAdmin

# Of this class, not of the model, whose own come with long explanations for programmers.
_FACTS = ("task_name", "queue_name", "last_run", "runs")


class JobForm(forms.ModelForm):  # type: ignore[type-arg]
    """On or off, and when: a job at intervals is given another interval, one by the clock another time of day."""

    every_seconds = forms.IntegerField(
        label=_("Every so many seconds"),
        min_value=SHORTEST,
        max_value=LONGEST,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=_("5 to 86400 (a day)."),
    )
    at = forms.TimeField(label=_("Time of day"), widget=UnfoldAdminTimeWidget, help_text=_("Vietnam's time."))

    class Meta:
        model = PeriodicTask
        fields = ("enabled",)
        help_texts = {"enabled": ""}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, value in (("every_seconds", seconds_between(self.instance)), ("at", time_of_day(self.instance))):
            if value is None:
                self.fields.pop(name, None)
            elif name in self.fields:
                self.initial[name] = value


class JobAdmin(QueuesPage, ServiceAdmin):
    """Which job runs when, and when it last did."""

    form = JobForm
    list_display = ("job", "enabled", "every", "last_run_at", "total_run_count")
    list_filter = ("enabled",)
    list_select_related = ("interval", "crontab")
    list_fullwidth = True
    search_fields = ("name", "task")
    ordering = ("-id",)
    sortable_by: tuple[str, ...] = ()
    readonly_fields = ("job", "every", *_FACTS)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody: a job comes with the code that does it."""
        return False

    def get_fields(self, request: HttpRequest, obj: PeriodicTask | None = None) -> tuple[str, ...]:
        """What can be changed of this job, for who may change it; the rest is to be looked at."""
        when: tuple[str, ...] = ("every",)
        if obj is not None and self.has_change_permission(request, obj):
            when = ("every_seconds",) if obj.interval is not None else ("at",) if time_of_day(obj) else ("every",)
        return ("job", "enabled", *when, *_FACTS)

    def save_changes(
        self, request: HttpRequest, obj: PeriodicTask, changes: Mapping[str, Any], actor: Actor, now: datetime
    ) -> PeriodicTask:
        """By the service."""
        return change_job(job_id=obj.pk, changes=changes, actor=actor, now=now)

    def response_change(self, request: HttpRequest, obj: PeriodicTask) -> Any:
        """Django's words would name the job in English."""
        obj.name = gettext(obj.name)
        return super().response_change(request, obj)

    @admin.display(description=_("job"))
    def job(self, task: PeriodicTask) -> str:
        """Its name, in the reader's language if ours."""
        return gettext(task.name)

    @admin.display(description=_("Task Name"))
    def task_name(self, task: PeriodicTask) -> SafeString | str:
        """Its name in the code."""
        return code(task.task)

    @admin.display(description=_("Queue"))
    def queue_name(self, task: PeriodicTask) -> SafeString | str:
        """Where beat puts it."""
        return code(task.queue or route(task.task).queue)

    @admin.display(description=_("Last Run Datetime"))
    def last_run(self, task: PeriodicTask) -> str:
        """When it was last sent."""
        return moment(task.last_run_at)

    @admin.display(description=_("Total Run Count"))
    def runs(self, task: PeriodicTask) -> str:
        """How often it was sent."""
        return str(task.total_run_count)

    @admin.display(description=_("every"))
    def every(self, task: PeriodicTask) -> str:
        """The interval in seconds, the time of day, or the line of the crontab."""
        seconds, at, crontab = seconds_between(task), time_of_day(task), task.crontab
        if seconds is not None:
            return f"{seconds} s"
        if crontab is None:
            return EMPTY
        days = f"{crontab.day_of_month} {crontab.month_of_year} {crontab.day_of_week}"
        if at is not None and days == "* * *":
            return at.isoformat("minutes")
        return f"{crontab.minute} {crontab.hour} {days}"

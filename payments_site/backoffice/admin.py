"""The admin site as a whole: its script catalogue, and the jobs that run by themselves, to be looked at.

Schedules of jobs come with the code, by migration; nobody edits them here.
"""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_celery_beat.models import ClockedSchedule, CrontabSchedule, IntervalSchedule, PeriodicTask, SolarSchedule

from payments_site.backoffice import scripts
from payments_site.backoffice.approval_pages import ApprovalRequestAdmin
from transactions.admin.base import MoneyRowAdmin

__all__ = ["ApprovalRequestAdmin", "PeriodicTaskAdmin"]

admin.site.index_title = _("Overview")
admin.site.i18n_javascript = scripts.catalogue  # type: ignore[assignment, method-assign]

for model in (ClockedSchedule, CrontabSchedule, IntervalSchedule, PeriodicTask, SolarSchedule):
    admin.site.unregister(model)


@admin.register(PeriodicTask)
class PeriodicTaskAdmin(MoneyRowAdmin):
    """Which job runs when, and when it last did."""

    list_display = ("job", "enabled", "every", "last_run_at", "total_run_count")
    list_filter = ("enabled",)
    list_select_related = ("interval", "crontab")
    search_fields = ("name", "task")
    fields = readonly_fields = ("job", "task", "enabled", "every", "description", "last_run_at", "total_run_count")

    @admin.display(description=_("job"))
    def job(self, task: PeriodicTask) -> str:
        """Its name, in the reader's language if ours."""
        return gettext(task.name)

    @admin.display(description=_("every"))
    def every(self, task: PeriodicTask) -> str:
        """The interval in seconds, or the line of the crontab."""
        if task.interval is not None:
            return f"{int(task.interval.schedule.run_every.total_seconds())} s"
        crontab = task.crontab
        if crontab is None:
            return self.empty_value_display
        return f"{crontab.minute} {crontab.hour} {crontab.day_of_month} {crontab.month_of_year} {crontab.day_of_week}"

"""The admin site as a whole: its script catalogue, and the jobs that run by themselves."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from django_celery_beat.models import ClockedSchedule, CrontabSchedule, IntervalSchedule, PeriodicTask, SolarSchedule

from payments_site.backoffice import scripts
from payments_site.backoffice.approval_pages import ApprovalRequestAdmin
from payments_site.backoffice.jobs_admin import JobAdmin

__all__ = ["ApprovalRequestAdmin", "JobAdmin"]

admin.site.index_title = _("Overview")
admin.site.i18n_javascript = scripts.catalogue  # type: ignore[assignment, method-assign]

for model in (ClockedSchedule, CrontabSchedule, IntervalSchedule, PeriodicTask, SolarSchedule):
    admin.site.unregister(model)
admin.site.register(PeriodicTask, JobAdmin)

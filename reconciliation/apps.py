from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReconciliationConfig(AppConfig):
    """Statements of providers and banks, held against our own records: every đồng matched once, or explained."""

    name = "reconciliation"
    verbose_name = _("Reconciliation")

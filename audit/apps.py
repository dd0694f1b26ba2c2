from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AuditConfig(AppConfig):
    """Who did what, and who allowed it; knows no other app."""

    name = "audit"
    verbose_name = _("Audit")

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TenantsConfig(AppConfig):
    """Who may do what, and pay through which account."""

    name = "tenants"
    verbose_name = _("Tenants and access")

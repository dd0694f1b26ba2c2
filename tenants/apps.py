from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TenantsConfig(AppConfig):
    """Who may do what, and pay through which account."""

    name = "tenants"
    verbose_name = _("Tenants and access")

    def ready(self) -> None:
        """Say what in this room takes two people."""
        from tenants.services.four_eyes import register_approvals  # noqa: PLC0415 models are not loaded before

        register_approvals()

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class TenantsConfig(AppConfig):
    """Who may do what, and pay through which account."""

    name = "tenants"
    verbose_name = _("Tenants and access")

    def ready(self) -> None:
        """Say what in this room takes two people, and let every migration leave a row for each provider."""
        from tenants.services.four_eyes import register_approvals  # noqa: PLC0415 models are not loaded before

        register_approvals()
        post_migrate.connect(_make_missing_providers, sender=self)


def _make_missing_providers(*, apps: Any, using: str, **_signal: Any) -> None:
    from tenants.services.configuration import make_missing_providers  # noqa: PLC0415 models are not loaded before

    try:
        model = apps.get_model("tenants", "PaymentProvider")
    except LookupError:
        return  # migrated back to before there were providers
    make_missing_providers(model, using)

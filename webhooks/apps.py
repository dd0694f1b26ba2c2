from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WebhooksConfig(AppConfig):
    """Notices of providers coming in, callbacks to tenants going out: one app on two floors."""

    name = "webhooks"
    verbose_name = _("Webhooks")

    def ready(self) -> None:
        """Bring the notices into the timeline of payments, which lies a floor below."""
        from transactions import timeline  # noqa: PLC0415 - models are loaded only now
        from webhooks.inbound.timeline import notice_lines  # noqa: PLC0415

        timeline.register(notice_lines)

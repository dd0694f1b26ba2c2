from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WebhooksConfig(AppConfig):
    """Notices of providers coming in, callbacks to tenants going out: one app on two floors."""

    name = "webhooks"
    verbose_name = _("Webhooks")

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BackofficeConfig(AppConfig):
    """The admin site as a whole: the top floor."""

    name = "payments_site.backoffice"
    label = "backoffice"
    verbose_name = _("Back office")

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from payments_site.checks import register_checks


class BackofficeConfig(AppConfig):
    """The admin site as a whole: the top floor."""

    name = "payments_site.backoffice"
    label = "backoffice"
    verbose_name = _("Back office")

    def ready(self) -> None:
        """Check the settings of the whole house, and write down what tasks fail at."""
        from payments_site.backoffice import failures  # noqa: PLC0415 - models are loaded only now

        register_checks()
        failures.watch()

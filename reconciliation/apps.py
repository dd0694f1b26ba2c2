from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReconciliationConfig(AppConfig):
    """Statements of providers and banks, held against our own records: every đồng matched once, or explained."""

    name = "reconciliation"
    verbose_name = _("Reconciliation")

    def ready(self) -> None:
        """Say what in this room takes two people."""
        from audit.approvals import Approvable, register  # noqa: PLC0415 models are not loaded before
        from reconciliation.services import resolve  # noqa: PLC0415

        label = _("Take the provider's word in a reconciliation")
        register(Approvable(resolve.ACCEPT_PROVIDER, label, resolve.RIGHT, resolve.apply_proposal, drop=resolve.drop_proposal))

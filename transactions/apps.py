from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TransactionsConfig(AppConfig):
    """The money room: payments, attempts, receipts, refunds, and what a person must look at."""

    name = "transactions"
    verbose_name = _("Payments")

    def ready(self) -> None:
        """Say what in this room takes two people."""
        from audit.approvals import Approvable, register  # noqa: PLC0415 models are not loaded before
        from transactions.services.review import REJECT_REVIEW, apply_rejection  # noqa: PLC0415

        register(Approvable(REJECT_REVIEW, _("Reject a payment under review"), "transactions.reject_review", apply_rejection))

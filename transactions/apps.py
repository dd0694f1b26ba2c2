from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TransactionsConfig(AppConfig):
    """The money room: payments, attempts, receipts, refunds, and what a person must look at."""

    name = "transactions"
    verbose_name = _("Payments")

    def ready(self) -> None:
        """Say what in this room takes two people."""
        from audit.approvals import Approvable, register  # noqa: PLC0415 models are not loaded before
        from transactions.services import manual_refund, staff_refund  # noqa: PLC0415
        from transactions.services.review import REJECT_REVIEW, apply_rejection  # noqa: PLC0415

        register(Approvable(REJECT_REVIEW, _("Reject a payment under review"), "transactions.reject_review", apply_rejection))
        refund = _("Refund a payment")
        register(
            Approvable(staff_refund.REFUND, refund, staff_refund.RIGHT, staff_refund.apply_refund, drop=staff_refund.drop_refund)
        )
        paid = _("Confirm that a refund was transferred")
        register(Approvable(manual_refund.MARK_PAID, paid, manual_refund.RIGHT, manual_refund.apply_paid))

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TransactionsConfig(AppConfig):
    """The money room: payments, attempts, receipts, refunds, and what a person must look at."""

    name = "transactions"
    verbose_name = _("Payments")

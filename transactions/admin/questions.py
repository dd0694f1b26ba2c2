"""The questions of the design's VNPay table, for every provider, as one filter of the payments."""

from __future__ import annotations

from datetime import timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from payments_site.kernel import clock
from transactions.lifecycle import PAID, IssueType, Status
from transactions.models import MoneyIssue, PaymentAttempt, Receipt, Transaction
from transactions.services.alerts import payers_own

# Without days of one's own choice: none of these questions is answered by an index alone.
LOOK_BACK = timedelta(days=30)
NOTICE_GRACE = timedelta(minutes=5)

Payments = QuerySet[Transaction]


def failed_by_others(payments: Payments) -> Payments:
    """Failed with a code that is not the payer's own doing (given up: 24, time ran out: 11)."""
    failures = _attempts().filter(status=PaymentAttempt.Status.FAILED).exclude(_payers_own())
    return payments.filter(Exists(failures), status=Status.FAILED)


def paid_elsewhere(payments: Payments) -> Payments:
    """A verified return, a receipt or a report of another amount says paid, and the payment is not."""
    said = (
        Exists(_attempts().filter(return_success=True))
        | Exists(Receipt.objects.filter(transaction=OuterRef("pk")))
        | Exists(MoneyIssue.objects.filter(transaction=OuterRef("pk"), issue_type=IssueType.WRONG_AMOUNT))
    )
    return payments.filter(said).exclude(status__in=PAID)


def without_notice(payments: Payments) -> Payments:
    """A verified return or a query said paid more than five minutes ago, and no notice came."""
    late = clock.now() - NOTICE_GRACE
    by_query = Receipt.objects.filter(attempt=OuterRef("pk"), source=Receipt.Source.QUERY, created_at__lt=late)
    said = Q(return_success=True, return_received_at__lt=late) | Q(Exists(by_query))
    return payments.filter(Exists(_attempts().filter(said, notice_received_at=None)))


QUESTIONS = {
    "failed": (_("Failed, not by the payer"), failed_by_others),
    "elsewhere": (_("Paid at the provider, not here"), paid_elsewhere),
    "unnoticed": (_("Paid without a notice"), without_notice),
}


class QuestionFilter(admin.SimpleListFilter):
    """What finance asks; of the last 30 days unless days are chosen."""

    title = _("question (last 30 days, or the days chosen)")
    parameter_name = "question"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """The questions."""
        return [(name, words) for name, (words, _narrow) in QUESTIONS.items()]

    def queryset(self, request: HttpRequest, queryset: Payments) -> Payments:
        """The payments that the chosen question is about."""
        _words, narrow = QUESTIONS.get(self.value() or "", (None, None))
        if narrow is None:
            return queryset
        if not (request.GET.get("from_day") or request.GET.get("to_day")):
            queryset = queryset.filter(created_at__gte=clock.now() - LOOK_BACK)
        return narrow(queryset)


def _payers_own() -> Q:
    """Attempts whose failure is the payer's own doing."""
    pairs = [own.split(":", 1) for own in payers_own()]
    return reduce(or_, (Q(provider_code=provider, response_code=code) for provider, code in pairs), Q(pk__in=[]))


def _attempts() -> QuerySet[PaymentAttempt]:
    return PaymentAttempt.objects.filter(transaction=OuterRef("pk"))

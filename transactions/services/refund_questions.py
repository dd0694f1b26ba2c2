"""Asking a provider what became of a refund. It is sent again only where the provider says that it knows nothing of it."""

from __future__ import annotations

import functools
import logging
from datetime import datetime, timedelta
from typing import cast

from django.db import transaction

from audit.services import Actor
from payments_site.kernel.http import ProviderSilent, ProviderUnreachable
from transactions.models import Refund
from transactions.providers import registry
from transactions.providers.base import Capability, FateUnknown, Outcome, ProviderRefused, RefundReport
from transactions.providers.optional import QueriesRefunds
from transactions.services import calls
from transactions.services._refunds import apply_report, lock_refund
from transactions.services.refund import context_of_refund, order_of, send

logger = logging.getLogger(__name__)

_NO_ANSWER = (FateUnknown, ProviderRefused, ProviderSilent, ProviderUnreachable)
_SENDING_GRACE = timedelta(seconds=15)
_OPEN = (Refund.Status.PROCESSING, Refund.Status.UNKNOWN)


def ask_about_refund(*, refund_id: int, actor: Actor, now: datetime, background: bool = False) -> Refund:
    """Ask the provider what became of a refund; one that was written but never sent is sent.

    One that was sent is never sent anew, but for a provider that says it has none under our reference (``RefundReport.unknown``):
    it gets the same again. What nobody could say to the end opens a MoneyIssue.
    """
    refund = send(refund_id=refund_id, actor=actor, now=now)
    if refund.status not in _OPEN or refund.updated_at == now:
        return refund
    refund = Refund.objects.select_related("receipt__attempt", "receipt__account__provider", "transaction").get(pk=refund_id)
    report = _question(refund, now, background=background)
    if report is not None and report.unknown and not _may_be_on_the_way(refund, now) and _take_back(refund_id, now):
        refund = send(refund_id=refund_id, actor=actor, now=now)
    else:
        refund = apply_report(refund_id=refund_id, report=report, actor=actor, now=now, asked=True)
    return refund


def _may_be_on_the_way(refund: Refund, now: datetime) -> bool:
    """Whether another process may still be sending it at this moment: that the provider has none says nothing then."""
    adapter = registry.get(refund.receipt.account.provider.code)
    return refund.sent_at is not None and now < refund.sent_at + timedelta(seconds=adapter.read_timeout) + _SENDING_GRACE


def _question(refund: Refund, now: datetime, *, background: bool) -> RefundReport | None:
    """What the provider says; None where it could not be asked, or not understood."""
    account = refund.receipt.account
    adapter = registry.get(account.provider.code)
    if Capability.QUERY_REFUND not in adapter.capabilities:
        return None
    query = functools.partial(cast(QueriesRefunds, adapter).query_refund, context_of_refund(refund), order_of(refund, now))
    try:
        report = calls.call(account, adapter, query, idempotent=True, background=background)
    except _NO_ANSWER as error:
        logger.warning("refund could not be asked for: refund=%s error=%s", refund.public_id, type(error).__name__)
        return None
    return RefundReport(Outcome.PENDING) if _is_anothers(refund, report) else report


def _is_anothers(refund: Refund, report: RefundReport) -> bool:
    """Where the provider does not say which refund it shows, a number that another refund has is not ours."""
    if report.refund_no is None or report.refund_no == refund.provider_refund_id:
        return False
    if refund.provider_refund_id is not None:
        return True
    # Of the payment and not of the receipt: one that was paid twice has two, and its refunds are shown under one reference.
    beside = Refund.objects.filter(transaction_id=refund.transaction_id).exclude(pk=refund.pk)
    return beside.filter(provider_refund_id=report.refund_no).exists()


@transaction.atomic
def _take_back(refund_id: int, now: datetime) -> bool:
    """The refund never arrived: it is as before it was sent, under the same reference. False where it was settled meanwhile."""
    _payment, refund = lock_refund(refund_id)
    if refund.status not in _OPEN:
        return False
    refund.status, refund.query_count, refund.updated_at = Refund.Status.REQUESTED, refund.query_count + 1, now
    refund.save(update_fields=["status", "query_count", "updated_at"])
    logger.warning("refund is sent again, the provider has none: refund=%s", refund.public_id)
    return True

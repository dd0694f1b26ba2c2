"""The nightly runs: each account at its time, of the day that is over, with the provider's file fetched first."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from audit.models import OperationalEvent
from audit.services import SYSTEM, raise_event
from payments_site.kernel.clock import VIETNAM
from payments_site.kernel.errors import DomainError
from reconciliation.calendars import borders, business_day
from reconciliation.matching.scope import rules_of
from reconciliation.models import Reconciliation, ReconciliationItem, StatementLine
from reconciliation.services.fetching import fetch
from reconciliation.services.runs import ReconciliationInProgress, start
from tenants.models import ProviderAccount
from transactions.models import Receipt, Refund

logger = logging.getLogger(__name__)

NOT_FETCHED = "reconciliation.statement_not_fetched"
NIGHTLY = Reconciliation.Cause.NIGHTLY


def start_due(*, now: datetime) -> list[Reconciliation]:
    """Queue the run of every account whose time of the night has come and whose day has none yet; safe to repeat.

    An account with nothing to reconcile has none. A file that can not be fetched is told as an operational event, and the run is
    queued all the same. Does HTTP: never inside a database transaction.
    """
    started = []
    for account, day, wants_file in _due(now):
        if wants_file:
            _fetch(account, day, now)
        if not _has_something(account, day):
            continue
        try:
            started.append(start(account=account, day=day, cause=NIGHTLY, actor=SYSTEM, now=now))
        except ReconciliationInProgress:
            logger.info("a run of account %s is under way, the nightly one comes after it", account.public_id)
    return started


def _due(now: datetime) -> Iterator[tuple[ProviderAccount, date, bool]]:
    clock = now.astimezone(VIETNAM).time()
    for account in ProviderAccount.objects.select_related("provider", "tenant").order_by("pk"):
        rules = rules_of(account)
        day = business_day(now, rules.cutoff) - timedelta(days=1)
        if rules.nightly and clock >= rules.run_at and not _has_run(account, day):
            yield account, day, rules.fetch


def _has_run(account: ProviderAccount, day: date) -> bool:
    return Reconciliation.objects.filter(account=account, day=day, cause=NIGHTLY).exists()


def _fetch(account: ProviderAccount, day: date, now: datetime) -> None:
    try:
        fetch(account=account, day=day, actor=SYSTEM, now=now)
    except DomainError as error:
        raise_event(
            kind=NOT_FETCHED, severity=OperationalEvent.Severity.WARNING, subject=account.public_id, now=now,
            day=day.isoformat(), error_code=error.code,
        )  # fmt: skip


def _has_something(account: ProviderAccount, day: date) -> bool:
    """Whether money moved on the day by anybody's books, or something of earlier days is open."""
    start_of, end = borders(day, rules_of(account).cutoff)
    return (
        StatementLine.objects.filter(account=account, business_day=day).exists()
        or Receipt.objects.filter(account=account, received_at__gte=start_of, received_at__lt=end).exists()
        or Refund.objects.filter(account=account, completed_at__gte=start_of, completed_at__lt=end).exists()
        or ReconciliationItem.objects.filter(account=account, state=ReconciliationItem.State.OPEN).exists()
    )

"""Runs: started for one account and one business day, worked on by one process, taken up by another if that one dies."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models.expressions import RawSQL

from audit.services import Actor, record
from payments_site.kernel.errors import DomainError
from payments_site.kernel.faults import fault_point
from payments_site.kernel.queue import enqueue
from reconciliation.matching import findings, items, staging
from reconciliation.matching.scope import Scope
from reconciliation.matching.strategies import STRATEGIES
from reconciliation.matching.totals import totals
from reconciliation.models import Reconciliation
from reconciliation.services import settlements
from reconciliation.services._account_lock import locked
from tenants.models import ProviderAccount

State = Reconciliation.State
MAX_RANGE = 366
# A run lists this many changes one by one; the counts of the rest.
_MOST_CHANGES = 500
# For sorting and hashing of one run, however little the server gives by default; PostgreSQL may take it a few times over.
_WORK_MEM = "64MB"


class ReconciliationInProgress(DomainError):
    """A run of this account and day is queued or running, or somebody changes its matches; ``details`` name the run."""

    code = "RECONCILIATION_IN_PROGRESS"


def start(*, account: ProviderAccount, day: date, cause: str, actor: Actor, now: datetime) -> Reconciliation:
    """Queue a run; a worker begins within seconds. Raises ``ReconciliationInProgress`` while one of the day is under way."""
    run = Reconciliation(account=account, day=day, cause=cause, requested_by=actor.user_id[:150], created_at=now)
    try:
        with transaction.atomic():
            run.save(force_insert=True)
            record(
                actor=actor, action="reconciliation.started", entity_type="reconciliation", entity_id=run.public_id, now=now,
                new={"account_id": account.public_id, "day": day.isoformat(), "cause": cause},
            )  # fmt: skip
    except IntegrityError:
        under_way = Reconciliation.objects.filter(account=account, day=day, state__in=[State.QUEUED, State.RUNNING]).first()
        raise ReconciliationInProgress({"reconciliation_id": under_way.public_id if under_way else None}) from None
    enqueue("reconciliation.work_due")
    return run


@transaction.atomic
def start_range(
    *, account: ProviderAccount, first: date, last: date, cause: str, actor: Actor, now: datetime
) -> list[Reconciliation]:
    """Queue a run for each day from ``first`` to ``last``, or none: raises ``ReconciliationInProgress`` as ``start`` does."""
    days = [first + timedelta(days=step) for step in range(min((last - first).days + 1, MAX_RANGE))]
    return [start(account=account, day=day, cause=cause, actor=actor, now=now) for day in days]


def work(*, run_id: int, now: datetime, wait: bool = True) -> bool:
    """Do a run, or the rest of it, and say whether it was done by this call.

    What an earlier process matched stays matched. False: it is done already, or (without ``wait``) another process works on the
    account. Whatever goes wrong is raised, and the run is then failed; a new one may be started.
    """
    account_id = Reconciliation.objects.values_list("account_id", flat=True).get(pk=run_id)
    with locked(account_id, wait=wait) as held:
        run = Reconciliation.objects.select_related("account").get(pk=run_id)
        if not held or run.state not in (State.QUEUED, State.RUNNING):
            return False
        try:
            _Work(run, now).do()
        except Exception:
            _note(run, state=State.FAILED, error_code="RECONCILIATION_FAILED", finished_at=now)
            raise
    return True


def take_up_dead(*, now: datetime) -> int:
    """Work on runs that wait, and on those whose process died, oldest days first; how many were done."""
    waiting = Reconciliation.objects.filter(state__in=[State.QUEUED, State.RUNNING]).order_by("created_at", "day", "pk")
    return sum(work(run_id=pk, now=now, wait=False) for pk in list(waiting.values_list("pk", flat=True)))


class _Work:
    """One run at work. Every match is committed with its batch; items, sums and the end of the run are one commit."""

    def __init__(self, run: Reconciliation, now: datetime) -> None:
        self.run, self.now = run, now
        self.scope = Scope.of(run, now)
        self.steps: list[dict[str, Any]] = []

    def do(self) -> None:
        _note(self.run, state=State.RUNNING, started_at=self.run.started_at or self.now, steps_done=[], error_code="")
        settlements.refresh(run=self.run, now=self.now)  # a credit that is a pay-out is no payer's
        with _Memory():
            try:
                staging.stage(self.scope)
                fault_point("reconcile.staged")
                for strategy in STRATEGIES:
                    self._step(strategy.name, strategy.run(self.scope, self._batch_done))
                self._finish()
            finally:
                if not connection.needs_rollback:
                    staging.drop()

    def _batch_done(self) -> None:
        _note(self.run)
        fault_point("reconcile.batch_matched")

    def _step(self, name: str, matched: int) -> None:
        self.steps.append({"step": name, "matched": matched})
        _note(self.run, steps_done=self.steps)
        fault_point("reconcile.step_done")

    @transaction.atomic
    def _finish(self) -> None:
        runs = Reconciliation.objects.filter(account_id=self.run.account_id, day=self.run.day)
        again = runs.filter(state=State.COMPLETED).exists()
        ids = list(runs.values_list("pk", flat=True))
        findings.find(self.scope, ids)
        changes = items.settle_items(self.scope)
        changes += [{"what": "matched", "why": step["step"], "count": step["matched"]} for step in self.steps if step["matched"]]
        columns = totals(self.scope, ids)
        fault_point("reconcile.items_written")
        _note(
            self.run,
            state=State.COMPLETED,
            finished_at=self.now,
            changes=_told(changes) if again else [],
            error_code="",
            **columns,
        )


def _told(changes: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The changes, or the first of them and how many more there are."""
    rest = len(changes) - _MOST_CHANGES
    return list(changes) if rest <= 0 else [*changes[:_MOST_CHANGES], {"what": "more", "count": rest}]


def _note(run: Reconciliation, **columns: Any) -> None:
    """Write columns of the run, with a sign of life by the database's clock: a run takes longer than one ``now``."""
    for name, value in columns.items():
        setattr(run, name, value)
    alive: Any = RawSQL("clock_timestamp()", ())
    Reconciliation.objects.filter(pk=run.pk).update(alive_at=alive, **columns)


class _Memory:
    """Settings of this connection for as long as the run lasts."""

    def __enter__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"SET work_mem = '{_WORK_MEM}'")
            # How many pairs a number makes can not be estimated across the working tables: hashing needs no guess, sorting does.
            cursor.execute("SET enable_mergejoin = off")

    def __exit__(self, *_error: object) -> None:
        if not connection.needs_rollback:
            with connection.cursor() as cursor:
                cursor.execute("RESET work_mem")
                cursor.execute("RESET enable_mergejoin")

"""SIGKILL of a run at each of its borders: the next process finishes it, and every line is matched once."""

import os
import signal
import sys
from datetime import date, timedelta

import pytest

from audit.services import SYSTEM
from payments_site.kernel.faults import FAULT_POINTS
from reconciliation.models import Match, Reconciliation, ReconciliationItem
from reconciliation.services import runs
from tests.factories.ledger import DAY, Ledger, at
from tests.factories.live import wait_until
from tests.factories.world import make_world

POINTS = sorted(point for point in FAULT_POINTS if point.startswith("reconcile."))


@pytest.fixture
def ledger(committed_db):
    """A day with a number, a reference, a memo of two orders, and money of nobody; committed."""
    made = Ledger(make_world().acme)
    statement = made.statement()
    made.line(made.paid(), statement=statement)
    made.line(made.paid(), statement=statement, number=None)
    pair = [made.paid(amount) for amount in (50_000, 60_000)]
    names = [receipt.attempt.provider_reference for receipt in pair]
    made.line(statement=statement, kind="credit", number=None, memo_references=names, amount=110_000)
    made.line(statement=statement, number="NOBODYS", reference="NOBODYS", amount=70_000)
    return made


def reconcile(live, ledger, place, **environment):
    command = [sys.executable, "manage.py", "reconcile", "--account", ledger.account.public_id, "--day", DAY.isoformat()]
    return live.spawn(command, place / f"reconcile{len(os.listdir(place))}.log", **environment)


@pytest.mark.parametrize("point", POINTS)
def test_a_run_that_is_killed_is_finished_by_the_next_process(live, ledger, tmp_path, point):
    once = tmp_path / "once"
    once.touch()
    process = reconcile(live, ledger, tmp_path, FAULT_POINT=point, FAULT_POINT_FILE=str(once))
    wait_until(lambda: process.poll() is not None, 60)
    assert process.returncode == -signal.SIGKILL
    run = Reconciliation.objects.get(account=ledger.account)
    assert run.state == "running"
    assert not ReconciliationItem.objects.filter(account=ledger.account).exists()
    wait_until(lambda: runs.work(run_id=run.pk, now=at("03:00", date(2026, 11, 25)), wait=False), 20)
    run.refresh_from_db()
    assert (run.state, run.matched, run.items_open) == ("completed", 3, 1)
    lines = Match.objects.filter(account=ledger.account, line__isnull=False)
    assert lines.count() == lines.values("line").distinct().count() == 3
    assert Match.objects.filter(account=ledger.account, receipt__isnull=False).count() == 4
    assert run.changes == []


def test_while_a_process_works_another_one_leaves_its_run_alone(live, ledger):
    run = runs.start(account=ledger.account, day=DAY, cause="staff", actor=SYSTEM, now=at("03:00", DAY + timedelta(days=1)))
    from tests.factories.holder import advisory_lock

    with advisory_lock(0x5245_434F, ledger.account.pk):
        assert not runs.work(run_id=run.pk, now=at("03:00", DAY + timedelta(days=1)), wait=False)
    assert runs.work(run_id=run.pk, now=at("03:00", DAY + timedelta(days=1)), wait=False)

"""Two people start the same day, two processes work on one account: one run, and every receipt matched once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from audit.services import SYSTEM
from reconciliation.models import Match, Reconciliation
from reconciliation.services import runs
from tests.factories.ledger import DAY, Ledger, at
from tests.factories.live import at_once
from tests.factories.world import make_world

NOW = at("03:00", DAY + timedelta(days=2))


@pytest.fixture
def ledger(committed_db):
    made = Ledger(make_world().acme)
    statement = made.statement()
    for _ in range(20):
        made.line(made.paid(), statement=statement)
    return made


def start(ledger, day):
    try:
        return runs.start(account=ledger.account, day=day, cause="staff", actor=SYSTEM, now=NOW)
    except runs.ReconciliationInProgress as refused:
        return refused
    finally:
        connection.close()


def test_of_two_who_start_the_same_day_at_once_one_is_told_that_it_is_under_way(ledger):
    answers = at_once([lambda: start(ledger, DAY)] * 2)
    [started] = [answer for answer in answers if isinstance(answer, Reconciliation)]
    [refused] = [answer for answer in answers if isinstance(answer, runs.ReconciliationInProgress)]
    assert refused.entry.status == 409
    assert refused.details == {"reconciliation_id": started.public_id}
    assert Reconciliation.objects.filter(account=ledger.account).count() == 1


def test_neighbouring_days_of_one_account_worked_on_at_once_match_everything_once(ledger):
    days = [DAY - timedelta(days=1), DAY, DAY + timedelta(days=1)]
    started = [start(ledger, day) for day in days]

    def work(run):
        try:
            return runs.work(run_id=run.pk, now=NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        assert all(pool.map(work, started))
    rows = Match.objects.filter(account=ledger.account)
    assert rows.count() == rows.values("receipt").distinct().count() == rows.values("line").distinct().count() == 20
    assert set(Reconciliation.objects.filter(account=ledger.account).values_list("state", flat=True)) == {"completed"}

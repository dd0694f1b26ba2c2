"""Runs: one at a time for an account and a day, taken up when their process died, started at night by themselves."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from audit.models import AuditEntry, OperationalEvent
from audit.services import SYSTEM
from reconciliation import tasks
from reconciliation.models import Reconciliation
from reconciliation.services import nightly, runs
from reconciliation.services.fetching import StatementNotFetched
from tests.factories.ledger import DAY, at

pytestmark = pytest.mark.django_db
NIGHT = at("03:00", DAY + timedelta(days=1))


def started(ledger, day=DAY, now=NIGHT):
    return runs.start(account=ledger.account, day=day, cause="staff", actor=SYSTEM, now=now)


def test_a_second_run_of_the_same_day_is_refused_while_the_first_is_under_way(vnpay):
    first = started(vnpay)
    with pytest.raises(runs.ReconciliationInProgress) as refused:
        started(vnpay)
    assert refused.value.details == {"reconciliation_id": first.public_id}
    assert refused.value.entry.status == 409
    runs.work(run_id=first.pk, now=NIGHT)
    assert started(vnpay).state == "queued"
    assert AuditEntry.objects.filter(action="reconciliation.started").count() == 2


def test_a_range_is_started_whole_or_not_at_all(vnpay):
    started(vnpay, DAY + timedelta(days=2))
    with pytest.raises(runs.ReconciliationInProgress):
        runs.start_range(account=vnpay.account, first=DAY, last=DAY + timedelta(days=3), cause="api", actor=SYSTEM, now=NIGHT)
    assert Reconciliation.objects.filter(account=vnpay.account).count() == 1
    made = runs.start_range(account=vnpay.account, first=DAY - timedelta(days=2), last=DAY, cause="api", actor=SYSTEM, now=NIGHT)
    assert [run.day for run in made] == [DAY - timedelta(days=2), DAY - timedelta(days=1), DAY]


def test_what_waits_is_worked_on_by_the_next_sweep_and_done_once(vnpay):
    vnpay.line(vnpay.paid(), statement=vnpay.statement())
    run = started(vnpay)
    assert tasks.work_due() == 1
    assert tasks.work_due() == 0
    run.refresh_from_db()
    assert (run.state, run.matched) == ("completed", 1)
    assert [step["step"] for step in run.steps_done][:2] == ["number", "reference"]
    assert run.alive_at is not None


def test_a_run_that_was_left_in_the_middle_is_finished_with_what_it_had_matched(vnpay):
    statement = vnpay.statement()
    vnpay.line(vnpay.paid(), statement=statement)
    run = started(vnpay)
    runs.work(run_id=run.pk, now=NIGHT)
    vnpay.line(vnpay.paid(), statement=statement)
    Reconciliation.objects.filter(pk=run.pk).update(state="running")  # as a process leaves it that was killed
    assert runs.take_up_dead(now=NIGHT) == 1
    run.refresh_from_db()
    assert (run.state, run.lines, run.matched) == ("completed", 2, 2)


def test_a_run_that_goes_wrong_is_failed_and_another_one_can_be_started(vnpay, monkeypatch):
    def broken(*_arguments):
        raise ZeroDivisionError

    run = started(vnpay)
    monkeypatch.setattr(runs.findings, "find", broken)
    with pytest.raises(ZeroDivisionError):
        runs.work(run_id=run.pk, now=NIGHT)
    run.refresh_from_db()
    assert (run.state, run.error_code) == ("failed", "RECONCILIATION_FAILED")
    monkeypatch.undo()
    assert vnpay.run().state == "completed"


def test_at_night_each_account_is_reconciled_once_at_its_time_for_the_day_that_is_over(vnpay):
    vnpay.rules(run_at="04:30", fetch=False)
    vnpay.paid()
    assert nightly.start_due(now=at("04:29", DAY + timedelta(days=1))) == []
    [run] = nightly.start_due(now=at("04:30", DAY + timedelta(days=1)))
    assert (run.day, run.cause, run.account) == (DAY, "nightly", vnpay.account)
    assert nightly.start_due(now=at("04:35", DAY + timedelta(days=1))) == []


def test_an_account_without_anything_has_no_nightly_run_and_one_may_be_switched_off(vnpay):
    assert nightly.start_due(now=NIGHT) == []
    vnpay.paid()
    vnpay.rules(nightly=False)
    assert nightly.start_due(now=NIGHT) == []


def test_a_file_that_can_not_be_fetched_is_told_and_the_run_is_made_all_the_same(vnpay, monkeypatch):
    def away(**_arguments):
        raise StatementNotFetched("PROVIDER_CONNECTION_ERROR")

    vnpay.paid()
    monkeypatch.setattr(nightly, "fetch", away)
    assert [run.day for run in nightly.start_due(now=NIGHT)] == [DAY]
    event = OperationalEvent.objects.get(kind=nightly.NOT_FETCHED, subject=vnpay.account.public_id)
    assert event.data == {"day": "2026-11-18", "error_code": "PROVIDER_CONNECTION_ERROR"}


def test_the_command_reconciles_a_day_or_a_range_and_says_how_it_ended(vnpay):
    vnpay.line(vnpay.paid(), statement=vnpay.statement())
    vnpay.line(statement=vnpay.statement(), number="1")
    out = StringIO()
    call_command("reconcile", account=vnpay.account.public_id, day=DAY, stdout=out)
    assert "completed: 2 lines, 1 records, 1 matched, 1 open (missing_in_system 1), 0 changes" in out.getvalue()
    call_command("reconcile", account=vnpay.account.public_id, first=DAY, last=DAY + timedelta(days=1), stdout=out)
    assert Reconciliation.objects.filter(account=vnpay.account, state="completed").count() == 3


def test_the_command_refuses_a_day_that_is_under_way_and_accounts_that_are_not(vnpay):
    started(vnpay)
    with pytest.raises(CommandError, match="RECONCILIATION_IN_PROGRESS"):
        call_command("reconcile", account=vnpay.account.public_id, day=DAY)
    with pytest.raises(CommandError, match="no such account"):
        call_command("reconcile", account="acc_nobody", day=DAY)

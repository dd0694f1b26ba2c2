"""How what is broken is told: lines, JSON, exit code and nightly alert; and that nothing is written by asking."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.utils import InternalError
from django_celery_beat.models import PeriodicTask

from audit.models import OperationalEvent
from tests.factories.books import Books
from transactions import tasks
from transactions.invariants import LAWS, UnknownLaw, check
from transactions.invariants.runner import _snapshot, query_of
from transactions.models import Transaction
from transactions.services.invariants import audit_books

LAW = "received_is_the_sum_of_the_receipts"


def told(*arguments: str, fails: bool = False) -> str:
    """What the command prints; ``fails`` says that it has to exit with 1."""
    out = io.StringIO()
    if not fails:
        call_command("check_invariants", *arguments, stdout=out)
        return out.getvalue()
    with pytest.raises(CommandError) as error:
        call_command("check_invariants", *arguments, stdout=out)
    assert error.value.returncode == 1
    return out.getvalue()


def break_one(books: Books) -> Transaction:
    """A pending payment that says it received a đồng, without a receipt."""
    payment = books.order("vnpay")
    Transaction.objects.filter(pk=payment.pk).update(received_amount=1)
    return payment


def test_books_in_order_are_said_to_be(books: Books) -> None:
    assert told("--tenant", books.role.tenant_id) == f"{len(LAWS)} of {len(LAWS)} laws hold\n"
    document = json.loads(told("--json", "--since", "36h"))
    assert (document["laws"], document["broken"], document["findings"]) == (len(LAWS), {}, [])
    assert document["since"] is not None


def test_a_broken_row_is_told_with_its_law_and_the_exit_code_says_so(books: Books) -> None:
    payment = break_one(books)
    lines = told(fails=True).splitlines()
    assert lines[0] == f"{len(LAWS) - 1} of {len(LAWS)} laws hold"
    assert lines[1].startswith(f"BROKEN {LAW}: ")
    assert lines[2:] == [f"  {payment.public_id}: expected 0; found 1"]
    document = json.loads(told("--json", "--law", LAW, fails=True))
    what = next(law.says for law in LAWS if law.name == LAW)
    assert document["findings"] == [
        {"id": payment.public_id, "law": LAW, "what": what, "expected": "0", "found": "1"}
    ]  # fmt: skip
    assert document["broken"] == {LAW: {"rows": 1, "more": False}}


def test_no_more_rows_are_told_than_were_asked_for(books: Books) -> None:
    break_one(books)
    break_one(books)
    assert told("--rows", "1", fails=True).splitlines()[-1] == "  and more"


def test_a_window_leaves_out_what_was_not_touched_in_it(books: Books) -> None:
    payment = break_one(books)
    later = books.now + timedelta(minutes=5)
    assert [one.law.name for one in check(now=later, since=books.now)] == [LAW]
    assert check(now=later, since=later) == []
    books.now = later
    books.cancel(payment)
    assert [one.law.name for one in check(now=later, since=later)] == [LAW]


def test_arguments_that_mean_nothing_are_refused(books: Books) -> None:
    for arguments in (["--since", "yesterday"], ["--since", "2026-11-21T10:00:00"], ["--law", "gravity"]):
        with pytest.raises(CommandError):
            call_command("check_invariants", *arguments)
    with pytest.raises(UnknownLaw):
        check(now=books.now, names=[LAW, "gravity"])


def test_the_laws_can_be_listed() -> None:
    assert told("--list").splitlines() == [f"{law.name}: {law.says}" for law in LAWS]


def test_the_nightly_audit_is_an_alert_for_each_broken_law_and_a_word_for_the_run(books: Books) -> None:
    payment = break_one(books)
    assert len(audit_books(now=books.now)) == 1
    [alert] = OperationalEvent.objects.filter(kind="invariants.broken")
    assert (alert.severity, alert.subject, alert.data["count"]) == ("error", LAW, 1)
    assert alert.data["rows"] == [f"{payment.public_id}: 1 instead of 0"]
    [run] = OperationalEvent.objects.filter(kind="invariants.checked")
    assert (run.severity, run.subject, run.data["broken"]) == ("info", "all", 1)


def test_two_schedules_call_the_audit_with_what_it_takes(books: Books) -> None:
    rows = PeriodicTask.objects.filter(task="transactions.audit_books").select_related("crontab").order_by("id")
    assert [(row.crontab.hour, row.crontab.day_of_week, str(row.crontab.timezone)) for row in rows] == [
        ("2", "*", "Asia/Ho_Chi_Minh"), ("3", "0", "Asia/Ho_Chi_Minh"),
    ]  # fmt: skip
    assert [tasks.audit_books(**json.loads(row.kwargs)) for row in rows] == [0, 0]
    subjects = OperationalEvent.objects.filter(kind="invariants.checked").order_by("id").values_list("subject", flat=True)
    assert list(subjects) == ["since", "all"]


def test_asking_can_not_write(committed_db: None) -> None:
    with pytest.raises(InternalError, match="read-only"), _snapshot(), connection.cursor() as cursor:
        cursor.execute("UPDATE transactions_transaction SET status = 'failed'")
    assert not connection.in_atomic_block


def test_all_laws_are_asked_of_one_moment(committed_db: None) -> None:
    with _snapshot(), connection.cursor() as cursor:
        cursor.execute("SHOW transaction_isolation")
        assert cursor.fetchone() == ("repeatable read",)


@pytest.mark.parametrize("narrowed", [False, True])
def test_no_word_of_a_law_is_left_untranslated(narrowed: bool) -> None:
    words = (
        "PAYMENTS",
        "EVENTS",
        "ATTEMPTS",
        "RECEIPTS",
        "REFUNDS",
        "ISSUES",
        "DELIVERIES",
        "NOBODYS",
        "KEYS",
        "VOLUMES",
        "DAY(",
    )
    for law in LAWS:
        assert [word for word in words if word in query_of(law, narrowed=narrowed)] == []


def test_the_window_finds_events_by_an_index(db: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN SELECT transaction_id FROM transactions_transactionevent WHERE created_at >= now()")
        assert any("event_created_brin" in row[0] for row in cursor.fetchall())

"""Asking what became of a payment, at every provider: only its explicit word ends one, everything else leaves it open."""

from __future__ import annotations

from datetime import timedelta

import pytest

from payments_site.kernel import clock
from tests.factories.bench import Bench

UNSURE = ["500", "garbage", "drop", "lost", "slow"]


def needs_questions(bench: Bench) -> bool:
    """Whether the provider can be asked; the one that can not is left alone by the resolver."""
    if bench.words.queries:
        return True
    payment = bench.create()
    assert bench.attempt(payment).next_query_at is None
    return False


def test_a_paid_one_without_a_notice_is_completed(bench: Bench) -> None:
    if not needs_questions(bench):
        return
    payment = bench.create()
    assert bench.pay(payment, "paid", notice="none") == []
    bench.ask(payment)
    shown = bench.show(payment)
    assert (shown["status"], shown["received_amount"]) == ("completed", 100_000)
    assert bench.attempt(payment).next_query_at is None


def test_notice_and_question_together_are_one_payment(bench: Bench) -> None:
    if not needs_questions(bench):
        return
    payment = bench.create()
    [seen] = bench.pay(payment, "paid")
    bench.ask(payment)
    assert bench.words_of(bench.give(seen)) == bench.words.repeat
    bench.ask(payment)
    shown = bench.show(payment)
    assert (shown["status"], shown["received_amount"]) == ("completed", 100_000)
    assert bench.issues(payment) == []


def test_an_unpaid_one_stays_open_and_is_asked_for_again(bench: Bench) -> None:
    if not needs_questions(bench):
        return
    payment = bench.create()
    bench.ask(payment)
    assert bench.show(payment)["status"] == "pending"
    assert bench.attempt(payment).next_query_at > clock.now() - timedelta(seconds=1)


def test_one_that_nobody_opened_stays_open(bench: Bench) -> None:
    if not needs_questions(bench):
        return
    payment = bench.create(visit=False)
    bench.ask(payment)
    assert bench.show(payment)["status"] == "pending"


@pytest.mark.parametrize("mode", UNSURE)
def test_no_clear_word_changes_nothing(bench: Bench, mode: str) -> None:
    if not needs_questions(bench):
        return
    payment = bench.create()
    bench.pay(payment, "paid", notice="none")
    target = "querydr" if bench.words.code == "vnpay" else "query"
    bench.fault(target, mode, times=3, seconds=2)
    assert bench.ask(payment) is None
    assert bench.show(payment)["status"] == "pending"
    assert bench.attempt(payment).next_query_at is not None


def test_the_truth_comes_with_the_next_question(bench: Bench) -> None:
    if not needs_questions(bench):
        return
    payment = bench.create()
    bench.pay(payment, "paid", notice="none")
    bench.fault("querydr" if bench.words.code == "vnpay" else "query", "garbage")
    bench.ask(payment)
    assert bench.show(payment)["status"] == "pending"
    bench.ask(payment)
    assert bench.show(payment)["status"] == "completed"


def test_a_failed_one_fails_by_its_word(bench: Bench) -> None:
    if not (needs_questions(bench) and bench.words.can_fail):
        return
    payment = bench.create()
    bench.pay(payment, "fail", notice="none")
    bench.ask(payment)
    assert bench.show(payment)["status"] == "failed"


def test_an_answer_that_was_tampered_with_completes_nothing_wrong(bench: Bench) -> None:
    if not needs_questions(bench) or bench.words.code == "vnpay":
        return
    payment = bench.create()
    bench.pay(payment, "paid", notice="none")
    bench.fault("query", "tampered")
    bench.ask(payment)
    shown = bench.show(payment)
    assert shown["received_amount"] in (0, 100_000)
    assert shown["status"] in ("pending", "completed")
    bench.ask(payment)
    assert bench.show(payment)["received_amount"] == 100_000


def test_one_left_pending_by_the_bank_waits(bench: Bench) -> None:
    if not (needs_questions(bench) and bench.words.can_fail) or bench.words.code == "vnpay":
        return
    payment = bench.create()
    bench.pay(payment, "pending")
    bench.ask(payment)
    assert bench.show(payment)["status"] == "pending"


def test_late_truth_is_late_money(bench: Bench) -> None:
    if not needs_questions(bench):
        return
    payment = bench.create()
    bench.pay(payment, "paid", notice="none")
    bench.cancel(payment)
    bench.ask(payment)
    shown = bench.show(payment)
    assert (shown["status"], shown["late"]) == ("completed", True)
    assert bench.issues(payment) == ["late_success"]


def test_staff_and_schedule_ask_by_the_same_door(bench: Bench) -> None:
    from audit.services import SYSTEM
    from transactions.models import Transaction
    from transactions.services.staff import ask_provider

    if not needs_questions(bench):
        return
    payment = bench.create()
    bench.pay(payment, "paid", notice="none")
    assert ask_provider(payment=Transaction.objects.get(public_id=payment["transaction_id"]), actor=SYSTEM, now=clock.now())
    assert bench.show(payment)["status"] == "completed"

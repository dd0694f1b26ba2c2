"""Giving money back, at every provider: whole, in parts, and when nobody knows whether it went."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from payments_site.kernel import clock
from tests.factories.bench import Bench
from transactions.models import Refund


@pytest.fixture
def paid(bench: Bench) -> dict[str, Any]:
    """A payment of 100.000 ₫ that was paid."""
    return bench.paid()[0]


def finish(bench: Bench, refund_id: str) -> Refund:
    """The provider ends the refund; then it is asked."""
    row = Refund.objects.get(public_id=refund_id)
    if row.status not in ("completed", "failed"):
        bench.end_refund({"transaction_id": row.transaction.public_id}, "completed")
        bench.ask_refund(refund_id, clock.now() + timedelta(minutes=1))
        row.refresh_from_db()
    return row


def by_hand(bench: Bench, payment: dict[str, Any], amount: int) -> bool:
    """Where there is no refund API, the same request waits for a transfer by hand."""
    if bench.words.refunds:
        return False
    reply = bench.refund(payment, amount)
    assert (reply.status, reply.data["status"], reply.data["remaining_amount"]) == (200, "awaiting_manual", 100_000 - amount)
    return True


def test_the_whole_is_given_back(bench: Bench, paid: dict[str, Any]) -> None:
    if by_hand(bench, paid, 100_000):
        return
    reply = bench.refund(paid, 100_000)
    assert reply.status == 200, reply.body
    assert reply.data["remaining_amount"] == 0
    row = finish(bench, reply.data["refund_id"])
    assert row.status == "completed"
    assert row.provider_refund_id
    shown = bench.show(paid)
    assert (shown["status"], shown["refunded_amount"]) == ("refunded", 100_000)


def test_a_part_and_then_the_rest(bench: Bench, paid: dict[str, Any]) -> None:
    if by_hand(bench, paid, 40_000):
        return
    first = bench.refund(paid, 40_000)
    assert finish(bench, first.data["refund_id"]).status == "completed"
    shown = bench.show(paid)
    assert (shown["status"], shown["refunded_amount"]) == ("partially_refunded", 40_000)
    second = bench.refund(paid, 60_000)
    assert finish(bench, second.data["refund_id"]).status == "completed"
    assert bench.show(paid)["status"] == "refunded"
    if bench.words.code != "vnpay":
        there = bench.at_provider(paid)["refunds"]
        assert sorted(one["amount"] for one in there) == [40_000, 60_000]


def test_more_than_is_left_is_refused_and_nothing_is_sent(bench: Bench, paid: dict[str, Any]) -> None:
    bench.refund(paid, 70_000)
    reply = bench.refund(paid, 30_001)
    assert (reply.status, reply.code) == (422, "INSUFFICIENT_BALANCE")
    assert Refund.objects.filter(transaction__public_id=paid["transaction_id"]).count() == 1


def test_the_same_id_is_one_refund(bench: Bench, paid: dict[str, Any]) -> None:
    first = bench.refund(paid, 10_000, internal_refund_id="R-SAME")
    again = bench.refund(paid, 10_000, internal_refund_id="R-SAME")
    assert first.data["refund_id"] == again.data["refund_id"]
    assert len(bench.at_provider(paid)["refunds"]) <= 1
    other = bench.refund(paid, 20_000, internal_refund_id="R-SAME")
    assert (other.status, other.code) == (422, "IDEMPOTENCY_KEY_REUSED")


@pytest.mark.parametrize("mode", ["lost", "500", "garbage", "drop", "slow"])
def test_a_refund_of_unknown_fate_is_asked_about_and_never_sent_anew(bench: Bench, paid: dict[str, Any], mode: str) -> None:
    if not bench.words.refunds:
        return
    bench.fault("refund", mode, seconds=2)
    reply = bench.refund(paid, 50_000)
    assert (reply.status, reply.data["status"]) == (200, "processing")
    row = Refund.objects.get(public_id=reply.data["refund_id"])
    assert row.status == "unknown"
    assert row.next_query_at is not None
    if mode != "lost":
        return
    finish(bench, row.public_id)
    there = bench.at_provider(paid)["refunds"]
    assert [one["amount"] for one in there] == [50_000]
    row.refresh_from_db()
    assert row.status == "completed"
    assert bench.show(paid)["refunded_amount"] == 50_000


def test_a_refund_in_work_stays_in_work(bench: Bench, paid: dict[str, Any]) -> None:
    if not bench.words.refunds:
        return
    bench.control("settings", refund_delay=3600)
    reply = bench.refund(paid, 50_000)
    assert reply.data["status"] in ("processing", "completed")
    if reply.data["status"] == "processing":
        bench.ask_refund(reply.data["refund_id"], clock.now() + timedelta(minutes=1))
        assert Refund.objects.get(public_id=reply.data["refund_id"]).status == "processing"
        assert bench.show(paid)["status"] == "completed"


def test_a_refund_that_the_provider_ends_as_failed_frees_its_money(bench: Bench, paid: dict[str, Any]) -> None:
    if not bench.words.refunds:
        return
    bench.control("settings", refund_delay=3600)
    reply = bench.refund(paid, 50_000)
    if reply.data["status"] != "processing" or not bench.words.tells_failed_refunds:
        return  # this provider answers at once, or never says that one failed
    row = Refund.objects.get(public_id=reply.data["refund_id"])
    bench.end_refund(paid, "failed")
    bench.ask_refund(row.public_id, clock.now() + timedelta(minutes=1))
    row.refresh_from_db()
    assert row.status == "failed"
    assert row.failure_reason
    assert bench.refund(paid, 100_000).status == 200


def test_a_refund_made_in_the_providers_portal_is_taken_in(bench: Bench, paid: dict[str, Any]) -> None:
    if not (bench.words.refunds and bench.words.shows_portal_refunds):
        return
    bench.control("portal_refunds", reference=bench.reference(paid), amount=30_000)
    bench.ask(paid)
    shown = bench.show(paid)
    assert (shown["status"], shown["refunded_amount"]) == ("partially_refunded", 30_000)
    [line] = shown["refunds"]
    assert (line["refund_amount"], line["status"]) == (30_000, "completed")
    bench.ask(paid)
    assert bench.show(paid)["refunded_amount"] == 30_000
    assert bench.refund(paid, 70_001).code == "INSUFFICIENT_BALANCE"


def test_what_is_not_paid_can_not_be_refunded(bench: Bench) -> None:
    payment = bench.create()
    reply = bench.refund(payment, 10_000)
    assert (reply.status, reply.code) == (422, "TRANSACTION_CANNOT_BE_REFUNDED")

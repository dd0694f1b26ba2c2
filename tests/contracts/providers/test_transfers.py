"""Money that comes by transfer: in several parts, too little, too much, too late, and with no order's name on it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from payments_site.kernel import clock
from tests.factories.bench import Bench
from tests.factories.provider_words import WORDS, ProviderWords
from tests.factories.world import add_vnpay
from transactions.models import MoneyIssue, Receipt, Transaction
from transactions.services.expire import expire_due

BY_TRANSFER = sorted(code for code, words in WORDS.items() if words.transfers)


@pytest.fixture(params=BY_TRANSFER)
def words(request: pytest.FixtureRequest) -> ProviderWords:
    return WORDS[request.param]


def transfer(bench: Bench, payment: dict[str, Any], amount: int, **more: Any) -> None:
    """One transfer that arrives and is told."""
    for seen in bench.pay(payment, "paid", amount=amount, **more):
        assert bench.words_of(bench.give(seen)) == bench.words.good


def pass_the_deadline(payment: dict[str, Any]) -> None:
    Transaction.objects.filter(public_id=payment["transaction_id"]).update(expires_at=clock.now() - timedelta(seconds=1))
    assert expire_due(now=clock.now()) >= 1


def issue_of(payment: dict[str, Any]) -> MoneyIssue:
    return MoneyIssue.objects.get(transaction__public_id=payment["transaction_id"])


def test_two_transfers_that_add_up_complete_it_once(bench: Bench) -> None:
    payment = bench.create()
    transfer(bench, payment, 60_000)
    shown = bench.show(payment)
    assert (shown["status"], shown["received_amount"]) == ("pending", 60_000)
    transfer(bench, payment, 40_000)
    shown = bench.show(payment)
    assert (shown["status"], shown["received_amount"]) == ("completed", 100_000)
    assert [event["event_type"] for event in shown["events"]].count("paid") == 1
    assert bench.issues(payment) == []
    receipts = Receipt.objects.filter(transaction__public_id=payment["transaction_id"]).order_by("id")
    assert [receipt.amount for receipt in receipts] == [60_000, 40_000]
    assert shown["provider_transaction_id"] == receipts[1].provider_transaction_no


def test_too_little_expires_with_an_issue(bench: Bench) -> None:
    payment = bench.create()
    transfer(bench, payment, 60_000)
    pass_the_deadline(payment)
    shown = bench.show(payment)
    assert (shown["status"], shown["received_amount"]) == ("expired", 60_000)
    issue = issue_of(payment)
    assert (issue.issue_type, issue.amount) == ("underpaid", 60_000)


def test_the_rest_after_the_deadline_completes_it_late(bench: Bench) -> None:
    payment = bench.create()
    transfer(bench, payment, 60_000)
    pass_the_deadline(payment)
    transfer(bench, payment, 40_000)
    shown = bench.show(payment)
    assert (shown["status"], shown["late"], shown["received_amount"]) == ("completed", True, 100_000)
    assert bench.issues(payment) == ["underpaid", "late_success"]


def test_too_much_after_the_whole_completes_and_can_be_given_back(bench: Bench) -> None:
    payment = bench.create()
    transfer(bench, payment, 100_000)
    transfer(bench, payment, 5_000)
    shown = bench.show(payment)
    assert (shown["status"], shown["received_amount"]) == ("completed", 105_000)
    issue = issue_of(payment)
    assert (issue.issue_type, issue.amount) == ("overpaid", 5_000)
    reply = bench.refund(payment, 5_000)
    assert (reply.status, reply.data["status"], reply.data["remaining_amount"]) == (200, "awaiting_manual", 100_000)


def test_too_much_at_once_completes_with_an_issue_for_the_rest(bench: Bench) -> None:
    payment = bench.create()
    transfer(bench, payment, 130_000)
    shown = bench.show(payment)
    assert (shown["status"], shown["received_amount"], shown["amount"]) == ("completed", 130_000, 100_000)
    issue = issue_of(payment)
    assert (issue.issue_type, issue.amount) == ("overpaid", 30_000)


def test_all_of_several_transfers_can_be_given_back_in_one(bench: Bench) -> None:
    payment = bench.create()
    transfer(bench, payment, 60_000)
    transfer(bench, payment, 40_000)
    reply = bench.refund(payment, 100_000)
    assert (reply.status, reply.data["status"], reply.data["remaining_amount"]) == (200, "awaiting_manual", 0)


def test_the_same_transfer_told_twice_is_one(bench: Bench) -> None:
    payment = bench.create()
    seen = bench.pay(payment, "paid", amount=60_000)
    for _ in range(3):
        bench.give(seen[0])
    assert bench.show(payment)["received_amount"] == 60_000


def test_a_cancelled_link_keeps_what_came_before(bench: Bench) -> None:
    payment = bench.create()
    transfer(bench, payment, 60_000)
    assert bench.cancel(payment).data["status"] == "cancelled"
    if bench.words.queries:
        bench.ask(payment)
    assert bench.show(payment)["received_amount"] == 60_000


def test_the_payers_account_is_kept_sealed(bench: Bench) -> None:
    payment = bench.create()
    transfer(bench, payment, 100_000)
    receipt = Receipt.objects.get(transaction__public_id=payment["transaction_id"])
    assert receipt.payer_sealed is not None
    assert b"NGUYEN" not in bytes(receipt.payer_sealed)


def test_once_a_part_has_come_no_other_provider_takes_the_whole(bench: Bench) -> None:
    payment = bench.create()
    transfer(bench, payment, 60_000)
    add_vnpay(bench.role)
    answer = bench.client.post(f"/pay/{payment['transaction_id']}", {"provider_code": "vnpay"})
    assert answer.status_code == 400
    assert Transaction.objects.get(public_id=payment["transaction_id"]).attempts.count() == 1

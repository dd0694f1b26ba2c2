"""Refunds made in the provider's own portal, as questions about the payment show them."""

from __future__ import annotations

import json

import pytest

from audit.services import SYSTEM
from payments_site.kernel import clock
from payments_site.kernel.sealing import unseal
from tests.factories import truth
from tests.factories.backoffice import new_payment, notify
from transactions.models import MoneyIssue, Refund, TransactionEvent
from transactions.personal import key_of
from transactions.providers.base import SeenRefund
from transactions.services._allocations import plan_for
from transactions.services._refunds import write_refund
from transactions.services._transition import lock_payment
from transactions.services.portal_refund import take_in_portal_refunds


@pytest.fixture
def paid(api, acme):
    payment = new_payment(api, acme)
    assert notify(api, acme, payment) == "00"
    payment.refresh_from_db()
    return payment


def take_in(payment, *seen, total=None):
    taken = take_in_portal_refunds(
        attempt_id=payment.attempts.get().pk, refunds=seen or None, refunded_total=total, actor=SYSTEM, now=clock.now()
    )
    payment.refresh_from_db()
    return taken


def ours(payment, amount, status="processing", **columns):
    """A refund of our own."""
    locked = lock_payment(payment.pk)
    refund = write_refund(locked, plan_for(locked, amount), reason="", actor=SYSTEM, now=clock.now(), due=clock.now())
    Refund.objects.filter(pk=refund.pk).update(status=status, **columns)
    refund.refresh_from_db()
    return refund


def issues(payment):
    return list(MoneyIssue.objects.filter(transaction=payment).values_list("issue_type", "amount"))


def test_a_refund_of_the_portal_becomes_ours_once(acme, paid):
    seen = SeenRefund("P-1", 30_000)
    assert [take_in(paid, seen), take_in(paid, seen)] == [1, 0]
    refund = paid.refunds.get()
    assert (refund.status, refund.source, refund.provider_refund_id, refund.requested_by) == (
        "completed", "portal", "P-1", "vnpay",
    )  # fmt: skip
    assert (paid.status, paid.refunded_amount, paid.receipts.get().refunded_amount) == ("partially_refunded", 30_000, 30_000)
    event = TransactionEvent.objects.get(transaction=paid, message_type="refund.completed")
    told = json.loads(unseal(bytes(event.body_sealed), key_of(paid.data_key)))["data"]["refund"]
    assert (told["refund_id"], told["status"], told["provider_refund_id"]) == (refund.public_id, "completed", "P-1")
    assert take_in(paid, seen, SeenRefund("P-2", 70_000)) == 1
    assert (paid.status, paid.refunded_amount) == ("refunded", 100_000)
    truth.check(acme.tenant_id)


def test_more_than_came_in_is_left_to_a_person(acme, paid):
    assert take_in(paid, SeenRefund("P-1", 60_000), SeenRefund("P-2", 60_000)) == 1
    assert take_in(paid, SeenRefund("P-1", 60_000), SeenRefund("P-2", 60_000)) == 0
    assert (paid.refunded_amount, issues(paid)) == (60_000, [("refund_mismatch", 60_000)])
    truth.check(acme.tenant_id)


def test_one_of_ours_that_is_shown_is_completed_and_not_doubled(acme, paid):
    refund = ours(paid, 40_000, "unknown")
    assert take_in(paid, SeenRefund("P-1", 40_000, reference=refund.provider_reference)) == 0
    refund.refresh_from_db()
    assert (refund.status, refund.source, refund.provider_refund_id) == ("completed", "api", "P-1")
    assert paid.refunded_amount == 40_000
    truth.check(acme.tenant_id)


def test_one_of_ours_that_is_shown_with_another_amount_or_after_it_failed_opens_an_issue(paid):
    other = ours(paid, 40_000)
    assert take_in(paid, SeenRefund("P-1", 41_000, reference=other.provider_reference)) == 0
    failed = ours(paid, 10_000, "failed")
    assert take_in(paid, SeenRefund("P-2", 10_000, reference=failed.provider_reference)) == 0
    assert sorted(issues(paid)) == [("refund_mismatch", 10_000), ("refund_mismatch", 41_000)]
    assert paid.refunded_amount == 0


def test_what_may_be_one_of_ours_on_its_way_is_waited_for(paid):
    refund = ours(paid, 40_000)
    assert take_in(paid, SeenRefund("P-1", 40_000)) == 0
    assert paid.refunds.count() == 1
    Refund.objects.filter(pk=refund.pk).update(provider_refund_id="P-0")
    assert take_in(paid, SeenRefund("P-1", 40_000)) == 1
    assert take_in(paid, SeenRefund("P-9", 20_000, reference="PORTAL-1")) == 1
    assert paid.refunded_amount == 60_000


def test_a_finished_one_whose_number_nobody_told_is_not_taken_in_again(acme, paid):
    assert take_in(paid, total=40_000) == 1
    assert [take_in(paid, SeenRefund("P-1", 40_000)), take_in(paid, SeenRefund("P-1", 40_000))] == [0, 0]
    assert paid.refunds.get().provider_refund_id == "P-1"
    assert take_in(paid, SeenRefund("P-2", 40_000)) == 1
    assert paid.refunded_amount == 80_000
    truth.check(acme.tenant_id)


def test_a_total_is_one_refund_of_the_difference(acme, paid):
    assert [take_in(paid, total=0), take_in(paid, total=25_000), take_in(paid, total=25_000)] == [0, 1, 0]
    assert take_in(paid, total=40_000) == 1
    assert sorted(paid.refunds.values_list("amount", "provider_refund_id")) == [(15_000, None), (25_000, None)]
    assert take_in(paid, total=100_001) == 0
    assert (paid.refunded_amount, issues(paid)) == (40_000, [("refund_mismatch", 60_001)])
    truth.check(acme.tenant_id)


def test_nothing_is_concluded_from_a_total_while_one_of_ours_is_on_its_way(paid):
    refund = ours(paid, 40_000)
    assert take_in(paid, total=40_000) == 0
    Refund.objects.filter(pk=refund.pk).update(status="failed")
    assert take_in(paid, total=40_000) == 1


def test_an_unpaid_payment_takes_in_nothing(api, acme):
    payment = new_payment(api, acme)
    assert take_in(payment, SeenRefund("P-1", 1_000)) == 0
    assert issues(payment) == []

"""Refunds that staff ask for: reserved at once, sent when a second person agrees, freed when they do not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from audit import approvals
from audit.models import ApprovalRequest, AuditEntry
from audit.services import SYSTEM, Actor
from payments_site.kernel import clock
from payments_site.kernel.errors import InvalidInput
from tests.factories import truth
from tests.factories.backoffice import new_payment, notify
from tests.factories.transfers import OTHER_PAYER, open_bank
from tests.integration.audit.people import person
from transactions.models import Refund
from transactions.providers.base import Outcome, RefundReport
from transactions.selectors import remaining_to_refund
from transactions.services import refund as refunds
from transactions.services.expire import expire_due
from transactions.services.payees import account_to_pay
from transactions.services.staff_refund import CannotBeRefunded, ask_for_refund, can_be_refunded
from transactions.transfers.account import BankAccount

MAKER = Actor(user_id="maker", user_type="staff")
CHECKER = Actor(user_id="checker", user_type="staff")


@pytest.fixture
def paid(api, acme):
    """A payment through a provider that takes refunds."""
    payment = new_payment(api, acme)
    assert notify(api, acme, payment) == "00"
    payment.refresh_from_db()
    return payment


@pytest.fixture
def people(db):
    return person("maker", "request_refund"), person("checker", "request_refund", "decide_approvalrequest")


def ask(payment, maker, amount=40_000, **more):
    return ask_for_refund(
        payment=payment, amount=amount, reason="Khách trả hàng", person=maker, actor=MAKER, now=clock.now(), **more
    )


def refund_of(request):
    return Refund.objects.get(public_id=request.subject_id)


def test_the_money_is_reserved_while_a_second_person_thinks(acme, api, paid, people):
    request = ask(paid, people[0])
    refund = refund_of(request)
    assert (refund.status, refund.amount, refund.source, refund.next_query_at) == ("awaiting_approval", 40_000, "staff", None)
    assert refund.requested_by == "maker"
    assert remaining_to_refund(paid) == 60_000
    assert request.difference == {"refund_amount": [0, 40_000], "remaining_amount": [100_000, 60_000]}
    url = f"{acme.base}/transactions/{paid.public_id}/refunds"
    [shown] = api.get(url, headers=acme.headers).json()["data"]
    assert (shown["status"], shown["remaining_amount"]) == ("processing", 60_000)
    body = {"refund_amount": 60_001, "internal_refund_id": "R-1"}
    over = api.post(f"{acme.base}/transactions/{paid.public_id}/refund", body, format="json", headers=acme.headers)
    assert over.json()["error_code"] == "INSUFFICIENT_BALANCE"
    assert [event.event_type for event in paid.events.order_by("id")][-1] == "refund_initiated"


def test_nothing_is_sent_before_the_second_person_agrees(paid, people):
    refund = refund_of(ask(paid, people[0]))
    assert refunds.send(refund_id=refund.pk, actor=SYSTEM, now=clock.now()).status == "awaiting_approval"
    refund.refresh_from_db()
    assert (refund.status, refund.sent_at) == ("awaiting_approval", None)


def test_an_approved_refund_is_sent_by_a_worker_under_its_own_reference(paid, people, monkeypatch):
    request = ask(paid, people[0])
    later = clock.now() + timedelta(days=6, hours=23)
    approvals.approve(approval_id=request.public_id, person=people[1], actor=CHECKER, now=later)
    refund = refund_of(request)
    assert (refund.status, refund.next_query_at) == ("requested", later)
    orders = []

    def answer(account, order, http):
        orders.append(order)
        return RefundReport(Outcome.PENDING, refund_no="77")

    adapter = refunds.registry.get("vnpay")
    monkeypatch.setattr(type(adapter), "refund", lambda self, account, order, http: answer(account, order, http))
    sent = refunds.send(refund_id=refund.pk, actor=SYSTEM, now=later + timedelta(seconds=5))
    [order] = orders
    assert (order.reference, order.amount, order.created_at) == (refund.provider_reference, 40_000, later + timedelta(seconds=5))
    # The questions begin when it was sent, not when it was asked for a week before.
    assert (sent.status, sent.next_query_at - later < timedelta(minutes=2)) == ("processing", True)


def test_who_asks_does_not_decide_and_who_may_not_ask_leaves_nothing_behind(paid, people):
    boss = person("boss", "request_refund", "decide_approvalrequest")
    request = ask(paid, boss)
    with pytest.raises(approvals.MayNotDecide):
        approvals.approve(approval_id=request.public_id, person=boss, actor=MAKER, now=clock.now())
    assert refund_of(request).status == "awaiting_approval"
    with pytest.raises(approvals.MayNotDecide):
        ask(paid, person("nobody"), amount=1_000)
    assert Refund.objects.filter(transaction=paid).count() == 1


def test_a_refusal_frees_the_money_and_tells_the_client(acme, paid, people):
    request = ask(paid, people[0])
    approvals.reject(approval_id=request.public_id, person=people[1], actor=CHECKER, now=clock.now(), note="sai đơn")
    refund = refund_of(request)
    assert (refund.status, refund.failure_code) == ("failed", "REFUND_REFUSED")
    assert refund.failure_reason == "Người duyệt không đồng ý hoàn tiền"
    assert remaining_to_refund(paid) == 100_000
    last = paid.events.order_by("id").last()
    assert (last.event_type, last.message_type) == ("refund_failed", "refund.failed")
    assert AuditEntry.objects.get(entity_id=refund.public_id, action="refund_failed").user_id == "checker"
    truth.check(acme.tenant_id)


def test_a_request_that_nobody_decides_on_frees_the_money(acme, paid, people):
    kept, gone = ask(paid, people[0], amount=10_000), ask(paid, people[0])
    ApprovalRequest.objects.filter(pk=gone.pk).update(expires_at=clock.now())
    assert approvals.expire_due(now=clock.now()) == 1
    assert (refund_of(gone).status, refund_of(gone).failure_code) == ("failed", "REFUND_NOT_APPROVED")
    assert refund_of(kept).status == "awaiting_approval"
    assert remaining_to_refund(paid) == 90_000
    truth.check(acme.tenant_id)


def test_a_request_that_can_not_be_dropped_does_not_keep_the_others(paid, people, caplog):
    broken, other = ask(paid, people[0], amount=10_000), ask(paid, people[0], amount=20_000)
    Refund.objects.filter(public_id=broken.subject_id).update(status="requested")
    assert approvals.expire_due(now=clock.now() + timedelta(days=8)) == 1
    assert refund_of(other).status == "failed"
    broken.refresh_from_db()
    assert broken.state == "pending"
    assert "could not be expired" in caplog.text


@pytest.mark.parametrize("amount", [0, -5])
def test_an_amount_is_positive(paid, people, amount):
    with pytest.raises(InvalidInput):
        ask(paid, people[0], amount=amount)


def test_what_goes_back_by_hand_waits_for_the_transfer_once_approved(api, acme, people):
    bank = open_bank(api, acme)
    payment = bank.paid(60_000, 40_000)
    elsewhere = BankAccount("970422", "", "0123456789", "LE VAN CUONG")
    request = ask(payment, people[0], amount=100_000, payee=elsewhere)
    assert request.difference["payee"] == "MB Bank ••••6789"
    assert elsewhere.account_number not in request.payload
    approvals.approve(approval_id=request.public_id, person=people[1], actor=CHECKER, now=clock.now())
    refund = refund_of(request)
    assert (refund.status, refund.manual, account_to_pay(refund)) == ("awaiting_transfer", True, elsewhere)
    truth.check(acme.tenant_id)


def test_staff_choose_the_receipt_that_is_given_back(api, acme, people):
    bank = open_bank(api, acme)
    payment = bank.paid(100_000)
    bank.transfer(payment, 100_000, payer=OTHER_PAYER)
    second = payment.receipts.order_by("id").last()
    refund = refund_of(ask(payment, people[0], amount=30_000, receipt_id=second.public_id))
    assert refund.receipt == second
    assert account_to_pay(refund).account_number == OTHER_PAYER["account_number"]


def test_too_little_money_goes_back_once_the_payment_has_expired(api, acme, people):
    bank = open_bank(api, acme)
    payment = bank.order(100_000)
    bank.transfer(payment, 60_000)
    assert not can_be_refunded(payment)
    with pytest.raises(CannotBeRefunded):
        ask(payment, people[0], amount=60_000)
    expire_due(now=clock.now() + timedelta(days=1))
    payment.refresh_from_db()
    assert (payment.status, can_be_refunded(payment)) == ("expired", True)
    assert bank.refund(payment, 60_000).json()["error_code"] == "TRANSACTION_CANNOT_BE_REFUNDED"
    request = ask(payment, people[0], amount=60_000)
    approvals.approve(approval_id=request.public_id, person=people[1], actor=CHECKER, now=clock.now())
    done = refunds.apply_report(refund_id=refund_of(request).pk, report=None, actor=SYSTEM, now=clock.now())
    assert done.status == "awaiting_transfer"  # no provider has a say in it

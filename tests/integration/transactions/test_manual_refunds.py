"""Refunds of money that came by bank transfer: asked for over the API, transferred by one person, confirmed by another."""

from __future__ import annotations

import json

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from audit import approvals
from audit.models import AuditEntry
from audit.services import Actor
from payments_site.kernel import clock
from payments_site.kernel.errors import InvalidInput
from payments_site.kernel.sealing import unseal
from tests.factories import truth
from tests.factories.transfers import OTHER_PAYER, PAYER, open_bank
from tests.integration.audit.people import person
from transactions.models import MoneyIssue, Refund, RefundAllocation, TransactionEvent
from transactions.personal import key_of
from transactions.services import manual_refund
from transactions.services.payees import PayerErased, account_to_pay
from transactions.services.transfer_list import make_transfer_list
from transactions.transfers.account import BankAccount
from webhooks.outbound.models import CallbackDelivery

STAFF = Actor(user_id="ketoan", user_type="staff")
ELSEWHERE = BankAccount("970422", "", "0123456789", "LE VAN CUONG")


@pytest.fixture
def bank(api, acme):
    return open_bank(api, acme)


@pytest.fixture
def people(db):
    return person("maker", "pay_refund"), person("checker", "pay_refund", "decide_approvalrequest")


def asked(bank, *amounts, amount=None, **changes):
    """A paid payment and a refund of it."""
    payment = bank.paid(*(amounts or (100_000,)))
    answer = bank.refund(payment, amount or payment.amount, **changes)
    assert answer.status_code == 200, answer.content
    return payment, Refund.objects.get(public_id=answer.json()["data"]["refund_id"])


def report(refund, maker, reference="FT26325123456"):
    return manual_refund.report_paid(refund_id=refund.pk, bank_reference=reference, person=maker, actor=STAFF, now=clock.now())


def confirm(request, checker):
    actor = Actor(user_id=checker.username, user_type="staff")
    return approvals.approve(approval_id=request.public_id, person=checker, actor=actor, now=clock.now())


def bodies(payment, message_type):
    events = TransactionEvent.objects.filter(transaction=payment, message_type=message_type).order_by("id")
    return [json.loads(unseal(bytes(event.body_sealed), key_of(payment.data_key)))["data"]["refund"] for event in events]


def test_a_refund_of_transfers_waits_for_a_person_and_says_so(bank):
    payment = bank.paid(60_000, 40_000)
    data = bank.refund(payment, 100_000, reason="Hết hàng").json()["data"]
    assert (data["status"], data["remaining_amount"], data["provider_refund_id"]) == ("awaiting_manual", 0, None)
    refund = Refund.objects.get(public_id=data["refund_id"])
    assert (refund.status, refund.manual, refund.next_query_at, refund.source) == ("awaiting_transfer", True, None, "api")
    parts = RefundAllocation.objects.filter(refund=refund).order_by("id").values_list("receipt_id", "amount")
    assert list(parts) == [(one.pk, one.amount) for one in payment.receipts.order_by("id")]
    [told] = bodies(payment, "refund.processing")
    assert (told["status"], told["refund_amount"]) == ("awaiting_manual", 100_000)
    assert CallbackDelivery.objects.filter(transaction=payment, event__message_type="refund.processing").count() == 1
    again = bank.refund(payment, 1)
    assert (again.status_code, again.json()["error_code"]) == (422, "INSUFFICIENT_BALANCE")
    truth.check(bank.role.tenant_id)


def test_the_surplus_goes_back_to_who_sent_it(bank):
    payment = bank.paid(100_000)
    bank.transfer(payment, 5_000, payer=OTHER_PAYER)
    assert MoneyIssue.objects.get(transaction=payment).issue_type == "overpaid"
    refund = Refund.objects.get(public_id=bank.refund(payment, 5_000).json()["data"]["refund_id"])
    assert account_to_pay(refund) == BankAccount.told(OTHER_PAYER)
    assert refund.receipt.amount == 5_000


def test_two_people_complete_it_with_the_banks_reference(bank, people):
    maker, checker = people
    payment, refund = asked(bank, 60_000, 40_000)
    request = report(refund, maker, " ft 26325.123456 ")
    refund.refresh_from_db()
    assert refund.status == "awaiting_transfer"
    assert request.difference["bank_reference"] == [None, "FT26325.123456"]
    assert request.difference["payee"] == ["Vietcombank ••••3456", "Vietcombank ••••3456"]
    with pytest.raises(approvals.MayNotDecide):
        confirm(request, person("other", "pay_refund"))
    with pytest.raises(manual_refund.AlreadyReported):
        report(refund, checker, "FT9999")
    confirm(request, checker)
    refund.refresh_from_db()
    payment.refresh_from_db()
    assert (refund.status, refund.provider_refund_id) == ("completed", "FT26325.123456")
    assert (payment.status, payment.refunded_amount) == ("refunded", 100_000)
    assert [one.refunded_amount for one in payment.receipts.order_by("id")] == [60_000, 40_000]
    [told] = bodies(payment, "refund.completed")
    assert (told["status"], told["provider_refund_id"]) == ("completed", "FT26325.123456")
    entry = AuditEntry.objects.get(entity_id=payment.public_id, action="refund_completed")
    assert entry.user_id == "checker"
    truth.check(bank.role.tenant_id)


def test_every_step_of_a_refund_is_told_to_its_own_address_too(bank, people):
    url = "https://shop.example/refunds"
    payment, refund = asked(bank, amount=40_000, notification_url=url)
    confirm(report(refund, people[0]), people[1])
    second = Refund.objects.get(public_id=bank.refund(payment, 10_000, notification_url=url).json()["data"]["refund_id"])
    manual_refund.report_unpaid(refund_id=second.pk, reason="x", actor=STAFF, now=clock.now())
    sent = CallbackDelivery.objects.filter(transaction=payment, url=url).order_by("event_id")
    told = ["refund.processing", "refund.completed", "refund.processing", "refund.failed"]
    assert list(sent.values_list("event__message_type", flat=True)) == told
    elsewhere = CallbackDelivery.objects.filter(transaction=payment, event__message_type__startswith="refund.").exclude(url=url)
    assert elsewhere.count() == 4


def test_who_reports_the_transfer_does_not_confirm_it(bank):
    boss = person("boss", "pay_refund", "decide_approvalrequest")
    _payment, refund = asked(bank)
    request = report(refund, boss)
    with pytest.raises(approvals.MayNotDecide):
        confirm(request, boss)
    with pytest.raises(approvals.MayNotDecide):
        report(asked(bank)[1], person("nobody"), "FT9999")
    refund.refresh_from_db()
    assert refund.status == "awaiting_transfer"


@pytest.mark.parametrize("reference", ["", "AB", "x" * 60, "=1+1", "FT 1;DROP", "ＦＴ１２３４５"])
def test_a_wrong_bank_reference_is_refused(bank, people, reference):
    _payment, refund = asked(bank)
    with pytest.raises(InvalidInput):
        report(refund, people[0], reference)


def test_one_transfer_pays_one_refund(bank, people):
    maker, checker = people
    _first_payment, first = asked(bank)
    _second_payment, second = asked(bank)
    request = report(first, maker, "FT0001")
    with pytest.raises(manual_refund.BankReferenceUsed) as used:
        report(second, maker, "ft0001")
    assert first.public_id in used.value.message("vi")
    confirm(request, checker)
    with pytest.raises(manual_refund.BankReferenceUsed):
        report(second, maker, "FT0001")
    first.refresh_from_db()
    with pytest.raises(IntegrityError), transaction.atomic():
        Refund.objects.filter(pk=second.pk).update(provider_refund_id=first.provider_refund_id)


def test_what_can_not_be_paid_fails_with_the_reason_and_frees_the_money(bank, people):
    payment, refund = asked(bank)
    manual_refund.report_unpaid(refund_id=refund.pk, reason="tài khoản đã đóng", actor=STAFF, now=clock.now())
    [told] = bodies(payment, "refund.failed")
    assert (told["status"], told["failure_reason"]) == ("failed", "Không chuyển khoản được: tài khoản đã đóng")
    assert bank.refund(payment, 100_000).json()["data"]["status"] == "awaiting_manual"
    with pytest.raises(manual_refund.NotAwaitingTransfer):
        report(refund, people[0])
    truth.check(bank.role.tenant_id)


def test_the_reason_is_in_the_payments_language(bank):
    payment = bank.order(locale="en")
    bank.transfer(payment, 100_000)
    refund = Refund.objects.get(public_id=bank.refund(payment, 100_000).json()["data"]["refund_id"])
    manual_refund.report_unpaid(refund_id=refund.pk, reason="closed", actor=STAFF, now=clock.now())
    refund.refresh_from_db()
    assert refund.failure_reason == "The transfer could not be made: closed"


def test_nothing_changes_while_a_report_waits(bank, people):
    _payment, refund = asked(bank)
    request = report(refund, people[0])
    with pytest.raises(manual_refund.AlreadyReported) as already:
        manual_refund.report_unpaid(refund_id=refund.pk, reason="x", actor=STAFF, now=clock.now())
    assert request.public_id in already.value.message("en")
    with pytest.raises(manual_refund.AlreadyReported):
        manual_refund.change_account(refund_id=refund.pk, account=ELSEWHERE, actor=STAFF, now=clock.now())
    approvals.reject(approval_id=request.public_id, person=people[1], actor=STAFF, now=clock.now(), note="không thấy")
    refund.refresh_from_db()
    assert refund.status == "awaiting_transfer"
    report(refund, people[0], "FT0002")


def test_another_account_is_sealed_shown_to_the_second_person_and_only_masked_in_the_trail(bank, people):
    _payment, refund = asked(bank)
    manual_refund.change_account(refund_id=refund.pk, account=ELSEWHERE, actor=STAFF, now=clock.now())
    refund.refresh_from_db()
    assert account_to_pay(refund) == ELSEWHERE
    assert ELSEWHERE.account_number.encode() not in bytes(refund.payee_sealed)
    assert report(refund, people[0]).difference["payee"] == ["Vietcombank ••••3456", "MB Bank ••••6789"]
    entries = [str(entry.__dict__) for entry in AuditEntry.objects.filter(entity_id=refund.public_id)]
    assert not [entry for entry in entries if ELSEWHERE.account_number in entry or PAYER["account_number"] in entry]


@pytest.mark.parametrize(
    "wrong",
    [
        BankAccount("123456", "", "0123456789", "LE VAN CUONG"),
        BankAccount("970422", "", "12", "LE VAN CUONG"),
        BankAccount("970422", "", "0123456789", " "),
        BankAccount("970422", "", "0123-456789", "LE VAN CUONG"),
    ],
)
def test_an_account_that_can_not_be_one_is_refused(bank, wrong):
    _payment, refund = asked(bank)
    with pytest.raises(InvalidInput):
        manual_refund.change_account(refund_id=refund.pk, account=wrong, actor=STAFF, now=clock.now())


def test_erasing_the_payer_erases_the_accounts(bank, people):
    payment, refund = asked(bank)
    manual_refund.change_account(refund_id=refund.pk, account=ELSEWHERE, actor=STAFF, now=clock.now())
    type(payment.data_key).objects.filter(pk=payment.data_key_id).update(wrapped=None, destroyed_at=clock.now())
    refund = Refund.objects.select_related("transaction__data_key").get(pk=refund.pk)
    assert account_to_pay(refund) is None
    with pytest.raises(PayerErased):
        manual_refund.change_account(refund_id=refund.pk, account=ELSEWHERE, actor=STAFF, now=clock.now())
    with pytest.raises(manual_refund.NoAccountToPay):
        report(refund, people[0])
    made = make_transfer_list(refund_ids=[refund.pk], actor=STAFF, now=clock.now())
    assert (made.lines, made.without_account) == ((), (refund.public_id,))


def test_a_list_has_what_waits_and_notes_that_it_was_made(bank, people):
    _payment, first = asked(bank)
    _payment, reported = asked(bank)
    _payment, failed = asked(bank)
    report(reported, people[0])
    manual_refund.report_unpaid(refund_id=failed.pk, reason="x", actor=STAFF, now=clock.now())
    now = clock.now()
    made = make_transfer_list(refund_ids=[first.pk, reported.pk, failed.pk], actor=STAFF, now=now)
    [line] = made.lines
    assert (line.refund_id, line.amount, line.account) == (first.public_id, 100_000, BankAccount.told(PAYER))
    assert (made.reported, made.not_waiting) == ((reported.public_id,), (failed.public_id,))
    first.refresh_from_db()
    reported.refresh_from_db()
    assert (first.exported_at, reported.exported_at) == (now, None)
    assert AuditEntry.objects.get(entity_id=first.public_id, action="refund_exported").user_id == "ketoan"
    manual_refund.change_account(refund_id=first.pk, account=ELSEWHERE, actor=STAFF, now=clock.now())
    first.refresh_from_db()
    assert first.exported_at is None


def test_the_database_itself_refuses_to_give_back_more_than_came_in(bank):
    payment, _refund = asked(bank, amount=70_000)
    _payment, other = asked(bank, amount=30_001)
    receipt = payment.receipts.get()
    with pytest.raises(IntegrityError, match="100000 received, 100001 to be refunded"), transaction.atomic():
        RefundAllocation.objects.create(refund=other, receipt=receipt, amount=30_001)


def test_the_database_itself_refuses_a_refund_out_of_nothing(bank):
    _payment, refund = asked(bank, amount=10_000)
    refund.pk, refund.public_id, refund.provider_reference, refund.internal_refund_id = None, "rfn_x", "RX", None
    with transaction.atomic():
        refund.save(force_insert=True)
        with pytest.raises(IntegrityError, match="10000 to be refunded, 0 allocated"):
            connection.check_constraints()
        transaction.set_rollback(True)


def test_parts_of_refunds_do_not_change_and_what_failed_stays_failed(bank):
    _payment, refund = asked(bank)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        RefundAllocation.objects.filter(refund=refund).update(amount=1)
    manual_refund.report_unpaid(refund_id=refund.pk, reason="x", actor=STAFF, now=clock.now())
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Refund.objects.filter(pk=refund.pk).update(status="awaiting_transfer")

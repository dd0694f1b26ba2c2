"""Refunds in the back office: asked for by one person, decided by another, transferred by hand from a list."""

from __future__ import annotations

import csv
import io

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook
from rest_framework.test import APIClient

from audit.models import ApprovalRequest
from tests.factories.backoffice import new_payment, notify
from tests.factories.transfers import PAYER, Bank, open_bank
from tests.factories.world import Role
from tests.integration.transactions.admin.people import act, do, page, staff_with
from transactions.models import Refund, Transaction

LIST = reverse("admin:transactions_refund_changelist")
SEE = ("view_transaction", "view_refund", "view_approvalrequest")
MAKER = (*SEE, "request_refund", "pay_refund")
CHECKER = (*MAKER, "decide_approvalrequest")


@pytest.fixture
def bank(api: APIClient, acme: Role) -> Bank:
    return open_bank(api, acme)


@pytest.fixture
def paid(api: APIClient, acme: Role) -> Transaction:
    payment = new_payment(api, acme)
    assert notify(api, acme, payment) == "00"
    payment.refresh_from_db()
    return payment


def manual(bank: Bank, *amounts: int) -> Refund:
    """A refund that waits for a transfer."""
    payment = bank.paid(*(amounts or (100_000,)))
    return Refund.objects.get(public_id=bank.refund(payment, payment.amount).json()["data"]["refund_id"])


def export(client: Client, kind: str, *refunds: Refund) -> object:
    return client.post(LIST, {"action": f"export_{kind}", "_selected_action": [one.pk for one in refunds]})


def test_two_people_refund_a_payment(paid: Transaction) -> None:
    maker, checker = staff_with(*MAKER, name="lan"), staff_with(*CHECKER, name="minh")
    assert act(paid, "refund") in maker.get(page(paid)).content.decode()
    form = maker.get(act(paid, "refund")).context["form"]
    assert list(form.fields) == ["amount", "note"]
    assert form.fields["amount"].initial == 100_000
    told = do(maker, paid, "refund", amount="30000", note="Khách trả hàng")
    approval = ApprovalRequest.objects.get()
    refund = Refund.objects.get(transaction=paid)
    assert approval.public_id in told
    assert (refund.status, refund.amount, refund.requested_by, refund.source) == ("awaiting_approval", 30_000, "lan", "staff")
    assert approval.public_id in maker.get(page(paid)).content.decode()
    assert act(approval, "approve") not in maker.get(page(approval)).content.decode()
    html = checker.get(page(approval)).content.decode()
    assert page(refund) in html
    assert "30.000\u00a0₫" in html
    do(checker, approval, "approve", note="")
    refund.refresh_from_db()
    assert refund.status == "requested"


@pytest.mark.parametrize("amount", ["0", "-1", "100001", "1.5", "", "x"])
def test_no_more_is_asked_for_than_is_left(paid: Transaction, amount: str) -> None:
    answer = staff_with(*MAKER).post(act(paid, "refund"), {"amount": amount, "note": "x"})
    assert answer.status_code == 200
    assert "amount" in answer.context["form"].errors
    assert not Refund.objects.exists()


def test_who_lacks_the_right_neither_sees_nor_does_it(paid: Transaction, bank: Bank) -> None:
    refund = manual(bank)
    client = staff_with(*SEE)
    assert act(paid, "refund") not in client.get(page(paid)).content.decode()
    assert client.post(act(paid, "refund"), {"amount": "1000", "note": "x"}).status_code == 403
    html = client.get(page(refund)).content.decode()
    for name in ("paid", "account", "unpaid", "ask"):
        assert act(refund, name) not in html
        assert client.post(act(refund, name), {"bank_reference": "FT0001", "note": "x"}).status_code == 403
    assert PAYER["account_number"] not in html
    assert "export_csv" not in client.get(LIST).content.decode()
    export(client, "csv", refund)
    refund.refresh_from_db()
    assert (refund.status, refund.exported_at) == ("awaiting_transfer", None)


def test_the_account_is_shown_to_who_pays_and_to_who_may_see_payers(bank: Bank) -> None:
    refund = manual(bank)
    for right in ("pay_refund", "view_payer"):
        assert PAYER["account_number"] in staff_with(*SEE, right).get(page(refund)).content.decode()


def test_a_transfer_is_reported_by_one_and_confirmed_by_another(bank: Bank) -> None:
    maker, checker = staff_with(*MAKER, name="lan"), staff_with(*CHECKER, name="minh")
    refund = manual(bank, 60_000, 40_000)
    html = maker.get(page(refund)).content.decode()
    assert all(page(one.receipt) in html for one in refund.allocations.all())
    assert act(refund, "paid") in html
    assert act(refund, "ask") not in html
    do(maker, refund, "paid", bank_reference="ft 0001")
    approval = ApprovalRequest.objects.get()
    html = maker.get(page(refund)).content.decode()
    assert act(refund, "paid") not in html
    assert page(approval) in html
    assert "FT0001" in checker.get(page(approval)).content.decode()
    do(checker, approval, "approve", note="")
    refund.refresh_from_db()
    assert (refund.status, refund.provider_refund_id) == ("completed", "FT0001")
    other = manual(bank)
    assert refund.public_id in do(maker, other, "paid", bank_reference="FT0001")
    assert ApprovalRequest.objects.count() == 1


def test_an_account_is_changed_in_full_or_not_at_all(bank: Bank) -> None:
    client, refund = staff_with(*MAKER), manual(bank)
    assert client.get(act(refund, "account")).context["form"].initial["account_number"] == PAYER["account_number"]
    wrong = client.post(act(refund, "account"), {"bank_bin": "970422", "account_number": "12", "account_name": "LE VAN CUONG"})
    assert set(wrong.context["form"].errors) == {"account_number"}
    do(client, refund, "account", bank_bin="970422", account_number="0123 456 789", account_name=" LE  VAN CUONG ")
    html = client.get(page(refund)).content.decode()
    assert "0123456789" in html
    assert "LE VAN CUONG" in html
    assert PAYER["account_number"] not in html


def test_staff_name_receipt_and_account_of_what_goes_back_by_hand(bank: Bank) -> None:
    payment = bank.paid(60_000, 40_000)
    client = staff_with(*MAKER)
    form = client.get(act(payment, "refund")).context["form"]
    assert list(form.fields) == ["amount", "receipt", "note", "bank_bin", "account_number", "account_name"]
    half = client.post(act(payment, "refund"), {"amount": "1000", "note": "x", "account_number": "0123456789"})
    assert set(half.context["form"].errors) == {"bank_bin", "account_name"}
    second = payment.receipts.order_by("id").last()
    assert second is not None
    do(client, payment, "refund", amount="1000", note="x", receipt=second.public_id)
    assert Refund.objects.get(transaction=payment).receipt == second


def test_a_list_is_exported_for_the_bank_and_for_a_phone(bank: Bank) -> None:
    client, first, second = staff_with(*MAKER), manual(bank), manual(bank)
    done = manual(bank)
    Refund.objects.filter(pk=done.pk).update(status="failed")
    assert len(client.get(LIST, {"transfers": "new"}).context["cl"].result_list) == 2
    answer = export(client, "csv", first, second, done)
    assert answer["Content-Type"].startswith("text/csv")
    assert answer["Content-Disposition"].endswith('_2.csv"')
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row[1] for row in rows[1:]] == [first.public_id, second.public_id]
    assert [row[5] for row in rows[1:]] == [PAYER["account_number"]] * 2
    assert done.public_id in client.get(LIST).content.decode()
    assert len(client.get(LIST, {"transfers": "new"}).context["cl"].result_list) == 0
    assert len(client.get(LIST, {"transfers": "listed"}).context["cl"].result_list) == 2
    workbook = load_workbook(io.BytesIO(export(client, "xlsx", first).content))
    assert len(workbook.active._images) == 1


def test_nothing_to_export_is_told_and_no_file_is_made(bank: Bank) -> None:
    client, refund = staff_with(*MAKER), manual(bank)
    Refund.objects.filter(pk=refund.pk).update(status="failed")
    answer = export(client, "xlsx", refund)
    assert answer.status_code == 302
    assert refund.public_id in client.get(LIST).content.decode()

"""Staff and reconciliations over the API: starting, looking, resolving, taking home as a file."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from openpyxl import load_workbook

from audit.models import ApprovalRequest
from payments_site.kernel import clock
from reconciliation.models import Reconciliation
from reconciliation.services.runs import work
from tenants.models import ProviderAccount
from tests.factories.books import Books
from tests.factories.desk_of_reconciliation import Paper
from tests.factories.tenants import StaffUserFactory, staff_client
from transactions.models import Receipt, Transaction

RUNS = "/api/v1/admin/reconciliations"
LOOK = ("view_reconciliation", "view_reconciliationitem", "view_match", "view_statement")
WORK = ("run_reconciliation", "resolve_item", "undo_match", "export_reconciliation", "import_statement")


def person(*rights):
    return staff_client(StaffUserFactory(permissions=[f"reconciliation.{right}" for right in rights]))


@pytest.fixture
def staff(db):
    return person(*LOOK, *WORK)


@pytest.fixture
def checker(db):
    rights = ["reconciliation.resolve_item", "audit.decide_approvalrequest"]
    return staff_client(StaffUserFactory(permissions=rights))


@pytest.fixture
def books(acme):
    return Books(acme)


@pytest.fixture
def paper(books):
    account = ProviderAccount.objects.select_related("provider").get(tenant=books.tenant, provider__code="vnpay")
    return Paper(account, books.now)


def today():
    return clock.vietnam_day(clock.now()).isoformat()


def data(answer, status=200):
    assert answer.status_code == status, answer.content
    return answer.json()["data"]


def test_a_run_is_started_worked_on_and_read(staff, books, paper):
    payment = books.paid()
    paper.line(number=payment.attempts.get().provider_transaction_no)
    started = data(staff.post(RUNS, {"account_id": paper.account.public_id, "date": today()}), 201)
    assert (started["state"], started["date"], started["cause"]) == ("queued", today(), "api")
    assert started["reconciliations"] == [{"reconciliation_id": started["reconciliation_id"], "date": today()}]
    busy = staff.post(RUNS, {"account_id": paper.account.public_id, "date": today()})
    assert (busy.status_code, busy.json()["error_code"]) == (409, "RECONCILIATION_IN_PROGRESS")
    run = Reconciliation.objects.get(public_id=started["reconciliation_id"])
    work(run_id=run.pk, now=clock.now())
    shown = data(staff.get(f"{RUNS}/{run.public_id}"))
    assert (shown["state"], shown["matched"], shown["counts"]["by_strategy"]) == ("completed", 1, {"number": 1})
    assert shown["totals"]["gross"] == {"ours": 100_000, "theirs": 100_000}
    assert shown["progress"][0] == {"step": "number", "matched": 1}
    [match] = data(staff.get(f"{RUNS}/{run.public_id}/matches"))
    assert (match["strategy"], match["score"]) == ("number", 100)
    assert {"number", "amount"} <= set(match["explanation"]["agreed"])
    undone = data(staff.post(f"{RUNS}/matches/{match['match_id']}/undo", {"note": "Sai"}))
    assert undone["undone_at"] is not None
    assert staff.post(f"{RUNS}/matches/{match['match_id']}/undo", {"note": "Sai"}).status_code == 400
    assert data(staff.get(f"{RUNS}/matches/{match['match_id']}"))["match_id"] == match["match_id"]


def test_a_tenant_and_a_provider_name_the_account_and_a_range_its_days(staff, books, paper):
    first = (clock.vietnam_day(clock.now()) - timedelta(days=2)).isoformat()
    body = {"tenant_id": books.tenant.public_id, "provider_code": "vnpay", "date_from": first, "date_to": today()}
    started = data(staff.post(RUNS, body), 201)
    assert [one["date"] for one in started["reconciliations"]][::2] == [first, today()]
    assert started["account_id"] == paper.account.public_id
    one = data(staff.post(RUNS, {"account_id": _account(books, "momo"), "reconciliation_date": today()}), 201)
    assert one["date"] == today()
    listed = data(staff.get(RUNS, {"account_id": paper.account.public_id, "state": "queued", "date_from": first}))
    assert len(listed) == 3


@pytest.mark.parametrize(
    "body",
    [
        {}, {"date": "2026-11-21"}, {"account_id": "acc_nobody", "date": "2026-11-21"}, {"date": "21/11/2026"},
        {"date": "2999-01-01"}, {"date_from": "2026-11-21"}, {"date_from": "2026-11-21", "date_to": "2026-11-20"},
        {"date_from": "2026-01-01", "date_to": "2026-11-20"}, {"date": "2026-11-21", "reconciliation_date": "2026-11-21"},
        {"date": 20261121}, {"tenant_id": "tnt_nobody", "provider_code": "vnpay", "date": "2026-11-21"},
    ],
)  # fmt: skip
def test_what_names_no_account_or_no_days_starts_nothing(staff, paper, body):
    if body and not {"tenant_id", "account_id"} & set(body) and set(body) != {"date"}:
        body = {"account_id": paper.account.public_id, **body}
    answer = staff.post(RUNS, body)
    assert (answer.status_code, answer.json()["error_code"]) == (400, "VALIDATION_ERROR")
    assert Reconciliation.objects.count() == 1


def test_runs_are_listed_in_pages_and_filters_that_are_none_are_refused(staff, paper, books):
    for code in ("momo", "napas"):
        staff.post(RUNS, {"account_id": _account(books, code), "date": today()})
    first = staff.get(RUNS, {"limit": 2}).json()
    second = staff.get(RUNS, {"limit": 2, "cursor": first["pagination"]["next"]}).json()
    assert [len(page["data"]) for page in (first, second)] == [2, 1]
    assert data(staff.get(RUNS, {"provider_code": "momo"}))[0]["provider_code"] == "momo"
    for wrong in ({"state": "fine"}, {"date_from": "yesterday"}, {"cursor": "x"}, {"limit": "0"}):
        assert staff.get(RUNS, wrong).status_code == 400


def test_a_difference_shows_both_sides_and_why(staff, paper, books):
    payment = books.paid()
    receipt = Receipt.objects.get(transaction=payment)
    line = paper.line(number=receipt.provider_transaction_no, fee=2_500)
    match = paper.match(line, receipt, agreed=5, differed=8)
    item = paper.item(
        "fee", line=line, receipt=receipt, transaction=payment, match=match, amount=300,
        differences={"fee": {"ours": 2_200, "theirs": 2_500}},
    )  # fmt: skip
    other = paper.item("missing_in_system", line=paper.line())
    details = f"{RUNS}/{paper.run.public_id}/details"
    [shown] = data(staff.get(details, {"type": "fee", "state": "open"}, headers={"Accept-Language": "en"}))
    assert (shown["detail_id"], shown["transaction_id"], shown["amount"]) == (item.public_id, payment.public_id, 300)
    assert (shown["ours"]["number"], shown["theirs"]["number"]) == (line.number, line.number)
    assert shown["theirs"]["fee"] == 2_500
    assert shown["differences"] == [{"field": "fee", "ours": 2_200, "theirs": 2_500}]
    assert (shown["match"]["strategy"], shown["match"]["agreed"]) == ("number", ["number", "amount"])
    assert "fee" in shown["explanation"].lower()
    assert [one["detail_id"] for one in data(staff.get(details))] == [other.public_id, item.public_id]
    assert data(staff.get(details, {"state": "resolved"})) == []
    assert staff.get(details, {"type": "odd"}).status_code == 400


def test_the_providers_word_waits_for_a_second_person_and_then_settles(staff, checker, paper, books):
    payment = books.order()
    line = paper.line(reference=payment.attempts.get().provider_reference)
    item = paper.item("missing_in_system", line=line)
    body = {"detail_id": item.public_id, "action": "accept_provider", "note": "Đã hỏi VNPay"}
    resolve = f"{RUNS}/{paper.run.public_id}/resolve"
    asked = data(staff.put(resolve, body), 202)
    assert (asked["state"], asked["action"]) == ("proposed", "accept_provider")
    assert staff.post(f"/api/v1/admin/approvals/{asked['approval_id']}/approve", {}).status_code == 403
    done = data(checker.post(f"/api/v1/admin/approvals/{asked['approval_id']}/approve", {"reason": "Đúng"}))
    assert done["result"]["settlement"] == "applied"
    assert Transaction.objects.get(pk=payment.pk).status == "completed"
    again = staff.put(resolve, body)
    assert (again.status_code, again.json()["error_code"]) == (400, "TRANSACTION_ALREADY_PROCESSED")


def test_one_person_explains_and_takes_it_back(staff, paper):
    item = paper.item("missing_at_provider")
    resolve, reopen = (f"{RUNS}/{paper.run.public_id}/{act}" for act in ("resolve", "reopen"))
    done = data(staff.put(resolve, {"detail_id": item.public_id, "action": "accept_ours", "note": "Đã có giấy báo"}))
    assert (done["state"], done["action"], done["note"], done["approval_id"]) == (
        "resolved", "accept_ours", "Đã có giấy báo", None,
    )  # fmt: skip
    assert data(staff.post(reopen, {"detail_id": item.public_id, "note": "Nhầm"}))["state"] == "open"
    assert staff.post(reopen, {"detail_id": item.public_id, "note": "Nhầm"}).status_code == 400
    assert not ApprovalRequest.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        {}, {"action": "note", "note": "x"}, {"detail_id": "rci_x", "action": "forget", "note": "x"},
        {"detail_id": "rci_x", "action": "note"}, {"detail_id": "rci_x", "action": "note", "note": ""},
        {"detail_id": 5, "action": "note", "note": "x"},
    ],
)  # fmt: skip
def test_a_resolution_that_nobody_understands_is_refused(staff, paper, body):
    assert staff.put(f"{RUNS}/{paper.run.public_id}/resolve", body).status_code == 400


def test_what_is_of_another_run_or_nowhere_is_not_found(staff, paper, books):
    other = Paper(paper.account, paper.now - timedelta(days=3))
    item = other.item("missing_at_provider")
    body = {"detail_id": item.public_id, "action": "note", "note": "x"}
    assert staff.put(f"{RUNS}/{paper.run.public_id}/resolve", body).status_code == 404
    for path in ("rec_nobody", "rec_nobody/details", "rec_nobody/matches", "matches/none", "statements/stm_nobody"):
        assert staff.get(f"{RUNS}/{path}").status_code == 404, path
    assert staff.post(f"{RUNS}/rec_nobody/export", {}).status_code == 404
    assert staff.post(f"{RUNS}/matches/99999999999999999999/undo", {"note": "x"}).status_code == 404


def test_looking_is_no_right_to_work_and_working_no_right_to_look(paper):
    looker, worker = person(*LOOK), person("run_reconciliation")
    run, item = f"{RUNS}/{paper.run.public_id}", paper.item("missing_at_provider")
    assert [looker.get(path).status_code for path in (RUNS, run, f"{run}/details", f"{run}/matches")] == [200] * 4
    assert looker.post(RUNS, {"account_id": paper.account.public_id, "date": today()}).status_code == 403
    body = {"detail_id": item.public_id, "action": "note", "note": "x"}
    assert looker.put(f"{run}/resolve", body).status_code == looker.post(f"{run}/export", {}).status_code == 403
    assert worker.get(run).status_code == worker.get(f"{run}/details").status_code == 403


def test_an_export_has_both_sides_and_no_formula(staff, paper):
    item = paper.item("missing_in_system", line=paper.line(reference="=1+1"), note="@SUM(A1)")
    url = f"{RUNS}/{paper.run.public_id}/export"
    answer = staff.post(url, {})
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert f'filename="reconciliation_vnpay_{paper.day}_' in answer["Content-Disposition"]
    [row] = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert (row["detail_id"], row["type"], row["their_amount"], row["their_reference"], row["note"]) == (
        item.public_id, "missing_in_system", "100000", "'=1+1", "'@SUM(A1)",
    )  # fmt: skip
    book = load_workbook(io.BytesIO(staff.post(url, {"format": "xlsx"}, headers={"Accept-Language": "en"}).content))
    assert book.sheetnames == ["Summary", "Differences"]
    names, cells = list(book["Differences"].values)
    found = dict(zip(names, cells, strict=True))
    assert (found["their_amount"], found["their_reference"]) == (100_000, "'=1+1")
    assert ("Matched", 1) in [row[:2] for row in book["Summary"].values]
    assert staff.post(url, {"format": "pdf"}).status_code == 400


def _account(books, code):
    return ProviderAccount.objects.get(tenant=books.tenant, provider__code=code).public_id

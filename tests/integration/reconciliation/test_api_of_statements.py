"""Staff and statements over the API: a file comes whole or not at all, the same one is recognised, bad rows are named."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from audit.models import AuditEntry
from reconciliation.models import Statement, StatementLine
from tests.factories.tenants import ProviderAccountFactory, StaffUserFactory, staff_client

STATEMENTS = "/api/v1/admin/reconciliations/statements"
RIGHTS = ["reconciliation.view_statement", "reconciliation.import_statement"]
HEAD = "TransactionNo,TxnRef,Amount,Fee,PayDate,TransactionStatus\n"
GOOD = "14339599,P01ABC,100000,2300,20261120101500,00\n14339600,P01ABD,1.250.000,,20261120101600,00\n"
BAD = '14339601,P01ABE,mot trieu,,20261120101700,00\n,P01ABF,"5,000",,20261120101800,00\n'


@pytest.fixture
def staff(db):
    return staff_client(StaffUserFactory(permissions=RIGHTS))


@pytest.fixture
def account(db):
    return ProviderAccountFactory()


def bring(client, account, text, **more):
    file = SimpleUploadedFile("vnpay_20261120.csv", text.encode())
    return client.post(STATEMENTS, {"account_id": account.public_id, "file": file, **more}, format="multipart")


def data(answer, status=200):
    assert answer.status_code == status, answer.content
    return answer.json()["data"]


def test_a_file_is_brought_in_and_found_again(staff, account):
    shown = data(bring(staff, account, HEAD + GOOD), 201)
    assert (shown["state"], shown["source"], shown["rows_imported"], shown["rows_bad"]) == ("imported", "api", 2, 0)
    assert (shown["file_name"], shown["date_from"], shown["date_to"]) == ("vnpay_20261120.csv", "2026-11-20", "2026-11-20")
    assert shown["profile"].startswith("vnpay · ")
    assert sorted(StatementLine.objects.values_list("amount", flat=True)) == [100_000, 1_250_000]
    assert data(staff.get(f"{STATEMENTS}/{shown['statement_id']}")) == shown
    assert data(staff.get(STATEMENTS, {"account_id": account.public_id, "state": "imported"})) == [shown]
    assert data(staff.get(STATEMENTS, {"account_id": "acc_nobody"})) == []
    again = bring(staff, account, HEAD + GOOD)
    assert (again.status_code, again.json()["error_code"]) == (409, "STATEMENT_KNOWN")
    assert again.json()["details"]["statement_id"] == shown["statement_id"]


def test_bad_rows_are_named_and_nothing_comes_until_they_are_left_out(staff, account):
    shown = data(bring(staff, account, HEAD + GOOD + BAD), 201)
    url = f"{STATEMENTS}/{shown['statement_id']}"
    assert (shown["state"], shown["rows_bad"], StatementLine.objects.count()) == ("has_bad_rows", 2, 0)
    rows = data(staff.get(f"{url}/bad-rows"))
    assert [(row["line_no"], row["field"], row["reason"]) for row in rows] == [(4, "amount", "amount"), (5, "number", "missing")]
    assert "mot trieu" not in staff.get(f"{url}/bad-rows").content.decode()
    first = staff.get(f"{url}/bad-rows", {"limit": 1}).json()
    second = staff.get(f"{url}/bad-rows", {"limit": 1, "cursor": first["pagination"]["next"]}).json()
    assert [page["data"][0]["line_no"] for page in (first, second)] == [4, 5]
    done = data(staff.post(f"{url}/skip-bad-rows", {}))
    assert (done["state"], done["skip_bad"], done["rows_imported"], StatementLine.objects.count()) == ("imported", True, 2, 2)
    assert AuditEntry.objects.filter(action="statement.bad_rows_left_out", user_type="staff").count() == 1
    late = staff.post(f"{url}/refuse", {"note": "x"})
    assert (late.status_code, late.json()["error_code"]) == (409, "STATEMENT_DECIDED")


def test_bad_rows_may_be_left_out_beforehand_or_the_file_refused(staff, account):
    assert data(bring(staff, account, HEAD + GOOD + BAD, skip_bad="true"), 201)["rows_imported"] == 2
    other = ProviderAccountFactory()
    shown = data(bring(staff, other, HEAD + BAD), 201)
    refused = data(staff.post(f"{STATEMENTS}/{shown['statement_id']}/refuse", {"note": "Xin file khác"}))
    assert (refused["state"], refused["rows_imported"]) == ("refused", 0)
    assert bring(staff, other, HEAD + BAD).status_code == 201


def test_what_is_no_statement_is_refused_with_the_reason(staff, account):
    answer = bring(staff, account, "<html>503</html>")
    assert (answer.status_code, answer.json()["error_code"]) == (422, "STATEMENT_UNREADABLE")
    assert answer.json()["details"]["reason"] == "html"


def test_a_body_that_is_no_form_with_a_file_is_refused(staff, account):
    for body, kind in (({}, "json"), ({"account_id": account.public_id}, "multipart")):
        answer = staff.post(STATEMENTS, body, format=kind)
        assert (answer.status_code, answer.json()["error_code"]) == (400, "VALIDATION_ERROR")
    for wrong in ({"kind": "letter"}, {"profile": "nobody's"}, {"account_id": "acc_nobody"}):
        assert bring(staff, account, HEAD + GOOD, **wrong).status_code == 400
    assert not Statement.objects.exists()


def test_more_than_the_api_usually_reads_is_read_here(staff, account):
    many = "".join(f"{15_000_000 + n},P{n:08},100000,,20261120101500,00\n" for n in range(30_000))
    assert len(many) > 1 << 20
    assert data(bring(staff, account, HEAD + many), 201)["rows_imported"] == 30_000


def test_who_may_not_bring_a_statement_in_is_stopped_before_it_is_read(account):
    looker = staff_client(StaffUserFactory(permissions=RIGHTS[:1]))
    assert bring(looker, account, HEAD + GOOD).status_code == 403
    assert looker.get(STATEMENTS).status_code == 200
    assert staff_client(StaffUserFactory()).get(STATEMENTS).status_code == 403
    assert not Statement.objects.exists()
    assert reverse("admin-statements") == STATEMENTS

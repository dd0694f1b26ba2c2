"""The back office's pages about reconciliation: who may do what, and that services write what forms say."""

from __future__ import annotations

import json
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from audit.models import ApprovalRequest, AuditEntry
from reconciliation.models import Holiday, MappingProfile, Reconciliation, ReconciliationItem, ReconciliationRules, Statement
from tenants.models import ProviderAccount
from tests.factories.books import Books
from tests.factories.desk_of_reconciliation import Paper
from tests.factories.tenants import StaffUserFactory

ROOM = "admin:reconciliation_"
HEAD = "TransactionNo,TxnRef,Amount,Fee,PayDate,TransactionStatus\n"
BAD = HEAD + "14339601,P01ABE,mot trieu,,20261120101700,00\n"


def seat(*rights, **more):
    """A browser of somebody with these rights."""
    client = Client()
    named = [right if "." in right else f"reconciliation.{right}" for right in rights]
    client.force_login(StaffUserFactory(permissions=named, **more))
    return client


@pytest.fixture
def boss(db):
    client = seat(is_superuser=True)
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def books(acme):
    return Books(acme)


@pytest.fixture
def paper(books):
    account = ProviderAccount.objects.select_related("provider").get(tenant=books.tenant, provider__code="vnpay")
    return Paper(account, books.now)


def upload(client, account, text):
    file = SimpleUploadedFile("vnpay.csv", text.encode())
    return client.post(reverse(f"{ROOM}statement_upload"), {"account": account.pk, "kind": "provider", "file": file}, follow=True)


def test_who_may_only_look_starts_uploads_and_exports_nothing(paper):
    looker = seat("view_reconciliation", "view_statement", "view_reconciliationitem", "view_match", "view_mappingprofile")
    export = reverse(f"{ROOM}reconciliation_export", args=[paper.run.pk, "csv"])
    preview, start = reverse(f"{ROOM}mappingprofile_preview"), reverse(f"{ROOM}reconciliation_start")
    item = paper.item("missing_at_provider")
    act = reverse(f"{ROOM}reconciliationitem_act", args=[item.pk, "note"])
    pages = (start, reverse(f"{ROOM}statement_upload"), export, act)
    assert [looker.get(page).status_code for page in pages] == [403] * 4
    assert [looker.post(page, {"note": "x"}).status_code for page in (act, preview, start)] == [403] * 3
    page = looker.get(reverse(f"{ROOM}reconciliationitem_change", args=[item.pk]))
    assert (page.status_code, b"/acts/" in page.content) == (200, False)


def test_what_stood_in_a_bad_row_is_shown_to_who_may_see_payers_only(paper):
    boss = seat(is_superuser=True)
    upload(boss, paper.account, BAD)
    statement = Statement.objects.get(state="has_bad_rows")
    page = reverse(f"{ROOM}statement_change", args=[statement.pk])
    assert "mot trieu" in boss.get(page).content.decode()
    assert "mot trieu" not in seat("view_statement").get(page).content.decode()
    assert "mot trieu" in seat("view_statement", "transactions.view_payer").get(page).content.decode()


def test_the_same_file_is_recognised_and_a_page_says_so(boss, paper):
    for words in ("Some rows can not be read", "brought in before"):
        assert words in upload(boss, paper.account, BAD).content.decode()
    assert Statement.objects.filter(state="has_bad_rows").count() == 1


def test_a_run_is_started_once_and_its_page_reads_itself_again(boss, paper):
    form = {"account": paper.account.pk, "first": paper.day.isoformat()}
    answer = boss.post(reverse(f"{ROOM}reconciliation_start"), form)
    run = Reconciliation.objects.get(state="queued")
    assert answer["Location"] == reverse(f"{ROOM}reconciliation_change", args=[run.pk])
    assert boss.get(answer["Location"])["Refresh"] == "3"
    assert "Refresh" not in boss.get(reverse(f"{ROOM}reconciliation_change", args=[paper.run.pk])).headers
    again = boss.post(reverse(f"{ROOM}reconciliation_start"), form)
    assert "A reconciliation is running" in again.content.decode()
    late = boss.post(reverse(f"{ROOM}reconciliation_start"), {**form, "first": "2999-01-01"})
    assert "has not begun" in late.content.decode()
    assert Reconciliation.objects.count() == 2


def test_the_page_of_a_difference_marks_what_differs_and_offers_what_fits(boss, paper, books):
    payment = books.paid()
    fee = paper.item(
        "fee", line=paper.line(fee=2_500), transaction=payment, amount=300, differences={"fee": {"ours": 2_200, "theirs": 2_500}}
    )
    page = boss.get(reverse(f"{ROOM}reconciliationitem_change", args=[fee.pk])).content.decode()
    assert page.count("sp-differs") == 1
    assert "2.200\N{NO-BREAK SPACE}₫" in page
    offered = [act for act in ("accept-provider", "accept-ours", "timing", "note", "reopen") if f"/acts/{act}/" in page]
    assert offered == ["accept-provider", "accept-ours", "note"]
    boss.post(reverse(f"{ROOM}reconciliationitem_act", args=[fee.pk, "accept-provider"]), {"note": "Theo cổng"})
    fee.refresh_from_db()
    assert (fee.state, ApprovalRequest.objects.get().subject_id) == ("proposed", fee.public_id)
    approval = boss.get(reverse("admin:audit_approvalrequest_change", args=[ApprovalRequest.objects.get().pk])).content.decode()
    assert "2.500\N{NO-BREAK SPACE}₫" in approval


def test_lists_are_filtered_by_account_day_and_age(boss, paper):
    item = paper.item("missing_at_provider")
    url = reverse(f"{ROOM}reconciliationitem_changelist")
    for query, found in (
        ({"account": paper.account.pk, "from_day": paper.day.isoformat()}, True), ({"account": "0"}, False),
        ({"to_day": "2020-01-01"}, False), ({"older": "3"}, False), ({"provider": "vnpay"}, True), ({"provider": "momo"}, False),
    ):  # fmt: skip
        listed = boss.get(url, query)
        assert (f"/reconciliationitem/{item.pk}/" in listed.content.decode()) is found, query
    assert ReconciliationItem.objects.count() == 1


def test_a_changed_mapping_is_the_next_version_and_nonsense_none(boss, db):
    profile = MappingProfile.objects.get(provider_code="vnpay", is_current=True)
    page = reverse(f"{ROOM}mappingprofile_change", args=[profile.pk])
    for wrong in ("{", '{"fields": {}}', json.dumps(profile.spec)):
        boss.post(page, {"spec": wrong, "note": ""})
        assert MappingProfile.objects.filter(provider_code="vnpay").count() == 1, wrong
    spec = {**profile.spec, "skip": ["Tổng số"]}
    boss.post(page, {"spec": json.dumps(spec), "note": "Thêm dòng tổng"})
    new = MappingProfile.objects.get(provider_code="vnpay", is_current=True)
    assert (new.version, new.spec["skip"], new.note) == (2, ["Tổng số"], "Thêm dòng tổng")
    assert AuditEntry.objects.filter(action="mapping_profile.saved").count() == 1
    old = boss.post(page, {"spec": json.dumps(profile.spec), "note": ""})
    assert old.status_code == 403


def test_a_sample_is_read_as_the_mapping_says_and_nothing_is_kept(boss, db):
    spec = json.dumps(MappingProfile.objects.get(provider_code="vnpay", is_current=True).spec)
    url = reverse(f"{ROOM}mappingprofile_preview")
    sample = SimpleUploadedFile("vnpay.csv", (BAD + "14339602,P01ABF,100000,2300,20261120101700,00\n").encode())
    shown = boss.post(url, {"spec": spec, "sample": sample}).content.decode()
    assert "14339602" in shown
    assert "Not an amount" in shown
    assert "must be there" in boss.post(url, {"spec": '{"fields": {}, "kind": []}'}).content.decode()
    assert "no JSON" in boss.post(url, {"spec": "{"}).content.decode()
    assert not Statement.objects.exists()


def test_rules_and_holidays_are_set_by_services(boss, paper):
    rules = {
        "account": paper.account.pk, "nightly": "on", "run_at": "04:30", "cutoff": "23:00", "fetch": "on",
        "late_business_days": 2, "window_minutes": 60, "fee_tolerance": 1, "settles_after_days": 1, "bank_account": "",
    }  # fmt: skip
    boss.post(reverse(f"{ROOM}reconciliationrules_add"), rules)
    saved = ReconciliationRules.objects.get(account=paper.account)
    assert (saved.cutoff.hour, saved.late_business_days, saved.fee_tolerance) == (23, 2, 1)
    boss.post(reverse(f"{ROOM}reconciliationrules_change", args=[saved.pk]), {**rules, "bank_account": paper.account.pk})
    saved.refresh_from_db()
    assert saved.bank_account is None
    boss.post(reverse(f"{ROOM}holiday_add"), {"day": "2029-02-13", "name_vi": "Tết", "name_en": "Tết"})
    assert not Holiday.objects.get(day=date(2029, 2, 13)).working
    actions = AuditEntry.objects.filter(action__in=["holiday.set", "reconciliation_rules.set"]).values_list("action", flat=True)
    assert sorted(actions) == ["holiday.set", "reconciliation_rules.set"]


def test_a_run_that_was_repeated_says_what_changed_and_why(boss, paper):
    item = paper.item("missing_at_provider")
    closed = {"what": "closed", "item": item.public_id, "type": "missing_at_provider", "amount": 100_000, "why": "reference"}
    Reconciliation.objects.filter(pk=paper.run.pk).update(changes=[closed, {"what": "more", "count": 7}])
    page = boss.get(reverse(f"{ROOM}reconciliation_change", args=[paper.run.pk])).content.decode()
    assert f"?q={item.public_id}" in page
    for words in ("closed by itself", "Our reference", "further changes", "100.000\N{NO-BREAK SPACE}₫"):
        assert words in page, words


def test_a_payment_that_received_nothing_stands_beside_the_line_that_says_it_was_paid(boss, paper, books):
    payment = books.order()
    line = paper.line(reference=payment.provider_order_id)
    told = {"status": {"ours": "pending", "theirs": "success"}}
    item = paper.item("status", line=line, transaction=payment, differences=told)
    page = boss.get(reverse(f"{ROOM}reconciliationitem_change", args=[item.pk])).content.decode()
    assert page.count(payment.provider_order_id) == 2
    assert page.count("sp-differs") == 1

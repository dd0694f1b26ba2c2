"""Reconciliation as finance does it: a statement is brought in, a day is run, a difference is settled by two people."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import FilePayload, Page, expect

from payments_site.kernel import clock
from reconciliation.models import MappingProfile, Reconciliation, ReconciliationItem, Statement
from reconciliation.services.runs import work
from tenants.models import ProviderAccount
from tests.browser.aside import aside
from tests.browser.desk import Desk, Person
from tests.browser.look import Album, Look, does_not_scroll_sideways
from tests.factories.books import Books
from tests.factories.desk_of_reconciliation import Paper
from tests.factories.world import World
from transactions.models import Transaction

OpenPage = Callable[[Look], Page]
LISTS = ("reconciliationitem", "reconciliation", "match", "settlement", "mappingprofile", "reconciliationrules", "holiday")
HEAD = "TransactionNo,TxnRef,Amount,Fee,PayDate,TransactionStatus\n"


@pytest.fixture
def books(world: World) -> Books:
    return aside(lambda: Books(world.acme))


@pytest.fixture
def sit(open_page: OpenPage, desk: Desk, look: Look) -> Callable[[Person], Page]:
    """A browser of one's own for each."""

    def sit_down(person: Person) -> Page:
        page = open_page(look)
        desk.sit_down(page, person)
        return page

    return sit_down


def account_of(books: Books) -> ProviderAccount:
    return ProviderAccount.objects.select_related("provider").get(tenant=books.tenant, provider__code="vnpay")


def csv_of(payment: Transaction, *more: str) -> FilePayload:
    """The provider's file of today: the payment, of which no notice ever came."""
    at = clock.now().astimezone(clock.VIETNAM).strftime("%Y%m%d%H%M%S")
    line = f"14{payment.pk:08},{payment.attempts.get().provider_reference},100000,2300,{at},00\n"
    text = HEAD + line + "".join(f"{one},{at},00\n" for one in more)
    return {"name": "vnpay_hom_nay.csv", "mimeType": "text/csv", "buffer": text.encode()}


def act(page: Page, name: str) -> None:
    page.locator(f".sp-acts a[href*='/acts/{name}/']").click()
    page.wait_for_url(re.compile(f"/acts/{name}/"))


def answer(page: Page) -> None:
    """Press the form's button and see the row's page again."""
    page.click(".sp-form button[type=submit]")
    page.wait_for_url(re.compile(r"/change/"))


@pytest.mark.parametrize("look", [Look("vi", 1280), Look("en", 360)], ids=str)
def test_a_statement_is_brought_in_and_a_difference_settled_by_two_people(
    sit: Callable[[Person], Page], desk: Desk, books: Books, look: Look, album: Album
) -> None:
    payment = aside(books.order)
    account = aside(lambda: account_of(books))
    lan, minh = sit(desk.maker), sit(desk.checker)

    lan.goto(f"{desk.base}/admin/reconciliation/statement/")
    lan.click(".sp-acts a[href$='/upload/']")
    lan.select_option("[name=account]", str(account.pk))
    lan.set_input_files("[name=file]", files=[aside(lambda: csv_of(payment, "14999999,X1,mot trieu,"))])
    album.keep(lan, look, "admin-statement-1-bring")
    answer(lan)
    expect(lan.locator("body")).to_contain_text("mot trieu")
    album.keep(lan, look, "admin-statement-2-bad-rows")
    act(lan, "skip")
    answer(lan)
    statement = aside(lambda: Statement.objects.get(account=account))
    assert (statement.state, statement.rows_imported, statement.rows_bad) == ("imported", 1, 1)
    album.keep(lan, look, "admin-statement-3-imported")

    lan.goto(f"{desk.base}/admin/reconciliation/reconciliation/start/?account={account.pk}")
    lan.fill("[name=first]", aside(lambda: lan_writes(look)))
    album.keep(lan, look, "admin-run-1-start")
    answer(lan)
    expect(lan.locator("[role=status]").first).to_be_visible()
    run = aside(lambda: Reconciliation.objects.get(account=account))
    aside(lambda: work(run_id=run.pk, now=clock.now()))
    lan.goto(f"{desk.base}/admin/reconciliation/reconciliation/{run.pk}/change/")
    album.keep(lan, look, "admin-run-2-done")

    item = aside(lambda: ReconciliationItem.objects.get(account=account))
    lan.locator(f".sp-page a[href*='/reconciliationitem/{item.pk}/']").first.click()
    lan.wait_for_url(re.compile("/reconciliationitem/"))
    album.keep(lan, look, "admin-difference-1-open")
    act(lan, "accept-provider")
    lan.fill("[name=note]", "Đã hỏi VNPay")
    album.keep(lan, look, "admin-difference-2-ask")
    answer(lan)

    minh.goto(f"{desk.base}/admin/audit/approvalrequest/?state__exact=pending")
    minh.locator("#result_list tbody tr a").first.click()
    minh.wait_for_url(re.compile("/change/"))
    album.keep(minh, look, "admin-difference-3-decide")
    act(minh, "approve")
    answer(minh)
    lan.reload()
    album.keep(lan, look, "admin-difference-4-resolved")
    assert aside(lambda: books.fresh(payment)).status == "completed"
    assert aside(lambda: ReconciliationItem.objects.get(pk=item.pk)).state == "resolved"


def lan_writes(look: Look) -> str:
    """Today, as the page's language writes it."""
    return clock.vietnam_day(clock.now()).strftime("%d/%m/%Y" if look.lang == "vi" else "%Y-%m-%d")


@pytest.mark.parametrize("look", [Look("vi", 360), Look("en", 1280, dark=True)], ids=str)
def test_a_mapping_shows_at_once_how_a_sample_would_be_read(
    sit: Callable[[Person], Page], desk: Desk, books: Books, look: Look, album: Album
) -> None:
    profile = aside(lambda: MappingProfile.objects.get(provider_code="vnpay", is_current=True))
    payment = aside(books.order)
    page = sit(desk.maker)
    page.goto(f"{desk.base}/admin/reconciliation/mappingprofile/{profile.pk}/change/")
    page.set_input_files("[data-sample]", files=[aside(lambda: csv_of(payment, "14999999,X1,mot trieu,"))])
    rows = page.locator("[data-rows] tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.nth(0)).to_contain_text("100.000")
    expect(rows.nth(1).locator(".sp-badge--bad")).to_be_visible()
    does_not_scroll_sideways(page)
    album.picture(page, look, "admin-mapping")  # the mapping itself is no text of any language
    page.fill("[name=spec]", '{"fields": {}}')
    expect(page.locator("[data-rows] .sp-error").first).to_be_visible()


@pytest.mark.parametrize("look", [Look("vi", 1280), Look("vi", 360)], ids=str)
def test_lists_matches_and_pay_outs_can_be_read(
    sit: Callable[[Person], Page], desk: Desk, books: Books, look: Look, album: Album
) -> None:
    def prepare() -> int:
        payment = books.paid()
        receipt = payment.receipts.get()
        paper = Paper(account_of(books), books.now)
        line = paper.line(number=receipt.provider_transaction_no, fee=2_500)
        match = paper.match(line, receipt, agreed=5, differed=8)
        paper.item("fee", line=line, receipt=receipt, transaction=payment, match=match, amount=300,
                   differences={"fee": {"ours": 2_200, "theirs": 2_500}})  # fmt: skip
        paper.settlement()
        return int(match.pk)

    match = aside(prepare)
    page = sit(desk.maker)
    for name in (
        "reconciliationitem",
        "reconciliation",
        "match",
        "settlement",
        "mappingprofile",
        "reconciliationrules",
        "holiday",
    ):
        page.goto(f"{desk.base}/admin/reconciliation/{name}/")
        album.keep(page, look, f"admin-list-{name}", whole=False)
    page.goto(f"{desk.base}/admin/reconciliation/match/{match}/change/")
    album.keep(page, look, "admin-match-1-why")
    act(page, "undo")
    page.fill("[name=note]", "Không phải giao dịch này")
    answer(page)
    expect(page.locator("body")).to_contain_text("Không phải giao dịch này")

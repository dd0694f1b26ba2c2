"""Refunds as two members of staff make them: one asks and one allows, one transfers and one confirms."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect
from rest_framework.test import APIClient

from tests.browser.aside import aside
from tests.browser.desk import Desk, Person
from tests.browser.look import Album, Look
from tests.factories.transfers import open_bank
from tests.factories.world import World
from transactions.models import Transaction

OpenPage = Callable[[Look], Page]
LOOKS = [Look("vi", 1280), Look("en", 360)]
pytestmark = pytest.mark.parametrize("look", LOOKS, ids=str)


@pytest.fixture
def payment(world: World) -> Transaction:
    """Paid by two transfers from the same account."""
    return aside(lambda: open_bank(APIClient(), world.acme).paid(60_000, 40_000))


@pytest.fixture
def sit(open_page: OpenPage, desk: Desk, look: Look) -> Callable[[Person], Page]:
    """A browser of one's own for each."""

    def sit_down(person: Person) -> Page:
        page = open_page(look)
        desk.sit_down(page, person)
        return page

    return sit_down


def answer(page: Page) -> None:
    """Press the form's button and see the row's page again."""
    page.click(".sp-form button[type=submit]")
    page.wait_for_url(re.compile(r"/change/"))


def act(page: Page, name: str) -> None:
    page.locator(f".sp-acts a[href*='/acts/{name}/']").click()
    page.wait_for_url(re.compile(f"/acts/{name}/"))


def allow(page: Page, desk: Desk) -> None:
    """The second person takes the newest request that waits, and allows it."""
    page.goto(f"{desk.base}/admin/audit/approvalrequest/?state__exact=pending")
    page.locator("#result_list tbody tr a").first.click()
    page.wait_for_url(re.compile("/change/"))


def test_a_refund_by_transfer_takes_two_people_twice(
    sit: Callable[[Person], Page], desk: Desk, payment: Transaction, look: Look, album: Album, tmp_path: Path
) -> None:
    lan, minh = sit(desk.maker), sit(desk.checker)
    lan.goto(f"{desk.base}/admin/transactions/transaction/{payment.pk}/change/")
    act(lan, "refund")
    expect(lan.locator("[name=amount]")).to_have_value("100000")
    lan.fill("[name=note]", "Khách trả hàng")
    album.keep(lan, look, "admin-refund-1-ask")
    answer(lan)
    album.keep(lan, look, "admin-refund-2-reserved", whole=False)

    allow(minh, desk)
    album.keep(minh, look, "admin-refund-3-decide")
    act(minh, "approve")
    answer(minh)

    lan.goto(f"{desk.base}/admin/transactions/refund/?transfers=new")
    expect(lan.locator("#result_list tbody tr")).to_have_count(1)
    album.keep(lan, look, "admin-refund-4-list", whole=False)
    lan.locator("#result_list tbody tr input[type=checkbox]").check()
    lan.locator("select[name=action]").select_option("export_xlsx")
    with lan.expect_download() as download:
        lan.locator("button[name=index]").click()
    file = tmp_path / "list.xlsx"
    download.value.save_as(file)
    sheet = load_workbook(file).active
    assert (sheet["F2"].value, sheet["H2"].value, len(sheet._images)) == ("0071000123456", 100_000, 1)

    lan.goto(f"{desk.base}/admin/transactions/refund/?transfers=listed")
    lan.locator("#result_list tbody tr a").first.click()
    lan.wait_for_url(re.compile("/change/"))
    album.keep(lan, look, "admin-refund-5-to-pay")
    act(lan, "account")
    album.keep(lan, look, "admin-refund-6-account")
    lan.go_back()
    act(lan, "paid")
    lan.fill("[name=bank_reference]", "FT26325000001")
    album.keep(lan, look, "admin-refund-7-paid")
    answer(lan)

    allow(minh, desk)
    expect(minh.locator("body")).to_contain_text("FT26325000001")
    album.keep(minh, look, "admin-refund-8-confirm")
    act(minh, "approve")
    answer(minh)
    lan.reload()
    expect(lan.locator("body")).to_contain_text(look.say("Hoàn thành", "Completed"))
    album.keep(lan, look, "admin-refund-9-done")

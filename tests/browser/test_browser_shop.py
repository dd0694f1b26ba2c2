"""The demo shop through VNPay's page, as a buyer on a telephone (Vietnamese) and at a desk (English)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from payments_site.kernel import clock
from tests.browser.aside import aside
from tests.browser.look import BOTH, Album, Look, fits
from tests.factories.live import Live, call
from tests.factories.world import World
from transactions.models import Transaction
from transactions.services.expire import expire_due

OpenPage = Callable[[Look], Page]
pytestmark = pytest.mark.parametrize("look", BOTH, ids=str)
CARD, POOR_CARD = "9704198526191432198", "9704195798459170488"


@pytest.fixture
def buyer(open_page: OpenPage, storefront: str, look: Look) -> Page:
    """A buyer before the shop window, in their language."""
    page = open_page(look)
    page.goto(storefront)
    if look.lang == "en":
        page.click("a[hreflang=en]")
    expect(page.locator("html")).to_have_attribute("lang", look.lang)
    return page


def step(page: Page, name: str) -> None:
    """VNPay's page is at this step."""
    expect(page.locator("#step")).to_have_attribute("data-step", name)


def buy(page: Page, goods: str = "hat", minutes: str = "15") -> None:
    """Press buy; the browser is sent to VNPay's page."""
    page.check(f"input[name=goods][value={goods}]")
    page.check("input[name=way][value=vnpay]")
    page.select_option("#minutes", minutes)
    page.click("#buy")
    step(page, "methods")


def enter_card(page: Page, number: str) -> None:
    """From the methods to the card of NCB, filled in by one click, and on until VNPay answers it."""
    page.locator("a.method").nth(1).click()
    page.click("a.bank:has-text('NCB')")
    page.click(".tests summary")
    page.click(f"[data-number='{number}']")
    page.click("#btnContinue")
    page.click("#btnAgree")


def result(page: Page, status: str, state: str) -> None:
    """The shop's result page says so, and shows a callback that it verified by both signatures."""
    expect(page.locator("#status")).to_have_attribute("data-state", state)
    expect(page.locator("#status")).to_have_attribute("data-status", status)
    newest = page.locator("#callbacks .callback").last
    expect(newest.locator("h3")).to_have_text(re.compile(rf"\.{status}$"))
    expect(newest.locator("dd.good")).to_have_text(["✓", "✓"])


def run_out(world: World) -> int:
    """The minute that the buyer had is over, and the sweep finds the payment."""
    now = clock.now()
    mine = Transaction.objects.filter(tenant__public_id=world.acme.tenant_id)
    mine.update(expires_at=now - timedelta(seconds=1))
    return expire_due(now=now)


def test_a_buyer_pays_and_the_shop_verifies_the_callback(buyer: Page, look: Look, album: Album) -> None:
    album.keep(buyer, look, "shop-window")
    buy(buyer)
    album.keep(buyer, look, "vnpay-methods")
    buyer.locator("a.method").nth(1).click()
    album.keep(buyer, look, "vnpay-banks")
    buyer.go_back()
    enter_card(buyer, CARD)
    step(buyer, "otp")
    buyer.fill("#otpvalue", "123456")
    album.keep(buyer, look, "vnpay-otp")
    buyer.click("#btnConfirm")
    result(buyer, "completed", "paid")
    expect(buyer.locator("#status h1")).to_have_text(look.say("Đã thanh toán. Cảm ơn bạn!", "Paid. Thank you!"))
    album.keep(buyer, look, "shop-paid")


def test_a_buyer_cancels_at_vnpay(buyer: Page, look: Look, album: Album) -> None:
    buy(buyer, "coffee")
    buyer.click('a.cancel[href*="step=cancel"]')
    album.keep(buyer, look, "vnpay-cancel")
    buyer.click("#btnCancel")
    result(buyer, "failed", "cancelled")
    assert "/cancelled?" in buyer.url
    album.keep(buyer, look, "shop-cancelled")


def test_the_bank_refuses_and_the_shop_says_why(buyer: Page, look: Look, album: Album) -> None:
    buy(buyer)
    enter_card(buyer, POOR_CARD)
    step(buyer, "refused")
    album.keep(buyer, look, "vnpay-refused")
    buyer.click("#btnLeave")
    result(buyer, "failed", "failed")
    expect(buyer.locator("#status .reason")).not_to_be_empty()
    album.keep(buyer, look, "shop-failed")


def test_money_that_comes_after_the_deadline_is_kept(buyer: Page, look: Look, album: Album, stack: Live, world: World) -> None:
    assert call("POST", f"{stack.sandbox}/_control/vnpay/settings", {"late_after": 0}).status == 200
    buy(buyer, minutes="1")
    buyer.click("#drawer summary")
    album.keep(buyer, look, "vnpay-scenarios")
    buyer.locator("#drawer button[value=late]").first.click()
    step(buyer, "processing")
    assert aside(lambda: run_out(world)) == 1
    assert call("POST", f"{stack.sandbox}/_control/clock", {"offset_seconds": 61}).status == 200
    try:
        result(buyer, "completed", "late")
    finally:
        call("POST", f"{stack.sandbox}/_control/clock", {"offset_seconds": 0})
    expect(buyer.locator("#callbacks .callback h3").first).to_have_text(re.compile(r"\.expired$"))
    album.keep(buyer, look, "shop-late")


def test_the_shop_shows_its_own_source(buyer: Page, look: Look) -> None:
    buyer.click("a[href='/source']")
    expect(buyer.locator("pre").first).to_contain_text("class PaymentClient")
    fits(buyer, look)

"""Provider accounts as staff look after them: what can not be reached, and where a provider sends its notices."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tenants.models import ProviderAccount
from tests.browser.aside import aside
from tests.browser.desk import Desk
from tests.browser.look import Album, Look
from tests.factories.live import Live
from tests.factories.live_bench import LiveBench
from tests.factories.provider_words import WORDS
from tests.factories.world import World
from transactions.availability import circuits

OpenPage = Callable[[Look], Page]
LOOKS = [Look("vi", 1280), Look("en", 360, dark=True)]
pytestmark = pytest.mark.parametrize("look", LOOKS, ids=str)


@pytest.fixture
def clerk(open_page: OpenPage, desk: Desk, look: Look) -> Page:
    page = open_page(look)
    desk.sit_down(page, desk.maker)
    return page


@pytest.fixture
def payos(stack: Live, world: World) -> Iterator[LiveBench]:
    """An account at payOS, which knows no address of ours yet."""
    bench = aside(lambda: LiveBench(WORDS["payos"], world.acme, stack, stack.web))
    bench.control("accounts", **bench.credentials, name="Tiệm Nón Lá")
    yield bench
    bench.control("reset")
    circuits().close(bench.account_id)


def account_page(desk: Desk, bench: LiveBench) -> str:
    number = aside(lambda: ProviderAccount.objects.get(public_id=bench.account_id).pk)
    return f"{desk.base}/admin/tenants/provideraccount/{number}/change/"


def test_payos_is_told_the_address_and_tells_of_the_next_payment(
    clerk: Page, desk: Desk, payos: LiveBench, look: Look, album: Album
) -> None:
    clerk.goto(account_page(desk, payos))
    album.keep(clerk, look, "admin-account-payos")
    clerk.click(".sp-acts a[href*='/acts/register-webhook/']")
    expect(clerk.locator(".sp-facts")).to_contain_text(payos.web.base + payos.path)
    album.keep(clerk, look, "admin-account-webhook")
    clerk.click(".sp-form button[type=submit]")
    clerk.wait_for_url(account_page(desk, payos))
    expect(clerk.locator("body")).to_contain_text(look.say("Cổng đã gọi thử", "The provider has tried the address"))
    payment = payos.create()
    aside(lambda: payos.pay(payment, "paid"))
    aside(lambda: payos.acknowledged(payment))
    assert aside(lambda: payos.status(payment)) == "completed"


def test_an_account_that_is_down_stands_first_and_is_called_again_by_hand(
    clerk: Page, desk: Desk, payos: LiveBench, look: Look, album: Album
) -> None:
    payos.fault("create", "500", times=50)
    down = clerk.locator("tr", has=clerk.locator(".sp-badge--bad")).filter(has_text="PayOS")
    for _try in range(20):
        payos.post()
        clerk.goto(f"{desk.base}/admin/transactions/transaction/connections/")
        if down.count():
            break
    expect(clerk.locator("tbody tr").first.locator(".sp-badge--bad")).to_be_visible()
    album.keep(clerk, look, "admin-connections")
    down.locator("button").click()
    expect(clerk.locator("body")).to_contain_text(look.say("Tài khoản đã được gọi lại", "The account is called again"))
    expect(down).to_have_count(0)

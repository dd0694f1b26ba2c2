"""The payer's page of our own, and the API's document."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.look import BOTH, DESK, Album, Look, does_not_scroll_sideways
from tests.factories.live import Live

OpenPage = Callable[[Look], Page]


@pytest.mark.parametrize("look", BOTH, ids=str)
def test_a_payer_chooses_the_provider_on_our_page(
    open_page: OpenPage, storefront: str, stack: Live, look: Look, album: Album
) -> None:
    page = open_page(look)
    page.goto(storefront)
    if look.lang == "en":
        page.click("a[hreflang=en]")
    page.check("input[name=way][value=choose]")
    page.click("#buy")
    page.wait_for_url(f"{stack.web.base}/pay/*")
    hosted = page.url
    expect(page.locator(".countdown strong")).to_have_text(re.compile(r"15:00|14:\d\d"))
    page.evaluate("document.querySelector('.countdown strong').textContent = '15:00'")  # the same picture every time
    album.keep(page, look, "hosted-page")
    page.click("button[name=provider_code][value=vnpay]")
    page.click("#drawer summary")
    page.click("#drawer button[value=pay]")
    expect(page.locator("#status")).to_have_attribute("data-state", "paid")
    page.goto(hosted)
    expect(page.locator("[role=status]")).to_contain_text(look.say("Cảm ơn", "Thank you"))
    album.keep(page, look, "hosted-page-paid")


def test_the_api_document_loads_without_a_file_from_outside(open_page: OpenPage, stack: Live, album: Album) -> None:
    page = open_page(DESK)
    page.goto(f"{stack.web.base}/api/docs/")
    expect(page.locator(".opblock").first).to_be_visible()
    expect(page.locator(".info .title")).to_contain_text("SmartPost")
    album.picture(page, DESK, "api-docs", whole=False)
    page.locator(".opblock-post .opblock-summary-control").first.click()
    expect(page.locator(".opblock-body").first).to_be_visible()
    does_not_scroll_sideways(page)

"""The hosted form's script in a real Chromium: from the merchant's page to NAPAS's, and back by a POST."""

import json
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import sync_playwright
from sandbox_merchant import call
from sandbox_napas import MerchantSite, Shop
from sandbox_process import Process

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
QUIET = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-default-apps"]
PATIENCE = 20_000  # milliseconds

pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")]


@pytest.fixture
def site() -> Iterator[MerchantSite]:
    site = MerchantSite()
    yield site
    site.stop()


@pytest.fixture
def shop(sandbox_process: Process) -> Shop:
    assert call("POST", f"{sandbox_process.base}/_control/reset").status == 200
    shop = Shop(sandbox_process.base)
    assert shop.register().status == 201
    return shop


def inside_the_form(html: str) -> str:
    """The container and the script inside form#merchant-form, as some merchants' pages have it."""
    return html.replace("</form>", "", 1) + "</form>"


@pytest.mark.parametrize("layout", [str, inside_the_form], ids=["beside the form", "inside the form"])
def test_the_button_leads_to_the_page_and_the_result_is_posted_back(shop: Shop, site: MerchantSite, layout) -> None:
    site.show(shop.base, shop.attributes("ORD1") | {"language": "en"})
    site.html = layout(site.html)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        page = browser.new_page(viewport={"width": 360, "height": 740})
        page.set_default_timeout(PATIENCE)
        page.goto(site.url)
        page.click("#napas-pay-button")
        assert page.locator("html").get_attribute("lang") == "en"
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
        page.click("details.tests summary")
        page.click("[data-number='9704000000000018']")
        page.click("#btnContinue")
        page.fill("#otp", "otp")
        page.click("#btnConfirm")
        page.wait_for_url("**/return/napas")
        browser.close()
    [returned] = site.returned
    result = shop.opened(json.loads(returned["napasResult"][0]))["paymentResult"]
    assert (result["result"], result["order"]["id"]) == ("SUCCESS", "ORD1")

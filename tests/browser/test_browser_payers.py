"""Payers on our own page: each way to pay is walked to its end in a real Chromium, at the providers' pages of the sandbox."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from payments_site.kernel import clock
from tests.browser.aside import aside
from tests.browser.look import BOTH, DESK, PHONE, Album, Look, fits
from tests.factories.live import Live
from tests.factories.live_bench import LiveBench
from tests.factories.provider_words import WORDS
from tests.factories.world import World
from transactions.availability import circuits
from transactions.models import Transaction

OpenPage = Callable[[Look], Page]
Benches = dict[str, LiveBench]
CODES = ("momo", "zalopay", "napas", "payos", "vietqr")


@pytest.fixture
def benches(stack: Live, world: World) -> Iterator[Benches]:
    """A shop with an account at every provider; VNPay's is in its world already."""

    def open_all() -> Benches:
        return {code: LiveBench(WORDS[code], world.acme, stack, stack.web) for code in CODES}

    made = aside(open_all)
    with ExitStack() as closing:
        for bench in made.values():
            closing.callback(bench.control, "reset")
            closing.callback(circuits().close, bench.account_id)
        yield made


@pytest.fixture
def order(stack: Live, benches: Benches) -> Callable[..., dict[str, Any]]:
    """A payment whose payer is to choose on our page."""

    def make(**changes: Any) -> dict[str, Any]:
        wanted = {
            "provider_code": None,
            "description": "Nón lá và cà phê phin",
            "return_url": stack.receiver.url("/done"),
            **changes,
        }
        return benches["vietqr"].create(visit=False, **wanted)

    return make


def open_choice(page: Page, payment: dict[str, Any], look: Look) -> None:
    """Our page, in the visitor's language, with a countdown that is the same in every picture."""
    page.goto(payment["payment_url"] + ("?lang=en" if look.lang == "en" else ""))
    still(page)


def still(page: Page) -> None:
    page.evaluate("document.querySelector('.countdown strong').textContent = '15:00'")


def choose(page: Page, code: str) -> None:
    page.click(f"button[name=provider_code][value={code}]")


def health_of(bench: LiveBench) -> str:
    """As the client API tells it."""
    answer = bench.web.call("GET", f"{bench.role.base}/providers", headers=bench.role.headers)
    [line] = [line for line in answer.data if line["provider_code"] == bench.words.code]
    return str(line["health"])


def pay_at_napas(page: Page) -> None:
    page.click("#napas-widget-container button")
    page.click(".tests summary")
    page.click("[data-number='9704000000000018']")
    page.click("#btnContinue")
    page.fill("#otp", "otp")
    page.click("#btnConfirm")


def pay_by_button(page: Page) -> None:
    page.locator("#step button.pay").first.click()


WAYS = [
    ("momo", PHONE, pay_by_button),
    ("zalopay", DESK, pay_by_button),
    ("payos", PHONE, pay_by_button),
    ("napas", PHONE, pay_at_napas),
    ("napas", DESK, pay_at_napas),
]


@pytest.mark.parametrize(("code", "look", "pay"), WAYS, ids=lambda value: str(getattr(value, "__name__", value)))
def test_a_payer_pays_at_the_provider_of_their_choice_and_comes_back(
    open_page: OpenPage, stack: Live, order: Callable[..., dict[str, Any]], code: str, look: Look, pay: Callable[[Page], None]
) -> None:
    page, payment = open_page(look), order()
    open_choice(page, payment, look)
    choose(page, code)
    if code == "napas":
        expect(page.locator("#napas-widget-container .waiting")).to_have_count(0)
        fits(page, look)
    pay(page)
    page.wait_for_url(re.compile(re.escape(stack.receiver.url("/done"))))
    assert payment["transaction_id"] in page.url
    page.goto(payment["payment_url"])
    expect(page.locator(".outcome.paid")).to_be_visible()
    back = page.locator("a.button")
    expect(back).to_have_text(look.say("Quay lại cửa hàng", "Back to the shop"))
    assert (back.get_attribute("href") or "").startswith(stack.receiver.url("/done"))
    fits(page, look)


@pytest.mark.parametrize("look", [*BOTH, Look("vi", 1280, dark=True)], ids=str)
def test_six_ways_to_pay_stand_in_clear_rows(
    open_page: OpenPage, order: Callable[..., dict[str, Any]], look: Look, album: Album
) -> None:
    page = open_page(look)
    open_choice(page, order(), look)
    rows = page.locator(".providers button")
    expect(rows).to_have_count(6)
    for name in ("VNPay", "MoMo", "ZaloPay", "NAPAS", "PayOS", "VietQR"):
        expect(rows.filter(has=page.locator("strong", has_text=name))).to_have_count(1)
    # "Card" says nothing beside both kinds of cards.
    expect(rows.filter(has_text="NAPAS").locator("span")).to_have_text(
        look.say("Thẻ nội địa · Thẻ quốc tế", "Domestic card · International card")
    )
    album.keep(page, look, "hosted-choices")


@pytest.mark.parametrize("look", BOTH, ids=str)
def test_a_payer_transfers_in_two_parts_while_the_page_is_open(
    open_page: OpenPage, order: Callable[..., dict[str, Any]], benches: Benches, look: Look, album: Album
) -> None:
    page, payment, bank = open_page(look), order(), benches["vietqr"]
    open_choice(page, payment, look)
    choose(page, "vietqr")
    expect(page.locator(".qr-box")).to_be_visible()
    still(page)
    album.keep(page, look, "hosted-transfer")
    with page.expect_download() as saved:
        page.locator("a[download]").click()
    read = zxingcpp.read_barcodes(Image.open(io.BytesIO(saved.value.path().read_bytes())))
    assert [code.text for code in read] == [aside(lambda: bank.qr_of(payment))]

    aside(lambda: bank.pay(payment, "paid", amount=60_000))
    part = page.locator(".part")
    expect(part).to_contain_text("40.000 ₫")
    expect(part.locator("progress")).to_have_attribute("value", "60000")
    expect(page.locator("[data-copy='40000']")).to_have_count(1)
    expect(page.locator("[data-received='60000']")).to_have_count(1)
    expect(page.locator("a", has_text=look.say("Chọn cách thanh toán khác", "Choose another way to pay"))).to_have_count(0)
    still(page)
    album.keep(page, look, "hosted-transfer-part")
    # Whoever opens the first page again is led to the rest, not to another whole payment.
    second = page.context.new_page()
    second.goto(payment["payment_url"])
    expect(second.locator(".providers")).to_have_count(0)
    assert second.locator("a.button").get_attribute("href") in page.url
    second.close()

    aside(lambda: bank.pay(payment, "paid", amount=40_000))
    expect(page.locator(".outcome.paid")).to_be_visible()
    expect(page.locator("a.button")).to_have_count(1)
    fits(page, look)


def test_what_a_payer_needs_for_a_transfer_is_copied_by_one_press(
    open_page: OpenPage, order: Callable[..., dict[str, Any]], benches: Benches
) -> None:
    page, payment = open_page(PHONE), order()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_choice(page, payment, PHONE)
    choose(page, "vietqr")
    copied = []
    for button in page.locator("[data-copy]").all():
        button.click()
        expect(button).to_have_text("Đã chép")
        copied.append(page.evaluate("navigator.clipboard.readText()"))
    reference = aside(lambda: benches["vietqr"].reference(payment))
    assert copied == [benches["vietqr"].credentials["account_number"], "100000", reference]


@pytest.mark.parametrize("look", BOTH, ids=str)
def test_an_hour_is_counted_down_as_an_hour(open_page: OpenPage, order: Callable[..., dict[str, Any]], look: Look) -> None:
    page = open_page(look)
    page.goto(order(expires_in_minutes=60)["payment_url"] + f"?lang={look.lang}")
    expect(page.locator(".countdown strong")).to_have_text(re.compile(r"1:00:00|59:\d\d"))


def test_the_language_that_a_payer_chose_stays(open_page: OpenPage, order: Callable[..., dict[str, Any]]) -> None:
    page = open_page(Look("en", 360))
    page.goto(order()["payment_url"])
    page.click("footer a[lang=en]")
    choose(page, "vietqr")
    expect(page.locator("h1").first).to_have_text("Scan with your banking app")
    page.click("text=Choose another way to pay")
    expect(page.locator("h1")).to_have_text("Choose how to pay")


def test_an_open_page_tells_that_time_ran_out_and_that_money_came_after_all(
    open_page: OpenPage, order: Callable[..., dict[str, Any]], benches: Benches, album: Album
) -> None:
    page, payment = open_page(PHONE), order()
    open_choice(page, payment, PHONE)
    choose(page, "vietqr")
    expect(page.locator(".qr-box")).to_be_visible()
    mine = Transaction.objects.filter(public_id=payment["transaction_id"])
    aside(lambda: mine.update(expires_at=clock.now() - timedelta(seconds=1)))
    expect(page.locator(".outcome.expired")).to_be_visible()
    expect(page.locator(".qr-box")).to_have_count(0)
    album.keep(page, PHONE, "hosted-expired")
    aside(lambda: benches["vietqr"].pay(payment, "paid"))
    expect(page.locator(".outcome.paid")).to_be_visible()


def test_a_provider_that_is_down_stands_last_and_the_next_one_steps_in(
    open_page: OpenPage, order: Callable[..., dict[str, Any]], benches: Benches, stack: Live, album: Album
) -> None:
    momo = benches["momo"]
    momo.fault("create", "500", times=50)
    while health_of(momo) != "down":
        assert momo.post().status == 502
    page = open_page(PHONE)
    open_choice(page, order(), PHONE)
    last = page.locator(".providers button").last
    expect(last).to_contain_text("MoMo")
    expect(last).to_contain_text("Tạm thời không phản hồi")
    album.keep(page, PHONE, "hosted-choices-one-down")
    last.click()
    page.wait_for_url(re.compile(re.escape(f"{stack.sandbox}/")))
    assert "/momo/" not in page.url


def test_a_form_that_the_provider_does_not_give_leads_back_to_the_choices(
    chromium: Browser, order: Callable[..., dict[str, Any]], benches: Benches, album: Album
) -> None:
    context = chromium.new_context(**PHONE.context())  # its answer is a 502, which the console tells of
    page = context.new_page()
    benches["napas"].fault("create", "500", times=10)
    open_choice(page, order(), PHONE)
    choose(page, "napas")
    expect(page.locator("[role=alert]")).to_contain_text("Không thể kết nối")
    expect(page.locator(".providers button")).to_have_count(6)
    still(page)
    album.keep(page, PHONE, "hosted-error")
    choose(page, "vietqr")
    expect(page.locator(".qr-box")).to_be_visible()
    context.close()

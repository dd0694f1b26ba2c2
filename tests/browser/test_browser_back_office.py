"""The back office as people use it: set up a tenant to its first payment, find a payment by half a name, decide in two."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.desk import Desk
from tests.browser.look import Album, Look
from tests.factories.live import ORDER, Live, Shop, call
from tests.factories.world import World

OpenPage = Callable[[Look], Page]
LOOKS = [Look("vi", 1280), Look("en", 360)]
pytestmark = pytest.mark.parametrize("look", LOOKS, ids=str)
MORNING = [
    ("Nguyễn Thị Thuỳ Dương", "DH-1042", 350_000, "pay"),
    ("Trần Quốc Bảo", "DH-1043", 120_000, "fail"),
    ("Võ Thị Bích Ngọc", "DH-1044", 99_000, "cancel"),
    ("Phạm Minh Đức", "DH-1045", 1_250_000, "pay"),
    ("Lê Hoàng Ánh", "DH-1046", 480_000, "suspicious"),
    ("Đặng Thuỳ Trâm", "DH-1047", 75_000, ""),
]


@pytest.fixture
def clerk(open_page: OpenPage, desk: Desk, look: Look) -> Page:
    """A member of staff who has logged in."""
    page = open_page(look)
    desk.sit_down(page, desk.maker)
    return page


@pytest.fixture
def morning(stack: Live, world: World) -> dict[str, dict[str, Any]]:
    """A shop's payments of one morning, by the payer's name."""
    shop = Shop(stack, world, world.acme)
    shop.register()
    return {name: _made(shop, name, order, amount, outcome) for name, order, amount, outcome in MORNING}


def _made(shop: Shop, name: str, order: str, amount: int, outcome: str) -> dict[str, Any]:
    payment = shop.create(order_id=order, amount=amount, description="Bưu phẩm", customer_info={"name": name})
    if outcome:
        shop.pay(payment, outcome)
    return payment


def save(page: Page) -> None:
    """Press save and see the next page with its messages."""
    form = page.url
    page.locator("[name=_save]").first.click()
    page.wait_for_url(lambda url: url != form)


def open_row(row: Locator) -> None:
    """From a list to the page of its first row."""
    row.locator("a").first.click()
    row.page.wait_for_url(re.compile("/change/"))


def go(page: Page, address: str) -> None:
    """Press the button that leads there."""
    page.locator(f".sp-acts a[href*='{address}']").click()


def act(page: Page, name: str, note: str = "") -> None:
    """Press an act's button, give a reason, and say yes."""
    go(page, f"/acts/{name}/")
    if note:
        page.fill("textarea[name=note]", note)
    page.click(".sp-form button[type=submit]")
    page.wait_for_url(re.compile(r"/change/"))


def test_a_new_tenant_from_nothing_to_its_first_payment(clerk: Page, desk: Desk, stack: Live, look: Look, album: Album) -> None:
    mark = secrets.token_hex(3).upper()
    clerk.goto(f"{desk.base}/admin/tenants/project/add/")
    clerk.fill("[name=code]", f"HUE{mark}")
    clerk.fill("[name=name]", "Bưu cục Huế")
    save(clerk)
    go(clerk, "tenant/add")
    clerk.fill("[name=app_code]", "quay-01")
    clerk.fill("[name=name]", "Quầy Tràng Tiền")
    album.keep(clerk, look, "admin-setup-1-tenant")
    save(clerk)
    album.keep(clerk, look, "admin-setup-2-steps", whole=False)
    tenant = clerk.url
    go(clerk, "provideraccount/add")
    clerk.select_option("[name=provider_code]", "vnpay")
    clerk.fill("[name=vnpay_tmn_code]", f"HU{mark}")
    clerk.fill("[name=vnpay_hash_secret]", f"SECRET{mark}" * 3)
    album.keep(clerk, look, "admin-setup-3-account")
    save(clerk)
    clerk.goto(tenant)
    go(clerk, "apikey/add")
    clerk.fill("[name=name]", "Máy tính tiền")
    save(clerk)
    album.keep(clerk, look, "admin-setup-4-key", whole=False)
    key = clerk.locator("code", has_text="pk_").first.inner_text()

    _terminal(stack, f"HU{mark}", f"SECRET{mark}" * 3)
    path = f"{desk.base}/api/v1/HUE{mark}/quay-01/transactions"
    order = {**ORDER, "order_id": "DH-1", "return_url": f"{desk.base}/admin/login/"}
    made = call("POST", path, order, {"X-Api-Key": key})
    assert made.status == 201, made.text
    clerk.goto(made.data["payment_url"])
    clerk.click("#drawer summary")
    clerk.click("#drawer button[value=pay]")
    clerk.wait_for_url(f"{desk.base}/admin/")
    clerk.goto(f"{desk.base}/admin/transactions/transaction/?q={made.data['transaction_id']}")
    expect(clerk.locator("#result_list tbody tr")).to_have_count(1)
    expect(clerk.locator("#result_list tbody")).to_contain_text("DH-1")
    clerk.goto(tenant)
    album.keep(clerk, look, "admin-setup-5-done", whole=False)


def _terminal(stack: Live, tmn_code: str, secret: str) -> None:
    """The provider's side: what VNPay's people would enter, with the address that serves every account."""
    notices = f"{stack.web.base}/api/v1/webhooks/vnpay"
    body = {"tmn_code": tmn_code, "hash_secret": secret, "ipn_url": notices, "name": "Bưu cục Huế"}
    assert call("POST", f"{stack.sandbox}/_control/vnpay/terminals", body).status == 201


def test_a_payment_is_found_by_part_of_a_name_without_accents(
    clerk: Page, desk: Desk, morning: dict[str, dict[str, Any]], look: Look, album: Album
) -> None:
    clerk.reload()  # who logged in before the morning's payments
    album.keep(clerk, look, "admin-first")
    clerk.goto(f"{desk.base}/admin/transactions/transaction/")
    album.keep(clerk, look, "admin-payments", whole=False)
    clerk.fill("#searchbar", "thuy duo")
    clerk.press("#searchbar", "Enter")
    clerk.wait_for_url("**q=thuy*")
    mine = clerk.locator("#result_list tbody tr", has_text=morning["Nguyễn Thị Thuỳ Dương"]["transaction_id"])
    expect(mine).to_have_count(1)
    expect(clerk.locator("#result_list")).not_to_contain_text(morning["Đặng Thuỳ Trâm"]["transaction_id"])
    open_row(mine)
    expect(clerk.locator("body")).to_contain_text("Nguyễn Thị Thuỳ Dương")
    expect(clerk.locator("body")).to_contain_text("350.000 ₫")
    album.keep(clerk, look, "admin-payment")


def test_two_people_reject_a_payment_under_review(
    clerk: Page, open_page: OpenPage, desk: Desk, morning: dict[str, dict[str, Any]], look: Look, album: Album
) -> None:
    clerk.goto(f"{desk.base}/admin/transactions/transaction/?q={morning['Lê Hoàng Ánh']['transaction_id']}")
    open_row(clerk.locator("#result_list tbody tr"))
    payment = clerk.url
    album.keep(clerk, look, "admin-review-1-payment")
    act(clerk, "reject", "Khách báo không đặt hàng")
    clerk.locator("a[href*='/approvalrequest/']", has_text="apr_").first.click()
    clerk.wait_for_url(re.compile("/approvalrequest/"))
    request = clerk.url
    expect(clerk.locator("body")).to_contain_text(desk.maker.username)
    expect(clerk.locator(".sp-acts a")).to_have_count(0)
    answer = clerk.goto(f"{request.removesuffix('change/')}acts/approve/")
    assert answer is not None
    expect(clerk.locator("button.sp-button--main")).to_have_count(0)

    second = open_page(look)
    desk.sit_down(second, desk.checker)
    second.goto(f"{desk.base}/admin/audit/approvalrequest/")
    album.keep(second, look, "admin-review-2-queue")
    second.goto(request)
    album.keep(second, look, "admin-review-3-request")
    act(second, "approve", "Đồng ý")
    expect(second.locator("body")).to_contain_text(desk.checker.username)
    second.goto(payment)
    expect(second.locator("body")).to_contain_text("rfn_")
    expect(second.locator(".sp-acts a[href*='/acts/reject/']")).to_have_count(0)
    album.keep(second, look, "admin-review-4-decided", whole=False)

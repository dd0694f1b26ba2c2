"""Notices that wait for a person and callbacks that nobody took, as staff look after them, on a telephone too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from payments_site.kernel import clock
from tenants.models import Tenant
from tests.browser.aside import aside
from tests.browser.desk import Desk
from tests.browser.look import Album, Look
from tests.factories.live import Live, Shop, wait_until
from tests.factories.world import World
from webhooks.inbound.models import ProviderNotification
from webhooks.outbound.models import CallbackDelivery, CallbackEndpoint

OpenPage = Callable[[Look], Page]
LOOKS = [Look("vi", 360), Look("en", 1280, dark=True)]
pytestmark = pytest.mark.parametrize("look", LOOKS, ids=str)
NOTICES = "/admin/webhooks/providernotification/"


@pytest.fixture
def clerk(open_page: OpenPage, desk: Desk, look: Look) -> Page:
    page = open_page(look)
    desk.sit_down(page, desk.maker)
    return page


@pytest.fixture
def shop(stack: Live, world: World) -> Shop:
    shop = Shop(stack, world, world.acme)
    shop.register()
    return shop


def strange_notices(shop: Shop) -> None:
    """One forged, one of an order that nobody made, one of another amount."""
    payment = shop.create()
    shop.notify(shop.fields(payment), secret="of-somebody-else")
    shop.notify(shop.fields(payment, TxnRef="NOSUCHORDER"))
    shop.notify(shop.fields(payment, Amount="999900"))


def waiting(verdict: str) -> ProviderNotification:
    return ProviderNotification.objects.filter(verdict=verdict).latest("id")


def choose(page: Page, notice: str, action: str) -> None:
    """Tick the one row of a search and run an action on it."""
    page.goto(page.url.split("?")[0] + f"?q={notice}")
    page.check("input[name=_selected_action]")
    page.select_option("select[name=action]", action)
    page.locator("button[name=index]").first.click()


def test_what_waits_is_found_by_its_kind_applied_again_and_put_aside(
    clerk: Page, desk: Desk, shop: Shop, look: Look, album: Album
) -> None:
    aside(lambda: strange_notices(shop))
    clerk.goto(f"{desk.base}{NOTICES}")
    clerk.locator(".sp-acts a[href$='quarantine=bad_signature']").click()
    clerk.wait_for_url("**quarantine=bad_signature")
    album.keep(clerk, look, "admin-quarantine")

    unknown = aside(lambda: waiting("unknown_order"))
    clerk.goto(f"{desk.base}{NOTICES}{unknown.pk}/change/")
    expect(clerk.locator("pre.sp-raw").first).to_contain_text("NOSUCHORDER")
    album.keep(clerk, look, "admin-notice")
    clerk.goto(f"{desk.base}{NOTICES}")
    choose(clerk, unknown.public_id, "replay_notices")
    expect(clerk.locator("table")).to_contain_text(unknown.public_id)
    album.keep(clerk, look, "admin-replayed")
    clerk.goto(f"{desk.base}{NOTICES}")
    choose(clerk, unknown.public_id, "mark_reviewed")
    expect(clerk.locator("body")).to_contain_text(look.say("Đã đánh dấu đã xem 1 thông báo", "1 notice was marked"))
    assert aside(lambda: waiting("unknown_order")).reviewed_at is not None


def endpoint_of(world: World, url: str) -> CallbackEndpoint:
    tenant = Tenant.objects.get(public_id=world.acme.tenant_id)
    return CallbackEndpoint.objects.create(tenant=tenant, url=url, description="Kho hàng", created_at=clock.now())


def delivery_to(url: str) -> CallbackDelivery | None:
    return CallbackDelivery.objects.filter(url=url, attempts__gt=0).first()


def test_a_callback_that_nobody_takes_is_seen_with_its_tries_and_the_endpoint_is_tried(
    clerk: Page, desk: Desk, shop: Shop, stack: Live, world: World, look: Look, album: Album
) -> None:
    path = f"/kho-{look}"
    stack.receiver.answer(path, 500, 200, body="Kho đang bảo trì")
    endpoint = aside(lambda: endpoint_of(world, stack.receiver.url(path)))
    shop.pay(shop.create())
    tried: Any = wait_until(lambda: aside(lambda: delivery_to(endpoint.url)))
    clerk.goto(f"{desk.base}/admin/webhooks/callbackdelivery/?status__exact=pending")
    album.keep(clerk, look, "admin-callbacks")
    clerk.goto(f"{desk.base}/admin/webhooks/callbackdelivery/{tried.pk}/change/")
    expect(clerk.locator("body")).to_contain_text("Kho đang bảo trì")
    album.keep(clerk, look, "admin-callback")

    clerk.goto(f"{desk.base}/admin/webhooks/callbackendpoint/")
    album.keep(clerk, look, "admin-endpoints")
    clerk.goto(f"{desk.base}/admin/webhooks/callbackendpoint/{endpoint.pk}/change/")
    album.keep(clerk, look, "admin-endpoint")
    clerk.click(".sp-acts form[action*='/acts/test/'] button")
    expect(clerk.locator("body")).to_contain_text(look.say("Đang gửi sự kiện thử", "A test event is on its way"))
    wait_until(lambda: any(b"callback.test" in seen.body for seen in stack.receiver.at(path)))

    clerk.goto(f"{desk.base}/admin/webhooks/callbackpolicy/add/")
    album.keep(clerk, look, "admin-callback-policy")

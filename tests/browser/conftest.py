"""A real Chromium before the live stack: the web, the provider sandbox, the drain and the demo shop, each in its own process."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tenants.models import Tenant
from tests.browser.aside import aside
from tests.browser.desk import Desk, desk_at
from tests.browser.look import Album, Look, Watch
from tests.factories.live import Live, _live_stack, call, live, stop, wait_until
from tests.factories.world import World, make_world

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
# Chromium would look up its maker's hosts at every start; nothing here may leave the machine.
QUIET = ("quic", "background-networking", "component-update", "sync", "default-apps", "domain-reliability")
FLAGS = [f"--disable-{name}" for name in QUIET] + ["--no-first-run", "--disable-features=OptimizationHints,MediaRouter"]
PATIENCE = 20_000  # milliseconds; a busy machine is slow, and no test asserts a time
expect.set_options(timeout=PATIENCE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marked, and skipped by name where no Chromium can be had."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="no Chromium on this machine"))


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """One browser. Ended before any test of another folder runs: while it lives, this thread has a running event loop."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def album(tmp_path_factory: pytest.TempPathFactory) -> Album:
    """Where the pictures go."""
    return Album.from_environment(tmp_path_factory.mktemp("screenshots"))


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[Callable[[Look], Page]]:
    """A page of a new visitor with this look; at the end its console held no error and nothing left the machine."""
    watches: list[Watch] = []

    def open_as(look: Look) -> Page:
        context = chromium.new_context(**look.context())
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        watches.append(Watch(page))
        return page

    yield open_as
    for watch in watches:
        watch.page.context.close()
        assert not watch.errors, watch.errors
        assert not watch.outside, watch.outside


@pytest.fixture(scope="package")
def stack(_live_stack: Live, django_db_setup: None, django_db_blocker: object) -> Iterator[Live]:
    """The live stack with a drain that goes on delivering. Started before the browser, outside its loop."""
    log = _live_stack.place / "browser-drain.log"
    drain = _live_stack.spawn([sys.executable, "manage.py", "drain_callbacks"], log, PUBLIC_BASE_URL=_live_stack.web.base)
    yield _live_stack
    stop(drain)
    call("POST", f"{_live_stack.sandbox}/_control/clock", {"offset_seconds": 0})


@pytest.fixture
def world(stack: Live, committed_db: None) -> World:
    """Tenants of this test, really committed, with a server that takes their callbacks."""

    def make() -> World:
        world = make_world(callback_url=stack.receiver.url("/hook"))
        Tenant.objects.filter(public_id=world.acme.tenant_id).update(name="Tiệm Nón Lá")
        return world

    return aside(make)


@pytest.fixture
def storefront(stack: Live, world: World) -> Iterator[str]:
    """The demo shop as a tenant of this test; its address."""
    role, log = world.acme, stack.place / f"shop-{world.acme.project_code}.log"
    notices = f"{stack.web.base}/api/v1/webhooks/vnpay/{role.account_id}"
    terminal = {"tmn_code": role.tmn_code, "hash_secret": role.hash_secret, "ipn_url": notices, "name": "Tiệm Nón Lá"}
    assert call("POST", f"{stack.sandbox}/_control/vnpay/terminals", terminal).status == 201
    settings = {
        "SHOP_PORT": "0",
        "SHOP_API_BASE": f"{stack.web.base}/api/v1",
        "SHOP_PROJECT": role.project_code,
        "SHOP_APP": role.app_code,
        "SHOP_API_KEY": role.api_key,
        "SHOP_CALLBACK_SECRET": role.callback_secret,
    }
    process = stack.spawn([sys.executable, "-m", "sandbox.shop"], log, **settings)
    yield wait_until(lambda: re.search(r"listening on (http://\S+)\n", log.read_text()))[1]
    stop(process)


@pytest.fixture
def desk(stack: Live, world: World) -> Desk:
    """The back office and two people who may do everything in it."""
    return aside(lambda: desk_at(stack.web.base))


__all__ = ["_live_stack", "live"]

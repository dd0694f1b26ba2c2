"""Receivers that misbehave in every way, in a process of their own, against the drain in another: nobody healthy waits."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from django.db.models import F

from audit.models import OperationalEvent
from audit.services import SYSTEM
from payments_site.kernel import clock
from tests.factories import truth
from tests.factories.callbacks import enqueue, make_delivery, make_event, make_merchant
from tests.factories.drain_process import ROOT, start_drain, stop, wait_until
from tests.factories.outbox import settle_everything
from webhooks.outbound.endpoints import Wish, change_endpoint
from webhooks.outbound.models import CallbackDelivery, CallbackEndpoint
from webhooks.outbound.resend import resend_selection

# A short timeout makes slow receivers quick to judge.
SETTINGS = {"CALLBACK_TIMEOUT_SECONDS": "1", "CALLBACK_CONCURRENCY": "40"}
HEALTHY = 60


@dataclass
class Bad:
    """The process of ``tests/factories/bad_receiver.py``."""

    process: subprocess.Popen[str]
    port: int
    seen: list[tuple[str, str]] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def url(self, behaviour: str) -> str:
        return f"http://127.0.0.1:{self.port}/{behaviour}"

    def behave(self, path: str, behaviour: str) -> None:
        """From now on, and not before this returns."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"/{path} {behaviour}\n")
        self.process.stdin.flush()
        wait_until(lambda: f"/{path} {behaviour}" in self.told, seconds=10)
        self.told.clear()

    def count(self, path: str) -> int:
        return sum(seen == f"/{path}" for seen, _ in self.seen)

    def listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            first, second = line.rstrip("\n").split(" ", 1)
            self.told.append(second) if first == "now" else self.seen.append((first, second))


@pytest.fixture
def bad(committed_db: None) -> Iterator[Bad]:
    settle_everything()
    script = str(ROOT / "tests" / "factories" / "bad_receiver.py")
    process = subprocess.Popen([sys.executable, script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    receiver = Bad(process, int(process.stdout.readline()))
    listening = threading.Thread(target=receiver.listen, daemon=True)
    listening.start()
    with process:
        yield receiver
        process.kill()
        listening.join(10)
    settle_everything()


def test_every_misbehaviour_is_answered_as_promised_and_delays_nobody(bad):
    merchant = make_merchant()
    ways = ("hang", "drip", "drip-body", "reset", "rubbish", "redirect", "410", "busy", "big-ok", "big-500", "500")
    rows = {way: [make_delivery(merchant, bad.url(way)) for _ in range(3)] for way in ways}
    healthy = [make_delivery(merchant, bad.url("ok")).pk for _ in range(HEALTHY)]
    mine = CallbackDelivery.objects.filter(tenant=merchant.tenant)
    begun = clock.now()
    drain = start_drain(**SETTINGS)
    wait_until(lambda: not mine.filter(attempts=0).exists(), seconds=60, drain=drain)
    code, output = stop(drain)
    assert code == 0, output

    def of(way):
        return [CallbackDelivery.objects.get(pk=row.pk) for row in rows[way]]

    errors = {way: {row.tries.earliest("number").error for row in of(way)} for way in ways}
    assert errors["hang"] == errors["drip"] == {"no answer within 1 s"}
    assert errors["redirect"] == {"answered 307; redirects are not followed"}
    assert (errors["busy"], errors["500"], errors["big-500"]) == ({"answered 429"}, {"answered 500"}, {"answered 500"})
    assert (errors["drip-body"], errors["big-ok"]) == ({""}, {""})
    for way in ("reset", "rubbish"):
        assert all(errors[way]), way
    for way in ("drip-body", "big-ok"):
        assert {row.status for row in of(way)} == {"delivered"}, way
    assert {row.status for row in of("410")} == {"dead"}
    for way in ("hang", "drip", "reset", "rubbish", "redirect", "busy", "500", "big-500"):
        assert {row.status for row in of(way)} == {"pending"}, way
    assert {row.last_response for row in of("big-ok") + of("big-500")} == {"A" * 2048}
    for row in of("busy"):
        assert (row.next_attempt_at - begun).total_seconds() > 600
    assert bad.count("inside") == 0
    done = CallbackDelivery.objects.filter(pk__in=healthy)
    assert {row.status for row in done} == {"delivered"}
    truth.check(merchant.tenant.public_id, laws=truth.DELIVERIES)
    all_is_delivered_once_they_are_well(bad, mine, ways)
    truth.check(merchant.tenant.public_id, laws=truth.DELIVERIES)


def all_is_delivered_once_they_are_well(bad, mine, ways):
    """Each event reaches its receiver in the end; what 410 has ended, when somebody asks for it."""
    for way in ways:
        bad.behave(way, "200")
    assert resend_selection(deliveries=mine.filter(status="dead"), now=clock.now(), actor=SYSTEM) == 3
    drain = start_moved_drain()
    drain.stdin.write(b"1300\n")  # past the pause of the one who answered 429
    drain.stdin.flush()
    wait_until(lambda: not mine.exclude(status="delivered").exists(), seconds=60, drain=drain)
    assert stop(drain)[0] == 0
    assert {name for _, name in bad.seen} == set(mine.values_list("event__public_id", flat=True))


def test_a_dead_endpoint_does_not_delay_a_healthy_one_of_the_same_host(bad):
    merchant = make_merchant()
    dead = CallbackEndpoint.objects.create(tenant=merchant.tenant, url=bad.url("hang"))
    well = CallbackEndpoint.objects.create(tenant=merchant.tenant, url=bad.url("ok"))
    for _ in range(HEALTHY):
        event, _ = make_event(merchant)
        enqueue(event, "")
    drain = start_drain(**(SETTINGS | {"CALLBACK_TIMEOUT_SECONDS": "10"}))
    healthy = CallbackDelivery.objects.filter(endpoint=well)
    wait_until(lambda: bad.count("ok") > 0, seconds=30, drain=drain)
    begun = time.monotonic()
    wait_until(lambda: not healthy.exclude(status="delivered").exists(), seconds=30, drain=drain)
    # The dead one has not even timed out once.
    assert time.monotonic() - begun < 8
    assert 0 < bad.count("hang") <= 16
    assert not CallbackDelivery.objects.filter(endpoint=dead, attempts__gt=0).exists()
    drain.kill()
    drain.communicate(timeout=10)


def test_500_for_an_hour_and_then_everything_is_delivered(bad):
    merchant = make_merchant()
    bad.behave("hook", "500")
    rows = CallbackDelivery.objects.filter(pk__in=[make_delivery(merchant, bad.url("hook")).pk for _ in range(5)])
    drain = start_moved_drain()
    moved = 0

    def move(seconds):
        nonlocal moved
        moved += seconds
        drain.stdin.write(f"{moved}\n".encode())
        drain.stdin.flush()

    # 5 s, 30 s, 2 min, 10 min, 30 min: five more tries in about 43 minutes, each moved past by its longest wait.
    for tries, wait in enumerate((0, 7, 37, 145, 721, 2161), start=1):
        move(wait)
        wait_until(lambda tries=tries: not rows.filter(attempts__lt=tries).exists(), seconds=30, drain=drain)
    assert set(rows.values_list("status", "attempts")) == {("pending", 6)}
    bad.behave("hook", "200")
    move(8641)
    wait_until(lambda: not rows.exclude(status="delivered").exists(), seconds=30, drain=drain)
    assert stop(drain)[0] == 0
    assert set(rows.values_list("attempts", flat=True)) == {7}
    assert len({name for path, name in bad.seen if path == "/hook"}) == 5
    assert not OperationalEvent.objects.filter(kind="callback.dead", subject__in=rows.values("transaction__public_id")).exists()
    truth.check(merchant.tenant.public_id, laws=truth.DELIVERIES)


def test_410_of_an_endpoint_stops_its_queue_and_switching_on_brings_it_all(bad):
    merchant = make_merchant()
    bad.behave("hook", "410")
    endpoint = CallbackEndpoint.objects.create(tenant=merchant.tenant, url=bad.url("hook"))
    for _ in range(30):
        event, _ = make_event(merchant)
        enqueue(event, "")
    mine = CallbackDelivery.objects.filter(endpoint=endpoint)
    drain = start_drain(**SETTINGS)
    wait_until(lambda: not mine.exclude(status="dead").exists(), seconds=30, drain=drain)
    endpoint.refresh_from_db()
    assert not endpoint.is_active
    # What was in flight when the first 410 came had its try, the rest none.
    tried = bad.count("hook")
    assert 0 < tried <= 30
    assert mine.filter(attempts__gt=0).count() == tried
    late, _ = make_event(merchant)
    enqueue(late, "")
    bad.behave("hook", "200")
    switch_on(endpoint)
    wait_until(lambda: mine.filter(status="delivered").count() == 31, seconds=60, drain=drain)
    assert stop(drain)[0] == 0
    assert not mine.filter(tries_before__gt=F("attempts")).exists()
    truth.check(merchant.tenant.public_id, laws=truth.DELIVERIES)


def switch_on(endpoint):
    change_endpoint(endpoint=endpoint, wish=Wish(endpoint.url, []), actor=SYSTEM, now=clock.now())


def start_moved_drain():
    return start_drain(script=str(ROOT / "tests" / "factories" / "moved_drain.py"), **SETTINGS)

"""Calls to a provider: what opens the account's circuit, what is asked again, how long is waited, and who must wait."""

from __future__ import annotations

import threading
import time

import pytest

from audit.models import AuditEntry, OperationalEvent
from audit.services import SYSTEM
from payments_site.kernel import clock
from payments_site.kernel.http import ProviderSilent, ProviderUnreachable
from tests.factories.live import wait_until
from transactions.availability import availability
from transactions.providers.base import FateUnknown, ProviderRefused
from transactions.providers.circuits import State
from transactions.services import calls
from transactions.services.calls import BreakerOpen, TooManyCalls, close_breaker

NOWHERE = "http://127.0.0.1:1/"


def state(desk) -> State:
    return availability([desk.account])[desk.account.pk]


def events(desk) -> list[str]:
    return list(OperationalEvent.objects.filter(subject=desk.account.public_id).order_by("id").values_list("kind", flat=True))


def fail(desk, times: int = 5) -> None:
    desk.gateway.answer(desk.path, 503)
    for _ in range(times):
        with pytest.raises(FateUnknown):
            desk.call()


def test_an_account_whose_provider_answers_with_errors_is_not_called_any_more(desk):
    fail(desk)
    with pytest.raises(BreakerOpen) as refusal:
        desk.call()
    assert isinstance(refusal.value, ProviderUnreachable)
    assert (desk.requests, state(desk), events(desk)) == (5, State.OPEN, [calls.OPENED])


def test_it_heals_by_itself_with_one_call(desk, settings):
    settings.BREAKER_OPEN_SECONDS = 1
    fail(desk)
    desk.gateway.answer(desk.path, 200, body="fine")
    time.sleep(1.05)
    assert [desk.call() for _ in range(3)] == ["fine"] * 3
    assert (state(desk), events(desk)) == (State.CLOSED, [calls.OPENED, calls.CLOSED])


def test_a_server_that_is_gone_or_silent_or_talks_nonsense_is_trouble(desk, settings):
    settings.PROVIDER_READ_TIMEOUT = 0.1
    settings.BREAKER_FAILURES = 4
    desk.gateway.delay("/late", 1)
    desk.gateway.answer(desk.path, 200, body="<garbage>")
    with pytest.raises(ProviderUnreachable):
        desk.call(lambda http: http.request("GET", NOWHERE))
    for _ in range(2):
        with pytest.raises(ProviderSilent):
            desk.call(lambda http: http.request("GET", desk.gateway.url("/late")))
    assert state(desk) is State.CLOSED
    with pytest.raises(FateUnknown):
        desk.call()
    assert state(desk) is State.OPEN


def test_refusals_and_answers_with_a_code_of_the_provider_never_open_it(desk):
    def unknown_code(http):
        http.request("POST", desk.gateway.url("/codes"))
        raise FateUnknown("the provider's own code", code="99")

    desk.gateway.answer(desk.path, 400)
    for _ in range(8):
        with pytest.raises(ProviderRefused):
            desk.call()
        with pytest.raises(FateUnknown):
            desk.call(unknown_code)
    assert state(desk) is State.CLOSED


def test_a_code_that_comes_with_a_server_error_is_trouble(desk):
    def coded(http):
        http.request("POST", desk.gateway.url("/coded"))
        raise FateUnknown("the provider's own code", code="99")

    desk.gateway.answer("/coded", 500)
    for _ in range(5):
        with pytest.raises(FateUnknown):
            desk.call(coded)
    assert state(desk) is State.OPEN


def test_an_adapter_that_sends_nothing_needs_no_closed_circuit_and_does_not_close_one(desk, settings):
    settings.BREAKER_OPEN_SECONDS = 1
    fail(desk)
    assert desk.call(lambda http: "https://pay.example/1") == "https://pay.example/1"
    time.sleep(1.05)
    assert desk.call(lambda http: "https://pay.example/2") == "https://pay.example/2"
    assert state(desk) is State.HALF_OPEN


def test_a_call_of_two_requests_passes_the_circuit_once(desk):
    def two(http):
        http.request("POST", desk.gateway.url("/first"))
        fail(desk)
        return http.request("POST", desk.gateway.url("/second")).status

    assert desk.call(two) == 200
    assert state(desk) is State.OPEN


def test_a_question_is_asked_again_but_a_create_never(desk):
    desk.gateway.answer(desk.path, 503, 503, 200, body="fine")
    assert desk.call(idempotent=True) == "fine"
    assert desk.requests == 3
    desk.gateway.answer(desk.path, 503, 200)
    with pytest.raises(FateUnknown):
        desk.call()
    assert desk.requests == 4


def test_a_question_is_not_asked_for_ever_nor_again_where_asking_is_in_vain(desk):
    desk.gateway.answer(desk.path, 503)
    with pytest.raises(FateUnknown):
        desk.call(idempotent=True)
    assert desk.requests == 3
    desk.gateway.answer(desk.path, 400)
    with pytest.raises(ProviderRefused):
        desk.call(idempotent=True)
    assert desk.requests == 4
    fail(desk)
    started = time.monotonic()
    with pytest.raises(BreakerOpen):
        desk.call(idempotent=True)
    assert (desk.requests, time.monotonic() - started < 0.2) == (9, True)


def test_a_provider_that_hangs_is_not_asked_again_when_the_time_is_used_up(desk, settings):
    settings.PROVIDER_READ_TIMEOUT, settings.PROVIDER_RETRY_SECONDS = 1, 1
    desk.gateway.delay(desk.path, 5)
    started = time.monotonic()
    with pytest.raises(ProviderSilent):
        desk.call(idempotent=True)
    assert (desk.requests, time.monotonic() - started < 1.5) == (1, True)


@pytest.mark.parametrize(("own", "setting"), [(1, 30), (30, 1)])
def test_the_shorter_of_the_providers_and_the_installations_time_limit_holds(own, setting, desk, settings):
    desk.adapter.read_timeout, settings.PROVIDER_READ_TIMEOUT = own, setting
    desk.gateway.delay(desk.path, 5)
    started = time.monotonic()
    with pytest.raises(ProviderSilent):
        desk.call()
    assert 0.9 < time.monotonic() - started < 2


@pytest.mark.parametrize(("options", "most"), [({}, 4), ({"max_calls": 2}, 2), ({"max_calls": 0}, 4), ({"max_calls": "9"}, 4)])
def test_no_more_calls_than_allowed_are_under_way_and_the_next_is_told_at_once(options, most, desk, in_threads):
    desk.account.options = options
    release = threading.Event()
    for _ in range(most):
        in_threads(lambda: desk.call(lambda http: (desk.send(http), release.wait(20))))
    wait_until(lambda: desk.requests == most)
    started = time.monotonic()
    with pytest.raises(TooManyCalls) as refusal:
        desk.call()
    assert (isinstance(refusal.value, ProviderUnreachable), time.monotonic() - started < 0.1) == (True, True)
    assert (desk.requests, state(desk)) == (most, State.CLOSED)
    release.set()
    wait_until(lambda: calls._slots.under_way(desk.account.public_id) == 0)
    assert desk.call() == "ok"


def test_work_in_the_background_has_places_of_its_own_and_waits_for_one(desk, settings, in_threads):
    settings.PROVIDER_MAX_CALLS = settings.PROVIDER_MAX_BACKGROUND_CALLS = 1
    release = threading.Event()
    hold = lambda http: (desk.send(http), release.wait(20))  # noqa: E731
    in_threads(lambda: desk.call(hold))
    in_threads(lambda: desk.call(hold, background=True))
    wait_until(lambda: desk.requests == 2)
    settings.PROVIDER_BACKGROUND_WAIT_SECONDS = 0
    with pytest.raises(TooManyCalls):
        desk.call(background=True)
    settings.PROVIDER_BACKGROUND_WAIT_SECONDS = 20
    threading.Timer(0.3, release.set).start()
    started = time.monotonic()
    assert desk.call(background=True) == "ok"
    assert 0.2 < time.monotonic() - started < 10


def test_the_places_are_given_back_however_a_call_ends(desk, settings):
    settings.PROVIDER_MAX_CALLS, settings.BREAKER_FAILURES = 1, 100
    fail(desk, 3)
    with pytest.raises(ZeroDivisionError):
        desk.call(lambda http: desk.send and http.request("GET", desk.gateway.url("/ok")) and 1 // 0)
    desk.gateway.answer(desk.path, 200, body="fine")
    assert desk.call() == "fine"


def test_closing_it_by_hand_is_written_down_and_calls_go_through(desk):
    fail(desk)
    desk.gateway.answer(desk.path, 200, body="fine")
    assert close_breaker(account=desk.account, actor=SYSTEM, now=clock.now())
    assert not close_breaker(account=desk.account, actor=SYSTEM, now=clock.now())
    assert desk.call() == "fine"
    entry = AuditEntry.objects.get(action="breaker_closed")
    assert (entry.entity_id, entry.tenant_id) == (desk.account.public_id, desk.account.tenant.public_id)


def test_the_log_names_the_account_and_nothing_secret(desk, caplog):
    fail(desk)
    assert f"circuit of {desk.account.public_id} (vnpay) opened" in caplog.text
    assert desk.gateway.url("") not in caplog.text

"""Where people and clients see how a provider account fares: ``/providers`` and the page of the back office."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from audit.models import AuditEntry
from payments_site.kernel import clock
from tests.factories.tenants import StaffUserFactory, staff_client
from tests.integration.transactions.admin.people import staff_with
from transactions.availability import HEALTH
from transactions.providers.base import FateUnknown
from transactions.providers.circuits import State

METRICS = "/api/v1/admin/system/metrics"
PAGE = reverse("admin:transactions_transaction_connections")


def close_url(desk) -> str:
    return reverse("admin:transactions_transaction_connections_close", args=[desk.account.pk])


@pytest.fixture
def broken(desk, settings):
    """The desk of an account that is not called for the moment; its provider is well again already."""
    settings.BREAKER_OPEN_SECONDS = 1
    desk.gateway.answer(desk.path, 500)
    for _ in range(5):
        with pytest.raises(FateUnknown):
            desk.call()
    desk.gateway.answer(desk.path, 200, body="fine")
    return desk


def health(api, acme) -> str:
    lines = api.get(f"{acme.base}/providers", headers=acme.headers).json()["data"]
    one = api.get(f"{acme.base}/providers/vnpay", headers=acme.headers).json()["data"]
    [line] = [line for line in lines if line["provider_code"] == "vnpay"]
    assert line == one
    return str(line["health"])


def test_every_state_has_a_word_for_clients() -> None:
    assert set(HEALTH) == set(State)


def test_a_client_sees_the_account_go_down_come_back_by_a_trial_and_be_well(api, acme, broken):
    assert health(api, acme) == "down"
    time.sleep(1.05)
    assert health(api, acme) == "degraded"
    assert broken.call(lambda http: (broken.send(http), health(api, acme))) == ("fine", "degraded")
    assert health(api, acme) == "healthy"


def test_the_metrics_tell_of_every_account_and_of_what_redis_was_not_asked(broken, settings, acme):
    client = staff_client(StaffUserFactory(permissions=["tenants.view_provideraccount"]))
    data = client.get(METRICS).json()["data"]
    [line] = [line for line in data["accounts"] if line["account_id"] == acme.account_id]
    assert (line["provider_code"], line["circuit"], line["health"]) == ("vnpay", "open", "down")
    assert timedelta(0) <= clock.now() - datetime.fromisoformat(line["opened_at"]) < timedelta(seconds=30)
    assert {other["circuit"] for other in data["accounts"] if other is not line} == {"closed"}
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    away = client.get(METRICS).json()["data"]
    assert ({one["circuit"] for one in away["accounts"]}, away["process"]["circuits_not_asked"] > 0) == ({"closed"}, True)


def test_the_page_shows_those_that_can_not_be_reached_first(broken):
    client = staff_with("view_provideraccount", "view_transaction")
    lines = client.get(PAGE).context["lines"]
    assert len(lines) > 1
    assert [line["health"] for line in lines] == ["down"] + ["healthy"] * (len(lines) - 1)
    assert broken.account.identifier not in client.get(PAGE).content.decode()
    assert PAGE in client.get(reverse("admin:index")).content.decode()


def test_only_who_may_change_accounts_calls_one_again(broken):
    looking = staff_with("view_provideraccount")
    assert close_url(broken) not in looking.get(PAGE).content.decode()
    assert looking.post(close_url(broken)).status_code == 403
    assert staff_with("view_transaction").get(PAGE).status_code == 403
    may = staff_with("view_provideraccount", "change_provideraccount")
    assert close_url(broken) in may.get(PAGE).content.decode()
    assert may.get(close_url(broken)).status_code == 302
    assert AuditEntry.objects.filter(action="breaker_closed").count() == 0
    assert may.post(close_url(broken))["Location"] == PAGE
    assert close_url(broken) not in may.get(PAGE).content.decode()
    assert AuditEntry.objects.get(action="breaker_closed").user_id == may.user.get_username()
    assert broken.call() == "fine"


def test_closing_what_is_closed_changes_nothing(desk):
    client = Client()
    client.force_login(StaffUserFactory(is_superuser=True))
    answer = client.post(close_url(desk), follow=True)
    assert (answer.status_code, AuditEntry.objects.filter(action="breaker_closed").count()) == (200, 0)
    assert client.post(reverse("admin:transactions_transaction_connections_close", args=[0])).status_code == 404

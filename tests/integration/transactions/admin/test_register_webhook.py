"""An account's address for notices, registered at payOS from its page in the back office; payOS is the sandbox over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from audit.models import AuditEntry
from payments_site.devstack.environment import sandbox_addresses
from tenants.models import ProviderAccount
from tests.factories.bench import Bench
from tests.factories.live import Live, _live_stack
from tests.factories.provider_words import WORDS
from tests.factories.world import make_world
from tests.integration.transactions.admin.people import act, do, page, staff_with
from transactions.availability import circuits

__all__ = ["_live_stack"]
RIGHTS = ("view_provideraccount", "change_provideraccount")
NAME = "register-webhook"


@pytest.fixture
def bench(db: None, _live_stack: Live, settings: Any) -> Iterator[Bench]:
    settings.PROVIDER_URLS = sandbox_addresses(_live_stack.sandbox)
    settings.PUBLIC_BASE_URL = _live_stack.receiver.url("")
    bench = Bench(WORDS["payos"], make_world().acme, _live_stack.sandbox, _live_stack.receiver)
    bench.control("accounts", **bench.credentials, name="Acme")  # knows no address yet
    yield bench
    bench.control("reset")
    circuits().close(bench.account_id)


@pytest.fixture
def account(bench: Bench) -> ProviderAccount:
    return ProviderAccount.objects.select_related("provider", "tenant").get(public_id=bench.account_id)


def entries(account: ProviderAccount) -> list[AuditEntry]:
    return list(AuditEntry.objects.filter(action="provider_account.webhook_registered", entity_id=account.public_id))


def test_payos_tries_the_address_and_tells_of_payments_there_from_then_on(bench: Bench, account: ProviderAccount) -> None:
    person = staff_with(*RIGHTS, name="thu")
    asked = person.get(act(account, NAME), headers={"Accept-Language": "en"}).content.decode()
    assert bench.receiver.url(bench.path) in asked
    assert not bench.receiver.at(bench.path)
    said = do(person, account, NAME)
    assert bench.receiver.url(bench.path) in said
    [probe] = bench.receiver.at(bench.path)
    bench.give(probe)
    [entry] = entries(account)
    assert (entry.user_id, entry.tenant_id) == ("thu", account.tenant and account.tenant.public_id)
    assert entry.new_values == {"notify_url": bench.receiver.url(bench.path)}
    payment = bench.create()
    assert len(bench.pay(payment, "paid")) == 1


@pytest.mark.parametrize(
    ("fault", "language", "words"),
    [
        ({"mode": "code", "code": "20"}, "vi", ["Phản hồi từ cổng thanh toán không hợp lệ", "(20)"]),
        ({"mode": "code", "code": "214"}, "en", ["The provider refused our credentials", "(214)"]),
        ({"mode": "500"}, "vi", ["Không thể kết nối đến cổng thanh toán"]),
        ({"mode": "drop"}, "en", ["The provider did not answer"]),
    ],
)
def test_what_payos_answers_instead_is_told_and_nothing_is_said_to_be_registered(
    bench: Bench, account: ProviderAccount, fault: dict[str, str], language: str, words: list[str]
) -> None:
    bench.control("faults", target="confirm", times=1, **fault)
    person = staff_with(*RIGHTS)
    person.cookies["django_language"] = language
    said = do(person, account, NAME)
    assert all(word in said for word in words), said
    assert not entries(account)


def test_an_address_of_ours_that_does_not_answer_is_not_taken(bench: Bench, account: ProviderAccount) -> None:
    bench.receiver.answer(bench.path, 503)
    assert "2xx" in do(staff_with(*RIGHTS), account, NAME)
    assert not entries(account)


def test_only_who_may_change_accounts_can_do_it(bench: Bench, account: ProviderAccount) -> None:
    onlooker = staff_with("view_provideraccount")
    assert NAME not in onlooker.get(page(account)).content.decode()
    assert onlooker.get(act(account, NAME)).status_code == 403
    assert onlooker.post(act(account, NAME)).status_code == 403
    assert Client().post(act(account, NAME)).status_code == 302  # to the login
    assert not bench.receiver.at(bench.path)


def test_the_button_stands_only_where_the_provider_takes_addresses_over_its_api(bench: Bench, account: ProviderAccount) -> None:
    person = staff_with(*RIGHTS)
    assert act(account, NAME) in person.get(page(account)).content.decode()
    vnpay = ProviderAccount.objects.get(public_id=bench.role.account_id)
    assert NAME not in person.get(page(vnpay)).content.decode()
    assert person.get(act(vnpay, NAME)).status_code == 302
    assert "/acts/" not in person.post(act(vnpay, NAME))["Location"]
    assert not entries(vnpay)

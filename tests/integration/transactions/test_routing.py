"""In which order a payer is offered the providers, and which are not offered at all."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from audit.services import SYSTEM
from payments_site.kernel import clock
from tenants.models import ProviderAccount
from tenants.selectors import context_of_tenant
from tenants.services.accounts import create_account
from tests.factories.provider_words import WORDS
from tests.factories.world import Role
from transactions.availability import circuits
from transactions.models import Transaction
from transactions.services.routing import choices


@pytest.fixture
def shop(world) -> Role:
    """A tenant without any account but the project's none."""
    ProviderAccount.objects.filter(tenant__public_id=world.acme.tenant_id).update(is_active=False)
    return world.acme


def account(shop: Role, code: str, fee: str = "1.00", **options: Any) -> ProviderAccount:
    return create_account(
        provider_code=code, environment="sandbox", credentials=WORDS[code].credentials(), tenant_id=shop.tenant_id,
        options=options, fee={"percent": fee}, actor=SYSTEM, now=clock.now() - timedelta(days=1),
    )  # fmt: skip


def offered(api, shop: Role, **changes: Any) -> list[str]:
    body = {
        "order_id": f"R-{clock.now().timestamp()}", "amount": 100_000, "currency": "VND", "description": "Chọn",
        "return_url": "https://shop.example/done", **changes,
    }  # fmt: skip
    made = api.post(f"{shop.base}/transactions", body, format="json", headers=shop.headers)
    assert made.status_code == 201, made.content
    payment = Transaction.objects.get(public_id=made.json()["data"]["transaction_id"])
    found = choices(tenant=context_of_tenant(payment.tenant_id), payment=payment, now=clock.now())
    return [choice.account.provider.code for choice in found]


def test_the_smallest_priority_comes_first(api, shop: Role) -> None:
    account(shop, "momo", priority=20)
    account(shop, "payos", priority=10)
    account(shop, "zalopay", priority=30)
    assert offered(api, shop) == ["payos", "momo", "zalopay"]


def test_of_the_same_priority_the_cheapest_comes_first(api, shop: Role) -> None:
    account(shop, "momo", fee="2.00")
    account(shop, "payos", fee="0.50")
    account(shop, "zalopay", fee="1.50")
    assert offered(api, shop) == ["payos", "zalopay", "momo"]


def test_a_fixed_fee_makes_another_one_the_cheapest_for_small_amounts(api, shop: Role) -> None:
    account(shop, "momo", fee="2.00")
    dear = account(shop, "vnpay", fee="0.10")
    dear.fees.update(fixed=3_000)
    assert offered(api, shop, amount=20_000) == ["momo", "vnpay"]
    assert offered(api, shop, amount=1_000_000) == ["vnpay", "momo"]


def test_one_is_offered_only_between_its_amounts(api, shop: Role) -> None:
    account(shop, "payos", priority=1, offered_from=50_000, offered_to=200_000)
    account(shop, "momo")
    assert offered(api, shop, amount=49_999) == ["momo"]
    assert offered(api, shop, amount=50_000) == ["payos", "momo"]
    assert offered(api, shop, amount=200_000) == ["payos", "momo"]
    assert offered(api, shop, amount=200_001) == ["momo"]


def test_one_that_does_not_take_the_amount_is_not_offered(api, shop: Role) -> None:
    account(shop, "momo")
    account(shop, "napas", max_amount=60_000_000)
    assert offered(api, shop, amount=50_000_001) == ["napas"]
    assert offered(api, shop, amount=60_000_001) == []


def test_one_without_the_method_is_not_offered(api, shop: Role) -> None:
    account(shop, "momo")
    account(shop, "vietqr")
    assert offered(api, shop, payment_method="bank_transfer") == ["vietqr"]
    assert offered(api, shop, payment_method="wallet") == ["momo"]


def test_one_that_needs_longer_than_is_left_is_not_offered(api, shop: Role) -> None:
    account(shop, "zalopay")
    account(shop, "momo")
    assert offered(api, shop, expires_in_minutes=4) == ["momo"]


def test_one_that_is_down_comes_last_however_much_it_is_preferred(api, shop: Role) -> None:
    down = account(shop, "payos", priority=1)
    account(shop, "momo", priority=9)
    from payments_site.kernel.http import ProviderSilent
    from transactions.providers import registry
    from transactions.services import calls

    def silent(http) -> None:
        http.request("GET", "http://127.0.0.1:9/")  # nobody listens there

    for _ in range(10):
        with pytest.raises(Exception) as raised:  # noqa: PT011 - unreachable first, then an open circuit
            calls.call(down, registry.get("payos"), silent)
        assert not isinstance(raised.value, ProviderSilent)
    try:
        assert offered(api, shop) == ["momo", "payos"]
    finally:
        circuits().close(down.public_id)
    assert offered(api, shop) == ["payos", "momo"]

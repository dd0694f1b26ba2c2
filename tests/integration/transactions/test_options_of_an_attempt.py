"""An order keeps the options that its account had when it was made, whatever the back office sets later."""

from __future__ import annotations

from typing import Any

from audit.services import SYSTEM
from payments_site.kernel import clock
from tenants.models import ProviderAccount
from tenants.services.accounts import create_account, update_account
from tests.factories.provider_words import WORDS
from tests.factories.world import Role
from transactions.models import PaymentAttempt
from transactions.services.accounts import context_of_attempt

LEGACY = {"mode": "vpc", "access_code": "ACCESS01"}


def attempt_of(api: Any, acme: Role, order: str) -> PaymentAttempt:
    body = {
        "order_id": order, "amount": 100_000, "currency": "VND", "description": "Vé", "provider_code": "napas",
        "return_url": "https://shop.example/done",
    }  # fmt: skip
    made = api.post(f"{acme.base}/transactions", body, format="json", headers=acme.headers)
    assert made.status_code == 201, made.content
    return PaymentAttempt.objects.get(transaction__public_id=made.json()["data"]["transaction_id"])


def test_a_changed_option_is_for_orders_to_come(api: Any, acme: Role) -> None:
    account: ProviderAccount = create_account(
        provider_code="napas", environment="sandbox", credentials=WORDS["napas"].credentials(), tenant_id=acme.tenant_id,
        options=LEGACY, actor=SYSTEM, now=clock.now(),
    )  # fmt: skip
    before = attempt_of(api, acme, "O-1")
    changes = {"options": {"mode": "dps", "access_code": None}}
    update_account(account_id=account.public_id, changes=changes, actor=SYSTEM, now=clock.now())
    after = attempt_of(api, acme, "O-2")
    assert context_of_attempt(before).options == LEGACY
    assert context_of_attempt(after).options == {"mode": "dps"}
    assert "vpcpay.do" in before.payment_url
    assert "/pay/" in after.payment_url


def test_an_attempt_of_before_options_were_kept_uses_the_accounts(api: Any, acme: Role) -> None:
    create_account(
        provider_code="napas", environment="sandbox", credentials=WORDS["napas"].credentials(), tenant_id=acme.tenant_id,
        options=LEGACY, actor=SYSTEM, now=clock.now(),
    )  # fmt: skip
    attempt = attempt_of(api, acme, "O-1")
    PaymentAttempt.objects.filter(pk=attempt.pk).update(account_options=None)
    attempt.refresh_from_db()
    assert context_of_attempt(attempt).options == LEGACY

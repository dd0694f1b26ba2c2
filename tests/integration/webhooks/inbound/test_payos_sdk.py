"""payOS's own SDK for Python signs a webhook, and our endpoint takes it in; the payment was made at the sandbox over HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from payos import PayOS

from payments_site.devstack.environment import sandbox_addresses
from tests.factories.bench import Bench
from tests.factories.live import Live, _live_stack
from tests.factories.provider_words import WORDS
from tests.factories.world import make_world
from tests.payloads import payos_sign
from transactions.models import PaymentAttempt, Receipt

__all__ = ["_live_stack"]


@pytest.fixture
def bench(db: None, _live_stack: Live, settings: Any) -> Iterator[Bench]:
    settings.PROVIDER_URLS = sandbox_addresses(_live_stack.sandbox)
    settings.PUBLIC_BASE_URL = _live_stack.receiver.url("")
    bench = Bench(WORDS["payos"], make_world().acme, _live_stack.sandbox, _live_stack.receiver)
    yield bench
    bench.control("reset")


def webhook(bench: Bench, payment: dict[str, Any], *, key: str, number: str, amount: int, **changes: Any) -> tuple[int, Any]:
    """Our endpoint's answer to a webhook that the SDK signed with ``key``."""
    attempt = PaymentAttempt.objects.get(transaction__public_id=payment["transaction_id"])
    data = payos_sign.transfer(
        order_code=int(attempt.provider_reference),
        amount=amount,
        number=number,
        paymentLinkId=attempt.provider_session_id,
        **changes,
    )
    sdk = PayOS(client_id="any", api_key="any", checksum_key=key)
    signature = sdk.crypto.create_signature_from_object(data, key)
    body = {"code": "00", "desc": "success", "success": True, "data": data, "signature": signature}
    answer = bench.client.post(bench.path, json.dumps(body, ensure_ascii=False), content_type="application/json")
    return answer.status_code, answer.json()


def test_a_webhook_of_the_sdk_completes_a_payment_once(bench: Bench) -> None:
    payment = bench.create(visit=False)
    key = bench.credentials["checksum_key"]
    forged = webhook(bench, payment, key="another key", number="FT1", amount=100_000)
    assert (forged, bench.show(payment)["received_amount"]) == ((401, {"success": False}), 0)
    for _ in range(2):
        assert webhook(bench, payment, key=key, number="FT1", amount=60_000, desc="Thành công") == (200, {"success": True})
    assert (bench.show(payment)["status"], bench.show(payment)["received_amount"]) == ("pending", 60_000)
    assert webhook(bench, payment, key=key, number="FT2", amount=40_000) == (200, {"success": True})
    shown = bench.show(payment)
    assert (shown["status"], shown["received_amount"], shown["provider_transaction_id"]) == ("completed", 100_000, "FT2")
    assert Receipt.objects.filter(transaction__public_id=payment["transaction_id"]).count() == 2


def test_the_probe_of_confirm_webhook_is_answered_well_and_applies_to_nothing(bench: Bench) -> None:
    data = payos_sign.transfer(order_code=123, amount=3_000, number="TF230204212323", description="VQRIO123")
    key = bench.credentials["checksum_key"]
    sdk = PayOS(client_id="any", api_key="any", checksum_key=key)
    body = {"code": "00", "desc": "success", "data": data, "signature": sdk.crypto.create_signature_from_object(data, key)}
    answer = bench.client.post(bench.path, json.dumps(body), content_type="application/json")
    assert (answer.status_code, answer.json()) == (200, {"success": True})
    assert Receipt.objects.count() == 0

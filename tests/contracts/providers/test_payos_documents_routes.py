"""The routes of the PayOS document, over the same account and sandbox as every other payment by payOS."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.factories.bench import Bench, Reply
from tests.factories.provider_words import PAYOS, ProviderWords
from transactions.models import Transaction

BODY = {"booking_id": 123, "amount": 100_000, "description": "Booking #123"}


@pytest.fixture
def words() -> ProviderWords:
    return PAYOS


def process(bench: Bench, body: dict[str, Any]) -> Reply:
    answer = bench.client.post("/payment/process_payment", json.dumps(body), "application/json", headers=bench.role.headers)
    return Reply(answer.status_code, answer.content)


def status_of(bench: Bench, payment_id: str) -> Any:
    return json.loads(bench.client.get(f"/payment/status/{payment_id}", headers=bench.role.headers).content)


@pytest.mark.parametrize("prefix", ["", "/api", "/api/v1"])
def test_a_booking_is_paid_by_its_routes(bench: Bench, prefix: str) -> None:
    made = process(bench, BODY)
    assert made.status == 200, made.body
    payment_id = made.json["payment_id"]
    assert made.json["redirect_url"] == f"/payment/status/{payment_id}"
    assert status_of(bench, payment_id)["status"] == "pending"
    payment = {"transaction_id": payment_id, "amount": 100_000}
    assert bench.at_provider(payment)["amount"] == 100_000
    [seen] = bench.pay(payment, "paid")
    answer = bench.client.generic("POST", f"{prefix}/webhook/payos", seen.body, "application/json")
    assert (answer.status_code, answer.content) == (200, b'{"success":true}')
    shown = status_of(bench, payment_id)
    assert (shown["status"], shown["payment"]["order_id"], shown["payment"]["provider_code"]) == ("success", "123", "payos")


def test_the_payer_of_a_booking_comes_back_to_our_page_of_the_payment(bench: Bench) -> None:
    payment_id = process(bench, BODY).json["payment_id"]
    back = urlsplit(status_of(bench, payment_id)["redirect"])
    answer = bench.client.get(f"{back.path}?{back.query}", follow=True)
    assert answer.redirect_chain == [(f"/pay/{payment_id}", 302)]
    assert "Quay lại cửa hàng" not in answer.text  # there is none, and no button that leads to itself
    assert bench.client.get("/pay").status_code == 404


def test_a_forged_notice_is_refused_there_too(bench: Bench) -> None:
    body = json.dumps({"code": "00", "data": {"orderCode": 1}, "signature": "0" * 64})
    assert bench.client.generic("POST", "/webhook/payos", body, "application/json").status_code == 401


@pytest.mark.parametrize("mode", ["drop", "500"])
def test_payos_that_does_not_answer_is_said_in_the_documents_word(bench: Bench, mode: str) -> None:
    bench.fault("create", mode)
    reply = process(bench, BODY)
    assert (reply.status, reply.code) == (503, "PAYOS_CONNECTION_ERROR")
    payment = Transaction.objects.get(tenant__public_id=bench.role.tenant_id)
    assert (payment.status, reply.json["details"]["transaction_id"]) == ("pending", payment.public_id)

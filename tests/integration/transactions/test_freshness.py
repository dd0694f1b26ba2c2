"""Reading an old open payment brings the question about it forward, and never asks a provider itself."""

from __future__ import annotations

from datetime import timedelta

from payments_site.kernel import clock
from tests.factories.world import Role
from transactions.models import PaymentAttempt, Transaction


def old_payment(api, acme: Role, minutes: int) -> PaymentAttempt:
    body = {
        "order_id": f"OLD-{minutes}", "amount": 100_000, "currency": "VND", "description": "Cũ",
        "provider_code": "vnpay", "return_url": "https://shop.example/done", "expires_in_minutes": 600,
    }  # fmt: skip
    made = api.post(f"{acme.base}/transactions", body, format="json", headers=acme.headers).json()["data"]
    then = clock.now() - timedelta(minutes=minutes)
    Transaction.objects.filter(public_id=made["transaction_id"]).update(created_at=then)
    attempts = PaymentAttempt.objects.filter(transaction__public_id=made["transaction_id"])
    attempts.update(created_at=then, next_query_at=clock.now() + timedelta(minutes=50))
    return attempts.get()


def read(api, acme: Role, attempt: PaymentAttempt, path: str = "") -> PaymentAttempt:
    address = path or f"{acme.base}/transactions/"
    assert api.get(address + attempt.transaction.public_id, headers=acme.headers).status_code == 200
    attempt.refresh_from_db()
    return attempt


def test_an_old_one_is_asked_about_at_once(api, acme: Role) -> None:
    attempt = old_payment(api, acme, 10)
    assert read(api, acme, attempt).next_query_at <= clock.now()
    assert attempt.query_count == 0


def test_the_payos_documents_route_does_the_same(api, acme: Role) -> None:
    attempt = old_payment(api, acme, 10)
    assert read(api, acme, attempt, "/api/v1/payment/refresh-status/").next_query_at <= clock.now()


def test_a_young_one_waits_for_its_schedule(api, acme: Role) -> None:
    attempt = old_payment(api, acme, 3)
    assert read(api, acme, attempt).next_query_at > clock.now()


def test_one_asked_about_just_now_is_left_alone(api, acme: Role) -> None:
    attempt = old_payment(api, acme, 10)
    PaymentAttempt.objects.filter(pk=attempt.pk).update(asked_at=clock.now() - timedelta(minutes=4))
    assert read(api, acme, attempt).next_query_at > clock.now()


def test_one_that_is_settled_is_left_alone(api, acme: Role) -> None:
    attempt = old_payment(api, acme, 10)
    Transaction.objects.filter(pk=attempt.transaction_id).update(status="expired")
    assert read(api, acme, attempt).next_query_at > clock.now()

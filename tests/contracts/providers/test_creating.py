"""Making an order, at every provider: texts, amounts, and what becomes of it when the provider or the line breaks."""

from __future__ import annotations

import secrets

import pytest

from tests.factories.bench import Bench
from transactions.models import PaymentAttempt, Transaction

TEXTS = {
    "Vietnamese": "Thanh toán đơn hàng số 1 — Đặng Thị Ngọc Ánh",
    "long": "Đơn hàng rất dài " * 15,
    "odd": "50% off & more = <b>\"'` | ; : / ? # @ + ~ !",
    "a picture": "Trà sữa 🧋 trân châu",
    "nothing a bank can write": "漢字かな",
    "short": "x",
}


def attempts(payment_id: str) -> list[PaymentAttempt]:
    return list(PaymentAttempt.objects.filter(transaction__public_id=payment_id).order_by("id"))


@pytest.mark.parametrize("kind", TEXTS)
def test_any_description_can_be_paid(bench: Bench, kind: str) -> None:
    payment = bench.create(description=TEXTS[kind][:255])
    [seen] = bench.pay(payment, "paid")
    bench.give(seen)
    shown = bench.show(payment)
    assert (shown["status"], shown["description"]) == ("completed", TEXTS[kind][:255])


@pytest.mark.parametrize("end", ["min_amount", "max_amount"])
def test_the_ends_of_the_limits_are_taken(bench: Bench, end: str) -> None:
    amount = max(10_000, min(500_000_000, getattr(bench.words, end)))
    payment = bench.create(amount=amount)
    [seen] = bench.pay(payment, "paid")
    bench.give(seen)
    assert bench.show(payment)["received_amount"] == amount


def test_amounts_beyond_the_limits_are_refused_with_them(bench: Bench) -> None:
    from tenants.models import Tenant

    Tenant.objects.filter(public_id=bench.role.tenant_id).update(min_amount=1, max_amount=10**12)
    for amount in (bench.words.min_amount - 1, bench.words.max_amount + 1):
        reply = bench.post(amount=amount)
        assert (reply.status, reply.code) == (400, "INVALID_AMOUNT")
        assert reply.json["details"]["min_amount"] == bench.words.min_amount
        assert reply.json["details"]["max_amount"] == bench.words.max_amount


def test_every_method_it_offers_can_be_asked_for(bench: Bench) -> None:
    from transactions.providers import registry

    for method in registry.get(bench.words.code).methods:
        payment = bench.create(payment_method=method.code, amount=200_000)
        assert bench.show(payment)["payment_method"] == method.code


def test_a_method_it_does_not_offer_is_refused(bench: Bench) -> None:
    reply = bench.post(payment_method="bitcoin-xyz!")
    assert (reply.status, reply.code) == (400, "INVALID_PAYMENT_METHOD")


@pytest.mark.parametrize("locale", ["vi", "en"])
def test_both_languages_are_passed_on(bench: Bench, locale: str) -> None:
    payment = bench.create(locale=locale)
    assert bench.show(payment)["status"] == "pending"


def test_odd_but_valid_return_addresses_work(bench: Bench) -> None:
    payment = bench.create(return_url="https://shop.example/done?a=1&b=%C3%A1#end", order_id=f"A.b:c/{secrets.token_hex(4)}_-")
    [seen] = bench.pay(payment, "paid")
    bench.give(seen)
    assert bench.show(payment)["status"] == "completed"


def test_the_payer_gets_an_address_or_a_code(bench: Bench) -> None:
    payment = bench.create()
    assert payment["payment_url"].startswith("http")
    assert payment["provider_code"] == bench.words.code
    assert not bench.words.transfers or payment["qr_code"].startswith("000201")


def test_the_same_key_is_one_order_there(bench: Bench) -> None:
    key, order = secrets.token_hex(8), f"ORD-{secrets.token_hex(4)}"
    first, again = bench.post(key=key, order_id=order), bench.post(key=key, order_id=order)
    assert (first.status, again.status) == (201, 201)
    assert first.data == again.data
    assert again.headers["X-Idempotency-Cache"] == "HIT"
    bench.visit(first.data)
    if bench.words.code != "vietqr":
        assert bench.at_provider(first.data)["orders_made"] == 1
    assert len(attempts(first.data["transaction_id"])) == 1


def test_a_lost_answer_keeps_the_order_and_the_key_goes_on(bench: Bench) -> None:
    """The provider made the order and its answer never came: pending, 502, and the same key finds the same order."""
    key, order = secrets.token_hex(8), f"ORD-{secrets.token_hex(4)}"
    if not bench.words.asks_to_create:
        assert bench.post(key=key, order_id=order).status == 201  # nothing is asked, so nothing can be lost
        return
    bench.fault("create", "lost")
    lost = bench.post(key=key, order_id=order)
    assert (lost.status, lost.code) == (502, "PROVIDER_CONNECTION_ERROR")
    row = Transaction.objects.get(public_id=lost.json["details"]["transaction_id"])
    assert row.status == "pending"
    [attempt] = attempts(row.public_id)
    assert (attempt.status, attempt.next_query_at is not None) == ("unknown", True)
    again = bench.post(key=key, order_id=order)
    if again.status == 201:
        assert again.data["transaction_id"] == row.public_id
        assert bench.at_provider(again.data)["orders_made"] == 1
    else:  # its documents know no way to get the same order again: it is asked about, never made twice
        assert (again.status, row.public_id) == (502, again.json["details"]["transaction_id"])
    assert len([one for one in attempts(row.public_id) if one.status != "failed"]) == 1


@pytest.mark.parametrize(
    ("mode", "codes"),
    [
        ("500", ("PROVIDER_INVALID_RESPONSE", "PROVIDER_CONNECTION_ERROR")),
        ("garbage", ("PROVIDER_INVALID_RESPONSE",)),
        ("drop", ("PROVIDER_CONNECTION_ERROR",)),
        ("slow", ("PROVIDER_CONNECTION_ERROR",)),
    ],
)
def test_a_broken_provider_leaves_the_payment_pending(bench: Bench, mode: str, codes: tuple[str, ...]) -> None:
    if not bench.words.asks_to_create:
        assert bench.post().status == 201
        return
    bench.fault("create", mode, seconds=2)
    reply = bench.post()
    assert reply.status == 502
    assert reply.code in codes
    row = Transaction.objects.get(public_id=reply.json["details"]["transaction_id"])
    assert row.status == "pending"
    assert attempts(row.public_id)[0].next_query_at is not None


def test_credentials_that_are_refused_fail_it_and_say_so(bench: Bench) -> None:
    if not bench.words.asks_to_create:
        return
    bench.register({**bench.words.credentials(), bench.words.identifier: bench.credentials[bench.words.identifier]}, bench.path)
    reply = bench.post()
    assert (reply.status, reply.code) == (502, "PROVIDER_AUTHENTICATION_FAILED")
    assert Transaction.objects.get(public_id=reply.json["details"]["transaction_id"]).status == "failed"


def test_a_refusal_frees_the_order_id(bench: Bench) -> None:
    if not bench.words.asks_to_create:
        return
    order, wrong = f"ORD-{secrets.token_hex(4)}", bench.words.credentials()
    bench.register({**wrong, bench.words.identifier: bench.credentials[bench.words.identifier]}, bench.path)
    assert bench.post(order_id=order).status == 502
    bench.register(bench.credentials, bench.path)
    assert bench.post(order_id=order).status == 201


def test_the_order_outlives_nothing_that_the_provider_allows(bench: Bench) -> None:
    from transactions.providers import registry

    longest = registry.get(bench.words.code).limits.max_expiry_minutes
    payment = bench.create(expires_in_minutes=43_200)
    attempt = bench.attempt(payment)
    lives = attempt.expires_at - attempt.created_at
    assert lives.total_seconds() <= 60 * (longest or 43_200)


def test_a_cancel_withdraws_it_there_where_that_is_possible(bench: Bench) -> None:
    from transactions.providers import registry
    from transactions.providers.base import Capability

    payment = bench.create()
    assert bench.cancel(payment).data["status"] == "cancelled"
    if not bench.words.queries:
        return
    bench.ask(payment)
    if Capability.CANCEL in registry.get(bench.words.code).capabilities and bench.words.code == "payos":
        assert bench.at_provider(payment)["state"] == "cancelled"
        assert bench.attempt(payment).status == "failed"
    assert bench.show(payment)["status"] == "cancelled"

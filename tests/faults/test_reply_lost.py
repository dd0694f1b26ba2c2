"""The provider does what it is asked and its answer never comes: nothing is done twice, and the resolver finds the truth."""

import secrets

import pytest

from payments_site.kernel import clock
from payments_site.kernel.clock import VIETNAM
from tests.factories import truth
from tests.factories.live import call, sql
from tests.factories.live_bench import live_bench, own_questions
from tests.factories.provider_words import WORDS
from tests.payloads.payos_sign import hmac_of
from transactions.models import PaymentAttempt, Refund, Transaction

__all__ = ["own_questions"]

CREATED_BY_A_CALL = sorted(code for code, words in WORDS.items() if words.asks_to_create)
REFUNDED_BY_A_CALL = sorted(code for code, words in WORDS.items() if words.refunds)
# MoMo answers a repeat of the same request as it did before; payOS says 231 and shows the link when it is asked for.
TELLS_THE_ORDER_AGAIN = {"momo", "payos"}

pytestmark = pytest.mark.usefixtures("own_questions")


@pytest.fixture
def bench(live, code):
    with live_bench(live, WORDS[code]) as bench:
        yield bench


def lost_create(bench, mode="lost"):
    """The payment of a create whose answer was lost: 502 and pending."""
    bench.fault("create", mode)
    reply = bench.post(key="k-1", order_id="ORD-1")
    assert (reply.status, reply.code) == (502, "PROVIDER_CONNECTION_ERROR")
    stored = Transaction.objects.get(tenant__public_id=bench.role.tenant_id)
    assert reply.json["details"]["transaction_id"] == stored.public_id
    payment = {"transaction_id": stored.public_id, "amount": stored.amount}
    assert (bench.show(payment)["status"], bench.attempt(payment).status) == ("pending", "unknown")
    return payment


def is_paid_once(bench, payment):
    assert (bench.status(payment), bench.receipts(payment)) == ("completed", [100_000])
    assert bench.events(payment)["paid"] == 1
    there = bench.at_provider(payment)
    assert (there["orders_made"], there["received"]) == (1, 100_000)
    truth.check(bench.role.tenant_id)


@pytest.mark.parametrize("code", CREATED_BY_A_CALL)
def test_the_resolver_learns_that_a_lost_order_was_paid(bench):
    payment = lost_create(bench)
    bench.ask_about_payment(payment)
    assert bench.status(payment) == "pending"  # it is there, and nobody has paid it
    bench.pay(payment, "paid", notice="none")
    bench.ask_about_payment(payment)
    is_paid_once(bench, payment)
    again = bench.post(key="k-1", order_id="ORD-1")
    assert (again.status, again.data["transaction_id"]) == (201, payment["transaction_id"])
    is_paid_once(bench, payment)


@pytest.mark.parametrize("code", CREATED_BY_A_CALL)
def test_the_same_key_finds_the_lost_order_and_makes_no_other(bench, code):
    payment = lost_create(bench)
    again = bench.post(key="k-1", order_id="ORD-1")
    if code in TELLS_THE_ORDER_AGAIN:
        assert (again.status, again.data["transaction_id"]) == (201, payment["transaction_id"])
        bench.visit(again.data)
    else:  # ZaloPay refuses the repeat (-68) and has no call that tells the page again
        assert (again.status, again.json["details"]["transaction_id"]) == (502, payment["transaction_id"])
    assert PaymentAttempt.objects.filter(transaction__public_id=payment["transaction_id"]).count() == 1
    bench.pay(payment, "paid")
    bench.acknowledged(payment)
    is_paid_once(bench, payment)


@pytest.mark.parametrize("code", CREATED_BY_A_CALL)
def test_an_order_that_never_arrived_is_made_by_the_same_key(bench):
    payment = lost_create(bench, "drop")
    assert bench.control_answer("GET", f"payments/{bench.reference(payment)}").status == 404
    bench.ask_about_payment(payment)
    assert bench.status(payment) == "pending"
    again = bench.post(key="k-1", order_id="ORD-1")
    assert (again.status, again.data["transaction_id"]) == (201, payment["transaction_id"])
    bench.visit(again.data)
    bench.pay(payment, "paid")
    bench.acknowledged(payment)
    is_paid_once(bench, payment)


@pytest.mark.parametrize("code", ["payos"])
def test_somebody_elses_order_under_our_code_is_left_alone(bench):
    number = sql("SELECT nextval(pg_get_serial_sequence('transactions_paymentattempt', 'id'))") + 1
    code = int(f"{clock.now().astimezone(VIETNAM):%y%m%d}{number % 1_000_000_000:09d}")
    order = {"orderCode": code, "amount": 20_000, "description": "Don khac", "cancelUrl": "https://b.example/c"}
    order["returnUrl"] = "https://b.example/r"
    signed = "&".join(f"{name}={order[name]}" for name in ("amount", "cancelUrl", "description", "orderCode", "returnUrl"))
    order["signature"] = hmac_of(signed, bench.credentials["checksum_key"])
    keys = {"x-client-id": bench.credentials["client_id"], "x-api-key": bench.credentials["api_key"]}
    made = call("POST", f"{bench.sandbox}/payos/v2/payment-requests", order, keys)
    assert made.json["code"] == "00", made.text
    payment = bench.create()
    attempts = PaymentAttempt.objects.filter(transaction__public_id=payment["transaction_id"]).order_by("id")
    assert [(one.provider_reference == str(code), one.status) for one in attempts] == [(True, "failed"), (False, "pending")]
    bench.pay(payment, "paid")
    bench.acknowledged(payment)
    is_paid_once(bench, payment)
    other = bench.control_answer("GET", f"payments/{code}").json
    assert (other["amount"], other["state"], other["orders_made"]) == (20_000, "open", 1)


@pytest.mark.parametrize("code", ["napas"])
@pytest.mark.parametrize("target", ["token", "create"])
def test_a_form_whose_making_was_lost_is_shown_when_the_payer_looks_again(bench, target):
    payment = bench.create(visit=False)
    bench.fault(target, "lost")
    assert call("GET", payment["payment_url"]).status == 502
    assert bench.status(payment) == "pending"
    bench.visit(payment)
    bench.pay(payment, "paid")
    bench.acknowledged(payment)
    is_paid_once(bench, payment)


@pytest.mark.parametrize("code", REFUNDED_BY_A_CALL)
def test_a_refund_whose_answer_was_lost_is_made_once(bench):
    payment = bench.create()
    bench.pay(payment, "paid")
    bench.acknowledged(payment)
    bench.fault("refund", "lost")
    reply = bench.refund_by_key(payment, 40_000, key="refund-1")
    assert (reply.status, reply.data["status"]) == (200, "processing")
    [refund] = Refund.objects.filter(transaction__public_id=payment["transaction_id"])
    assert (refund.status, bench.refunds_there(payment)) == ("unknown", [40_000])
    again = bench.refund_by_key(payment, 40_000, key="refund-1")
    assert (again.status, again.data["refund_id"]) == (200, refund.public_id)
    bench.end_refund(payment, "completed")
    bench.ask_about_refund(payment)
    refund.refresh_from_db()
    assert (refund.status, bench.refunds_there(payment)) == ("completed", [40_000])
    assert (bench.status(payment), bench.events(payment)["refund_completed"]) == ("partially_refunded", 1)
    more = bench.refund_by_key(payment, 60_000, key=f"refund-{secrets.token_hex(2)}")
    assert more.status == 200
    assert sorted(bench.refunds_there(payment)) == [40_000, 60_000]
    truth.check(bench.role.tenant_id)

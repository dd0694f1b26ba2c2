"""Refunds through HTTP with the provider in its own process, and the questions that follow up on them."""

import json
from datetime import timedelta

import pytest
from django.db import transaction

from audit.services import SYSTEM
from payments_site.kernel import clock
from tests.factories.live import call, sql
from transactions.models import PaymentAttempt, Refund, Transaction
from transactions.providers.base import Outcome, RefundReport
from transactions.services import idempotency, resolve
from transactions.services._allocations import Part, Plan
from transactions.services._refunds import apply_report, write_refund
from transactions.services._transition import lock_payment
from transactions.services.refund import NewRefund, request_refund

KEY = "X-Idempotency-Key"


@pytest.fixture
def paid(live, settings):
    """A shop and a payment of 100.000 ₫ that is paid; questions asked in this process reach the sandbox too."""
    settings.PROVIDER_URLS = {
        "VNPAY_PAYMENT_URL": "",
        "VNPAY_API_URL": f"{live.sandbox}/vnpay/merchant_webapi/api/transaction",
    }
    shop = live.shop()
    shop.control("settings", refund_delay=3600)
    payment = shop.create()
    shop.pay(payment)
    yield shop, payment
    shop.control("settings", refund_delay=2)


def refund(shop, payment, *, key=None, **body):
    headers = shop.role.headers | ({KEY: key} if key else {})
    path = f"{shop.role.base}/transactions/{payment['transaction_id']}/refund"
    return shop.live.web.call("POST", path, body, headers)


def finish(shop, refund_id, status="06"):
    """The provider ends the refund; then it is asked."""
    row = Refund.objects.get(public_id=refund_id)
    shop.control(f"refunds/{row.provider_reference}", status=status)
    return resolve.ask_about_refund(refund_id=row.pk, actor=SYSTEM, now=clock.now() + timedelta(minutes=1))


def test_a_part_is_refunded_then_the_rest(paid):
    shop, payment = paid
    first = refund(shop, payment, refund_amount=40_000, reason="Thiếu hàng", internal_refund_id="R-1").data
    assert (first["status"], first["remaining_amount"], first["internal_refund_id"]) == ("processing", 60_000, "R-1")
    assert finish(shop, first["refund_id"]).status == "completed"
    shown = shop.show(payment["transaction_id"])
    assert (shown["status"], shown["refunded_amount"], shown["net_amount"]) == ("partially_refunded", 40_000, 100_000)
    second = refund(shop, payment, refund_amount=60_000, internal_refund_id="R-2").data
    assert finish(shop, second["refund_id"]).status == "completed"
    shown = shop.show(payment["transaction_id"])
    assert (shown["status"], shown["refunded_amount"]) == ("refunded", 100_000)
    types = [event["event_type"] for event in shown["events"]]
    assert types[3:] == ["refund_initiated", "refund_completed", "refund_initiated", "refund_completed"]
    listed = shop.live.web.call(
        "GET", f"{shop.role.base}/transactions/{payment['transaction_id']}/refunds", headers=shop.role.headers
    )
    assert [line["refund_id"] for line in listed.data] == [first["refund_id"], second["refund_id"]]
    assert refund(shop, payment, refund_amount=1, internal_refund_id="R-3").json["error_code"] == "INSUFFICIENT_BALANCE"


def test_one_internal_refund_id_is_one_refund(paid):
    shop, payment = paid
    first = refund(shop, payment, refund_amount=10_000, internal_refund_id="R-1")
    again = refund(shop, payment, refund_amount=10_000, internal_refund_id="R-1")
    assert again.data["refund_id"] == first.data["refund_id"]
    other = refund(shop, payment, refund_amount=20_000, internal_refund_id="R-1")
    assert (other.status, other.json["error_code"]) == (422, "IDEMPOTENCY_KEY_REUSED")
    assert sql("SELECT count(*) FROM transactions_refund r JOIN transactions_transaction t ON t.id = r.transaction_id"
               " WHERE t.public_id = %s", payment["transaction_id"]) == 1  # fmt: skip


def test_one_key_is_one_refund_and_its_answer_is_repeated(paid):
    shop, payment = paid
    first = refund(shop, payment, refund_amount=10_000, key="key-1")
    again = refund(shop, payment, refund_amount=10_000, key="key-1")
    assert (first.headers["x-idempotency-cache"], again.headers["x-idempotency-cache"]) == ("MISS", "HIT")
    assert again.data == first.data
    other = refund(shop, payment, refund_amount=20_000, key="key-1")
    assert (other.status, other.json["error_code"]) == (422, "IDEMPOTENCY_KEY_REUSED")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"refund_amount": 10_000}, 400, "VALIDATION_ERROR"),
        ({"refund_amount": 0, "internal_refund_id": "R"}, 400, "VALIDATION_ERROR"),
        ({"refund_amount": "10000", "internal_refund_id": "R"}, 400, "VALIDATION_ERROR"),
        ({"refund_amount": 10.5, "internal_refund_id": "R"}, 400, "VALIDATION_ERROR"),
        ({"internal_refund_id": "R"}, 400, "VALIDATION_ERROR"),
        ({"refund_amount": 100_001, "internal_refund_id": "R"}, 422, "INSUFFICIENT_BALANCE"),
        ({"refund_amount": 1000, "internal_refund_id": "R", "notification_url": "http://10.0.0.1/x"}, 400, "VALIDATION_ERROR"),
        ({"refund_amount": 1000, "internal_refund_id": "R", "reason": "x" * 256}, 400, "VALIDATION_ERROR"),
    ],
)
def test_a_wrong_refund_is_refused_and_nothing_is_sent(paid, body, status, code):
    shop, payment = paid
    answer = refund(shop, payment, **body)
    assert (answer.status, answer.json["error_code"]) == (status, code)
    assert not Refund.objects.filter(transaction__public_id=payment["transaction_id"]).exists()


def test_an_unpaid_payment_can_not_be_refunded(paid):
    shop, _ = paid
    answer = refund(shop, shop.create(), refund_amount=1000, internal_refund_id="R")
    assert (answer.status, answer.json["error_code"]) == (422, "TRANSACTION_CANNOT_BE_REFUNDED")


def test_a_refusal_of_the_provider_is_an_answer_with_its_reason(paid):
    shop, payment = paid
    shop.control("faults", target="refund", mode="code", code="95")
    answer = refund(shop, payment, refund_amount=10_000, internal_refund_id="R-1")
    assert (answer.status, answer.data["status"], answer.data["remaining_amount"]) == (200, "failed", 100_000)
    assert answer.data["failure_reason"]
    assert shop.show(payment["transaction_id"])["status"] == "completed"


def test_a_lost_answer_leaves_the_refund_processing_and_it_is_asked_for_never_sent_anew(paid):
    shop, payment = paid
    shop.control("faults", target="refund", mode="lost")
    answer = refund(shop, payment, refund_amount=10_000, internal_refund_id="R-1")
    assert (answer.status, answer.data["status"], answer.data["remaining_amount"]) == (200, "processing", 90_000)
    assert Refund.objects.get(public_id=answer.data["refund_id"]).status == "unknown"
    assert finish(shop, answer.data["refund_id"]).status == "completed"
    reference = shop.show(payment["transaction_id"])["provider_order_id"]
    at_provider = call("GET", f"{shop.live.sandbox}/_control/vnpay/payments/{reference}?tmn_code={shop.role.tmn_code}").json
    assert len(at_provider["refunds"]) == 1
    assert shop.show(payment["transaction_id"])["refunded_amount"] == 10_000


def test_a_refund_that_the_provider_ends_badly_gives_the_money_back_to_the_balance(paid):
    shop, payment = paid
    made = refund(shop, payment, refund_amount=10_000, internal_refund_id="R-1").data
    assert finish(shop, made["refund_id"], "09").status == "failed"
    shown = shop.show(payment["transaction_id"])
    assert (shown["status"], shown["refunds"][0]["status"], shown["refunds"][0]["remaining_amount"]) == (
        "completed", "failed", 100_000,
    )  # fmt: skip


def test_refund_events_go_to_the_notification_url_too(live, paid):
    shop, payment = paid
    url = live.receiver.url("/refunds/journey")
    refund(shop, payment, refund_amount=10_000, internal_refund_id="R-1", notification_url=url)
    live.drain()
    [seen] = live.receiver.at("/refunds/journey")
    body = json.loads(seen.body)
    assert body["event_type"] == "refund.processing"
    assert body["data"]["refund"]["internal_refund_id"] == "R-1"


def test_a_payment_whose_notice_never_came_is_asked_for(paid):
    shop, _ = paid
    payment = shop.create()
    shop.pay(payment, ipn="none")
    assert shop.show(payment["transaction_id"])["status"] == "pending"
    attempt = PaymentAttempt.objects.get(transaction__public_id=payment["transaction_id"])
    assert attempt.next_query_at is not None
    assert resolve.ask_about_attempt(attempt_id=attempt.pk, actor=SYSTEM, now=clock.now()) == "applied"
    shown = shop.show(payment["transaction_id"])
    assert shown["status"] == "completed"
    receipt = Transaction.objects.get(public_id=payment["transaction_id"]).receipts.get()
    assert receipt.source == "query"
    attempt.refresh_from_db()
    assert attempt.next_query_at is None


def test_a_silent_provider_fails_nothing_and_is_asked_again_later(paid, settings):
    shop, _ = paid
    payment = shop.create()
    shop.pay(payment, ipn="none")
    attempt = PaymentAttempt.objects.get(transaction__public_id=payment["transaction_id"])
    shop.control("faults", target="querydr", mode="garbage", times=settings.PROVIDER_RETRY_ATTEMPTS)
    assert resolve.ask_about_attempt(attempt_id=attempt.pk, actor=SYSTEM, now=clock.now()) is None
    attempt.refresh_from_db()
    assert (attempt.status, attempt.query_count) == ("pending", 1)
    assert attempt.next_query_at > attempt.created_at
    assert shop.show(payment["transaction_id"])["status"] == "pending"


def test_only_due_attempts_are_asked_about(paid):
    shop, _ = paid
    payment = shop.create()
    shop.pay(payment, ipn="none")
    resolve.resolve_due(now=clock.now())
    assert shop.show(payment["transaction_id"])["status"] == "pending"
    while resolve.resolve_due(now=clock.now() + timedelta(seconds=61)):
        pass
    assert shop.show(payment["transaction_id"])["status"] == "completed"


def test_a_refund_after_the_payer_was_erased_is_answered_and_repeated(paid):
    shop, payment = paid
    row = Transaction.objects.select_related("data_key").get(public_id=payment["transaction_id"])
    type(row.data_key).objects.filter(pk=row.data_key_id).update(wrapped=None, destroyed_at=clock.now())
    first = refund(shop, payment, refund_amount=10_000, key="key-1")
    again = refund(shop, payment, refund_amount=10_000, key="key-1")
    assert (first.status, first.data["status"], again.headers["x-idempotency-cache"]) == (200, "processing", "HIT")
    assert again.data == first.data


def test_a_refund_that_never_left_this_machine_is_sent_when_the_provider_can_be_reached(paid, settings):
    shop, payment = paid
    reachable = dict(settings.PROVIDER_URLS)
    row = Transaction.objects.get(public_id=payment["transaction_id"])
    key = idempotency.make_key(offered="k", endpoint="x", tenant_id=row.tenant_id, body={})
    settings.PROVIDER_URLS = {**reachable, "VNPAY_API_URL": "http://127.0.0.1:1/"}
    new = NewRefund(amount=10_000, internal_refund_id="R-1")
    made = request_refund(payment_id=row.pk, new=new, key=key, actor=SYSTEM, now=clock.now())
    assert (made["status"], Refund.objects.get(public_id=made["refund_id"]).status) == ("processing", "requested")
    refund_row = Refund.objects.get(public_id=made["refund_id"])
    weeks_later = clock.now() + timedelta(days=20)
    tried = resolve.ask_about_refund(refund_id=refund_row.pk, actor=SYSTEM, now=weeks_later)
    assert (tried.status, tried.next_query_at) == ("requested", weeks_later + timedelta(days=1))
    settings.PROVIDER_URLS = reachable
    resolve.ask_about_refund(refund_id=refund_row.pk, actor=SYSTEM, now=clock.now())
    at_provider = call(
        "GET", f"{shop.live.sandbox}/_control/vnpay/payments/{row.provider_order_id}?tmn_code={shop.role.tmn_code}"
    ).json
    assert len(at_provider["refunds"]) == 1
    assert finish(shop, made["refund_id"]).status == "completed"


def test_a_second_payment_is_given_back_after_the_first_was(paid):
    shop, payment = paid
    first = refund(shop, payment, refund_amount=100_000, internal_refund_id="R-1").data
    assert finish(shop, first["refund_id"]).status == "completed"
    assert shop.show(payment["transaction_id"])["status"] == "refunded"
    paid_again = shop.notify(shop.fields(payment, TransactionNo="778899"))
    assert paid_again.json["RspCode"] == "00"
    row = Transaction.objects.get(public_id=payment["transaction_id"])
    assert (row.received_amount, row.status, row.issues.get().issue_type) == (200_000, "refunded", "double_payment")
    # The sandbox knows nothing of that second payment, so its refund is written here and ended by the provider's word.
    now = clock.now()
    with transaction.atomic():
        receipt = row.receipts.get(provider_transaction_no="778899")
        second = write_refund(
            lock_payment(row.pk), Plan((Part(receipt, 100_000),), manual=False), reason="", actor=SYSTEM, now=now, due=now
        )
        Refund.objects.filter(pk=second.pk).update(status="processing")
    done = apply_report(refund_id=second.pk, report=RefundReport(Outcome.PAID, refund_no="998877"), actor=SYSTEM, now=now)
    row.refresh_from_db()
    assert (done.status, row.status, row.refunded_amount) == ("completed", "refunded", 200_000)

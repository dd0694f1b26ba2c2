"""The same request twice is one payment; the same key with another body is refused."""

from datetime import timedelta

import pytest

from payments_site.kernel import clock
from tests.payloads.vnpay_sign import ipn_fields, sign
from transactions.models import DataKey, IdempotencyRecord, PaymentAttempt, Transaction
from transactions.services import idempotency
from transactions.services.expire import expire_due


@pytest.fixture
def told(api, acme):
    """VNPay tells the outcome of a payment."""

    def tell(data, **changes):
        reference = PaymentAttempt.objects.get(transaction__public_id=data["transaction_id"]).provider_reference
        fields = ipn_fields(tmn_code=acme.tmn_code, reference=reference, amount=data["amount"], **changes)
        return api.get(f"/api/v1/webhooks/vnpay/{acme.account_id}?{sign(fields, acme.hash_secret)}").json()["RspCode"]

    return tell


def failed(told, data):
    assert told(data, vnp_ResponseCode="51", vnp_TransactionStatus="02", number="0") == "00"


def code(answer):
    return (answer.status_code, answer.json().get("error_code"))


def test_a_repeat_of_a_key_gets_the_same_answer_with_its_own_request_id(post):
    first, second = (post(key="k-1", order_id="ORD-1") for _ in range(2))
    assert (first.status_code, first["X-Idempotency-Cache"]) == (201, "MISS")
    assert (second.status_code, second["X-Idempotency-Cache"]) == (201, "HIT")
    assert first.json()["data"] == second.json()["data"]
    assert first.json()["request_id"] != second.json()["request_id"]
    assert Transaction.objects.count() == PaymentAttempt.objects.count() == 1


def test_the_repeat_keeps_the_first_answer_even_when_the_payment_has_moved_on(post, told):
    first = post(key="k-1", order_id="ORD-1")
    told(first.json()["data"])
    second = post(key="k-1", order_id="ORD-1")
    assert second.json()["data"] == first.json()["data"]


def test_the_order_of_fields_does_not_matter_but_every_value_does(post, api, acme):
    post(key="k-1", order_id="ORD-1")
    body = {
        "return_url": "https://shop.example/done", "provider_code": "vnpay", "description": "Thanh toán đơn hàng #1",
        "currency": "VND", "order_id": "ORD-1", "amount": 100_000,
    }  # fmt: skip
    headers = {**acme.headers, "X-Idempotency-Key": "k-1"}
    assert api.post(f"{acme.base}/transactions", body, format="json", headers=headers)["X-Idempotency-Cache"] == "HIT"
    body["amount"] = 100_001
    assert code(api.post(f"{acme.base}/transactions", body, format="json", headers=headers)) == (422, "IDEMPOTENCY_KEY_REUSED")


def test_the_key_is_judged_before_the_body(post):
    post(key="k-1", order_id="ORD-1")
    assert code(post(key="k-1", amount="nonsense")) == (422, "IDEMPOTENCY_KEY_REUSED")


def test_validation_is_judged_before_the_order(post):
    post(order_id="ORD-1")
    assert code(post(order_id="ORD-1", amount=5)) == (400, "INVALID_AMOUNT")
    assert code(post(order_id="ORD-1", locale="fr")) == (400, "VALIDATION_ERROR")
    assert code(post(order_id="ORD-1", provider_code="momo")) == (422, "PROVIDER_NOT_CONFIGURED")


@pytest.mark.parametrize("key", ["", " ", "a b", "khóa", "a\x7f", "k" * 256])
def test_a_key_that_is_not_visible_ascii_is_refused(post, key):
    answer = post(headers={"X-Idempotency-Key": key})
    assert code(answer) == (400, "VALIDATION_ERROR")
    assert answer.json()["details"]["field"] == "X-Idempotency-Key"


@pytest.mark.parametrize("key", ["!", "~", "k" * 255, "auto x".replace(" ", "")])
def test_any_visible_ascii_of_1_to_255_characters_is_a_key(post, key):
    assert [post(key=key, order_id="ORD-1")["X-Idempotency-Cache"] for _ in range(2)] == ["MISS", "HIT"]


def test_the_short_name_of_the_header_works_too(post):
    answers = [post(headers={"Idempotency-Key": "k-9"}, order_id="ORD-1") for _ in range(2)]
    assert [answer["X-Idempotency-Cache"] for answer in answers] == ["MISS", "HIT"]


def test_the_same_key_of_another_tenant_is_another_key(post, api, world):
    mine = post(key="k-1", order_id="ORD-1").json()["data"]
    headers = {**world.partner.headers, "X-Idempotency-Key": "k-1"}
    body = {"order_id": "ORD-1", "amount": 100_000, "currency": "VND", "description": "d", "return_url": "https://a.example/"}
    other = api.post(f"{world.partner.base}/transactions", body, format="json", headers=headers)
    assert other["X-Idempotency-Cache"] == "MISS"
    assert other.json()["data"]["transaction_id"] != mine["transaction_id"]


def test_without_a_key_the_same_body_is_the_same_payment_while_it_is_open_or_paid(post, told):
    first = post(order_id="ORD-1")
    assert post(order_id="ORD-1")["X-Idempotency-Cache"] == "HIT"
    assert told(first.json()["data"]) == "00"
    again = post(order_id="ORD-1")
    assert (again["X-Idempotency-Cache"], again.json()["data"]) == ("HIT", first.json()["data"])
    assert Transaction.objects.count() == 1


def test_without_a_key_the_same_body_makes_a_new_payment_after_a_failure(post, told):
    first = post(order_id="ORD-1").json()["data"]
    failed(told, first)
    second = post(order_id="ORD-1")
    assert (second.status_code, second["X-Idempotency-Cache"]) == (201, "MISS")
    assert second.json()["data"]["transaction_id"] != first["transaction_id"]
    assert post(order_id="ORD-1").json()["data"] == second.json()["data"]


def test_without_a_key_the_same_body_makes_a_new_payment_after_expiry(post):
    first = post(order_id="ORD-1", expires_in_minutes=1).json()["data"]
    expire_due(now=clock.now() + timedelta(minutes=2))
    second = post(order_id="ORD-1", expires_in_minutes=1)
    assert second["X-Idempotency-Cache"] == "MISS"
    assert second.json()["data"]["transaction_id"] != first["transaction_id"]


def test_an_explicit_key_goes_on_answering_after_a_failure(post, told):
    first = post(key="k-1", order_id="ORD-1")
    failed(told, first.json()["data"])
    again = post(key="k-1", order_id="ORD-1")
    assert (again["X-Idempotency-Cache"], again.json()["data"]) == ("HIT", first.json()["data"])


@pytest.mark.parametrize("paid", [False, True])
def test_an_open_or_paid_order_is_a_duplicate_for_another_body_or_key(post, told, paid):
    first = post(key="k-1", order_id="ORD-1")
    if paid:
        assert told(first.json()["data"]) == "00"
    for repeat in (post(key="k-2", order_id="ORD-1"), post(order_id="ORD-1", amount=200_000), post(order_id="ORD-1")):
        assert code(repeat) == (400, "DUPLICATE_ORDER_ID")
        assert repeat.json()["details"]["field"] == "order_id"
    assert Transaction.objects.count() == 1


def test_a_failed_order_may_be_created_again_under_another_key(post, told):
    failed(told, post(key="k-1", order_id="ORD-1").json()["data"])
    assert post(key="k-2", order_id="ORD-1").status_code == 201
    assert Transaction.objects.count() == 2


def test_the_same_order_of_another_tenant_is_no_duplicate(post, api, world):
    post(order_id="ORD-1")
    body = {"order_id": "ORD-1", "amount": 100_000, "currency": "VND", "description": "d", "return_url": "https://a.example/"}
    answer = api.post(f"{world.partner.base}/transactions", body, format="json", headers=world.partner.headers)
    assert answer.status_code == 201


def test_an_error_releases_the_key(post):
    assert code(post(key="k-1", order_id="ORD-1", amount=5)) == (400, "INVALID_AMOUNT")
    assert code(post(key="k-1", order_id="ORD-1", provider_code="momo")) == (422, "PROVIDER_NOT_CONFIGURED")
    post(order_id="ORD-2")
    assert code(post(key="k-1", order_id="ORD-2", amount=200_000)) == (400, "DUPLICATE_ORDER_ID")
    good = post(key="k-1", order_id="ORD-1")
    assert (good.status_code, good["X-Idempotency-Cache"]) == (201, "MISS")


def test_a_key_is_forgotten_after_24_hours(post, told):
    failed(told, post(key="k-1", order_id="ORD-1").json()["data"])
    late = clock.now() + timedelta(hours=24, seconds=1)
    IdempotencyRecord.objects.update(expires_at=clock.now())
    second = post(key="k-1", order_id="ORD-1", amount=200_000)
    assert (second.status_code, second["X-Idempotency-Cache"]) == (201, "MISS")
    assert idempotency.delete_expired(now=late) == 1
    assert IdempotencyRecord.objects.count() == 0


def test_a_running_twin_is_409_with_a_time_to_come_back(post):
    first = post(key="k-1", order_id="ORD-1")
    IdempotencyRecord.objects.update(state="running", response_sealed=None)
    twin = post(key="k-1", order_id="ORD-1")
    assert code(twin) == (409, "IDEMPOTENCY_IN_PROGRESS")
    assert int(twin["Retry-After"]) >= 1
    IdempotencyRecord.objects.update(locked_until=clock.now())
    resumed = post(key="k-1", order_id="ORD-1")
    assert (resumed.status_code, resumed.json()["data"]["transaction_id"]) == (201, first.json()["data"]["transaction_id"])


def test_a_key_goes_on_answering_after_the_payer_was_erased(post):
    first = post(key="k-1", order_id="ORD-1", customer_info={"name": "Lê Lợi"})
    DataKey.objects.update(wrapped=None, destroyed_at=clock.now())
    again = post(key="k-1", order_id="ORD-1", customer_info={"name": "Lê Lợi"})
    assert (again.status_code, again["X-Idempotency-Cache"], again.json()["data"]) == (201, "HIT", first.json()["data"])

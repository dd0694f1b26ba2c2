"""Routes that the key alone opens: the PayOS document's and the payers' notices."""

import pytest

from tests.factories.live import wait_until
from tests.factories.world import make_world
from tests.payloads.vnpay_sign import ipn_fields, sign
from transactions.models import Transaction

BODY = {
    "order_id": "ORD-1",
    "amount": 100000,
    "currency": "VND",
    "description": "Hàng",
    "provider_code": "vnpay",
    "return_url": "https://shop.example/done",
}


def create(api, role):
    return api.post(f"{role.base}/transactions", BODY, format="json", headers=role.headers).json()["data"]["transaction_id"]


def pay(api, role, transaction_id):
    payment = Transaction.objects.get(public_id=transaction_id)
    fields = ipn_fields(tmn_code=role.tmn_code, reference=payment.provider_order_id, amount=100000)
    assert api.get(f"/api/v1/webhooks/vnpay/{role.account_id}?{sign(fields, role.hash_secret)}").json()["RspCode"] == "00"


@pytest.mark.parametrize("prefix", ["", "/api", "/api/v1"])
def test_process_payment_goes_through_the_payos_account(api, acme, prefix):
    body = {"booking_id": 123, "amount": 500000, "description": "Booking #123"}
    answer = api.post(f"{prefix}/payment/process_payment", body, format="json", headers=acme.headers)
    assert (answer.status_code, answer.json()["error_code"]) == (422, "PROVIDER_NOT_CONFIGURED")
    assert answer["RateLimit-Limit"]
    assert api.post(f"{prefix}/payment/process_payment", body, format="json").status_code == 401


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"booking_id": None}, "booking_id"),
        ({"booking_id": True}, "booking_id"),
        ({"amount": "5"}, "amount"),
        ({"booking_id": "a b"}, "order_id"),
    ],
)
def test_a_wrong_process_payment_is_named(api, acme, change, field):
    body = {"booking_id": 123, "amount": 500000, "description": "Booking #123", **change}
    answer = api.post("/payment/process_payment", body, format="json", headers=acme.headers)
    assert (answer.status_code, answer.json()["details"]["field"]) == (400, field)


def test_the_state_of_a_payment_by_its_id(api, world):
    transaction_id = create(api, world.acme)
    for path in (f"/payment/status/{transaction_id}", f"/api/v1/payment/refresh-status/{transaction_id}"):
        assert api.get(path, headers=world.acme.headers).json()["status"] == "pending"
        assert api.get(path, headers=world.stranger.headers).json()["error_code"] == "TRANSACTION_NOT_FOUND"
    pay(api, world.acme, transaction_id)
    shown = api.get(f"/payment/status/{transaction_id}", headers=world.acme.headers).json()
    assert (shown["status"], shown["payment_status"], shown["data"]["payment"]["status"]) == ("success", "completed", "completed")


def test_payers_notices_come_in_plain_words_since_the_last_one(api, committed_db):
    world = make_world()
    pay(api, world.acme, create(api, world.acme))
    path = "/api/notifications/check"

    def check(role=world.acme, **params):
        return api.get(path, params, headers=role.headers).json()

    wait_until(lambda: check()["has_new"], 90)
    [notice] = check()["notifications"]
    assert notice["message"] == "Đã nhận 100.000 ₫ cho đơn hàng ORD-1."
    assert notice["notification_id"].startswith("ntf_")
    after = check(after=notice["notification_id"])
    assert (after["has_new"], after["notifications"]) == (False, [])
    assert check(role=world.stranger)["notifications"] == []
    assert check(role=world.stranger, after=notice["notification_id"])["error_code"] == "NOT_FOUND"
    english = api.get("/api/v1/notifications/check", headers={**world.acme.headers, "Accept-Language": "en"}).json()
    assert english["data"]["notifications"][0]["message"] == "100.000 ₫ received for order ORD-1."

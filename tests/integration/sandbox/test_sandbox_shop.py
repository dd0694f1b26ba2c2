"""The demo shop as a running process."""

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sandbox_merchant import call
from sandbox_process import Process
from standardwebhooks import Webhook

SECRET = "whsec_" + base64.b64encode(b"s" * 32).decode()
# Port 9 (discard) is closed: the payment service is away.
SETTINGS = {
    "SHOP_PORT": "0",
    "SHOP_API_BASE": "http://127.0.0.1:9/api/v1",
    "SHOP_PROJECT": "SM",
    "SHOP_APP": "shop-01",
    "SHOP_API_KEY": "pk_test",
    "SHOP_CALLBACK_SECRET": SECRET,
}


@pytest.fixture(scope="module")
def shop() -> Iterator[Process]:
    process = Process("sandbox.shop", **SETTINGS)
    yield process
    assert process.stop() == 0


def test_it_sells_in_vietnamese_and_english(shop: Process) -> None:
    assert "Mua món này với giá 100.000 ₫" in call("GET", shop.base).text
    assert "Buy this for 100.000 ₫" in call("GET", shop.base, headers={"Cookie": "lang=en"}).text
    switched = call("GET", f"{shop.base}/lang?to=en", headers={"Referer": f"{shop.base}/done?transaction_id=txn_1"})
    assert switched.location == "/done?transaction_id=txn_1"
    assert call("GET", f"{shop.base}/lang", headers={"Referer": f"{shop.base}//evil.example"}).location == "/"


def test_a_service_that_is_away_is_said_plainly_and_can_be_tried_again(shop: Process) -> None:
    answer = call("POST", f"{shop.base}/buy", "order_id=SHOP-1")
    assert answer.status == 502
    assert "không bị tính tiền hai lần" in answer.text
    assert 'name="order_id" value="SHOP-1"' in answer.text
    assert "pk_test" not in answer.text


def test_it_accepts_only_signed_callbacks(shop: Process) -> None:
    body = json.dumps({"event_type": "transaction.completed", "sequence": 1, "data": {"transaction_id": "txn_1"}})
    now = datetime.now(UTC)
    headers = {"webhook-id": "evt_1", "webhook-timestamp": str(int(now.timestamp()))}
    signed = headers | {"webhook-signature": Webhook(SECRET).sign("evt_1", now, body)}
    for _ in range(2):
        assert call("POST", f"{shop.base}/hook", body, signed).json == {"received": "evt_1"}
    assert call("POST", f"{shop.base}/hook", body, headers).status == 401
    assert call("POST", f"{shop.base}/hook", body + " ", signed).status == 401


def test_it_names_the_settings_it_misses() -> None:
    code, errors = Process("sandbox.shop", **(SETTINGS | {"SHOP_API_KEY": ""})).finished()
    assert code != 0
    assert "SHOP_API_KEY" in errors
    assert SECRET not in errors

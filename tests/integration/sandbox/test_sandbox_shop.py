"""The demo shop as a running process, before a payment service played by the test."""

import base64
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sandbox_merchant import Answer, call
from sandbox_payer import seen
from sandbox_process import Process, Receiver
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
TITLES = {
    "pending": ("Đang chờ xác nhận thanh toán", "Waiting for the payment"),
    "completed": ("Đã thanh toán. Cảm ơn bạn!", "Paid. Thank you!"),
    "failed": ("Thanh toán không thành công", "The payment failed"),
    "cancelled": ("Bạn đã hủy thanh toán", "You cancelled the payment"),
    "expired": ("Đã hết hạn thanh toán", "The time to pay is over"),
    "under_review": ("Thanh toán đang được kiểm tra", "The payment is being checked"),
    "refunded": ("Đã hoàn tiền", "Refunded"),
    "partially_refunded": ("Đã hoàn tiền", "Refunded"),
}
ENGLISH_WORDS = re.compile(r"\b(pay|paid|buy|shop|order|amount|status|cancel|back|source|demo|the|and|of|deliveries)\b", re.I)
VIETNAMESE = re.compile(r"[ăđơưĂĐƠƯạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]")


class Service(Receiver):
    """The payment service: answers every call with the transaction that stands in `transaction`."""

    transaction: dict[str, Any]

    def next_answer(self) -> str:
        return json.dumps({"success": True, "data": self.transaction})

    def stands(self, status: str, **more: Any) -> None:
        self.transaction = {
            "transaction_id": "txn_1",
            "order_id": "DH-1",
            "amount": 100_000,
            "status": status,
            "late": False,
            "failure_reason": None,
            "payment_url": "http://pay.example/",
        } | more


@pytest.fixture(scope="module")
def shop() -> Iterator[Process]:
    process = Process("sandbox.shop", **SETTINGS)
    yield process
    assert process.stop() == 0


@pytest.fixture
def service() -> Iterator[Service]:
    service = Service()
    service.stands("pending")
    yield service
    service.stop()


@pytest.fixture
def open_shop(service: Service) -> Iterator[Process]:
    """A shop whose payment service answers."""
    process = Process("sandbox.shop", **(SETTINGS | {"SHOP_API_BASE": service.url.partition("/ipn")[0] + "/api/v1"}))
    yield process
    assert process.stop() == 0


def look(shop: Process, path: str, lang: str = "vi") -> Answer:
    return call("GET", shop.base + path, headers={"Cookie": f"lang={lang}"})


def call_back(shop: Process, event_id: str = "evt_1", sequence: int = 1, status: str = "completed") -> Answer:
    """A callback as the service signs it."""
    data = {"transaction_id": "txn_1", "metadata": {"ghi chú": "<nón lá>"}}
    body = json.dumps({"event_type": f"transaction.{status}", "sequence": sequence, "data": data}, ensure_ascii=False)
    now = datetime.now(UTC)
    headers = {
        "webhook-id": event_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(SECRET).sign(event_id, now, body),
    }
    return call("POST", f"{shop.base}/hook", body, headers)


def test_it_sells_in_vietnamese_and_english(shop: Process) -> None:
    vietnamese, english = look(shop, "/").text, look(shop, "/", "en").text
    assert "Nón lá Huế" in vietnamese
    assert "Leaf hat from Hue" in english
    assert "100.000 ₫" in vietnamese
    assert "100.000 ₫" in english
    switched = call("GET", f"{shop.base}/lang?to=en", headers={"Referer": f"{shop.base}/done?transaction_id=txn_1"})
    assert switched.location == "/done?transaction_id=txn_1"
    assert call("GET", f"{shop.base}/lang", headers={"Referer": f"{shop.base}//evil.example"}).location == "/"


def test_an_order_is_made_from_the_shops_own_price_and_pays_where_the_buyer_chose(open_shop: Process, service: Service) -> None:
    form = "order_id=SHOP-1&goods=coffee&amount=1&minutes=1"
    assert call("POST", f"{open_shop.base}/buy", f"{form}&way=vnpay").location == "http://pay.example/"
    assert call("POST", f"{open_shop.base}/buy", f"{form}&way=choose").location == "http://pay.example/"
    direct, hosted = (json.loads(body) for _, _, body in service.requests)
    assert (direct["amount"], direct["expires_in_minutes"], direct["provider_code"]) == (250_000, 1, "vnpay")
    assert "provider_code" not in hosted
    for name, path in (("return_url", "/done"), ("cancel_url", "/cancelled"), ("callback_url", "/hook")):
        assert direct[name] == open_shop.base + path


@pytest.mark.parametrize("status", TITLES)
@pytest.mark.parametrize(("lang", "which"), [("vi", 0), ("en", 1)])
def test_every_state_has_its_page(open_shop: Process, service: Service, status: str, lang: str, which: int) -> None:
    service.stands(status)
    page = look(open_shop, "/done?transaction_id=txn_1", lang).text
    assert TITLES[status][which] in page
    assert f'data-status="{status}"' in page
    assert (ENGLISH_WORDS, VIETNAMESE)[which].findall(seen(page, lang)) == []


def test_money_that_came_late_is_said_to_be_late(open_shop: Process, service: Service) -> None:
    service.stands("completed", late=True)
    assert "Đã thanh toán, dù hơi muộn" in look(open_shop, "/done?transaction_id=txn_1").text


def test_coming_back_to_the_cancel_address_proves_nothing(open_shop: Process, service: Service) -> None:
    service.stands("failed", failure_reason="Khách hàng hủy giao dịch")
    assert "Bạn đã hủy thanh toán" in look(open_shop, "/cancelled?transaction_id=txn_1").text
    assert "Bạn đã hủy thanh toán" not in look(open_shop, "/done?transaction_id=txn_1").text
    service.stands("completed")
    assert "Cảm ơn bạn" in look(open_shop, "/cancelled?transaction_id=txn_1").text


def test_a_callback_is_shown_with_its_signatures_and_its_body(open_shop: Process) -> None:
    assert 'id="no-callback"' in look(open_shop, "/done?transaction_id=txn_1").text
    call_back(open_shop, "evt_2", 2)
    call_back(open_shop, "evt_1", 1, "under_review")
    call_back(open_shop, "evt_1", 1, "under_review")
    page = look(open_shop, "/status?transaction_id=txn_1").text
    assert re.findall(r"<h3>(.*?)</h3>", page) == ["transaction.under_review", "transaction.completed"]
    assert 'class="good">✓<' in page
    assert 'class="bad">✗<' in page  # this test does not send X-Callback-Signature
    assert "&quot;ghi chú&quot;: &quot;&lt;nón lá&gt;&quot;" in page
    assert "<dd>2</dd>" in page


def test_open_pages_do_not_use_up_the_rate_limit_but_a_callback_is_followed_at_once(open_shop: Process, service: Service) -> None:
    for _ in range(20):
        assert look(open_shop, "/status?transaction_id=txn_1").status == 200
    assert len(service.requests) == 1
    service.stands("completed")
    call_back(open_shop)
    assert "Cảm ơn bạn" in look(open_shop, "/status?transaction_id=txn_1").text
    assert len(service.requests) == 2


def test_the_source_is_shown_whole_and_escaped_in_both_languages(shop: Process) -> None:
    for lang, foreign in (("vi", ENGLISH_WORDS), ("en", VIETNAMESE)):
        page = look(shop, "/source", lang).text
        assert "def verify_callback(" in page
        assert "class PaymentClient" in page
        assert foreign.findall(seen(page, lang)) == []


def test_a_service_that_is_away_is_said_plainly_and_can_be_tried_again(shop: Process) -> None:
    answer = call("POST", f"{shop.base}/buy", "order_id=SHOP-1&goods=coffee")
    assert answer.status == 502
    assert "không bị tính tiền hai lần" in answer.text
    assert 'name="order_id" value="SHOP-1"' in answer.text
    assert 'name="goods" value="coffee"' in answer.text
    assert "pk_test" not in answer.text
    assert look(shop, "/status?transaction_id=txn_1").status == 204


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

"""What only a real server can show: bodies without a length, odd paths, a connection that stays open."""

import http.client
from urllib.parse import urlsplit

import pytest

from tests.factories.live import ORDER, call, sql


@pytest.fixture
def link(shop):
    """A connection to the web, and what it asks a create with."""
    parts = urlsplit(shop.live.web.base)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=20)
    yield connection
    connection.close()


def test_a_chunked_body_without_a_length_is_411(shop, link):
    link.request("POST", f"{shop.role.base}/transactions", iter([b'{"a":', b"1}"]), shop.role.headers, encode_chunked=True)
    answer = link.getresponse()
    body = answer.read().decode()
    assert answer.status == 411, body
    assert '"error_code":"LENGTH_REQUIRED"' in body
    assert answer.headers["RateLimit-Limit"]


def test_a_chunked_notice_is_answered_in_the_providers_words(shop, link):
    link.request("POST", shop.notify_path, iter([b"vnp_Amount=1"]), encode_chunked=True)
    answer = link.getresponse()
    assert (answer.status, answer.read()[:13]) == (200, b'{"RspCode":"9')


def test_many_requests_go_through_one_connection(shop, link):
    for _ in range(5):
        link.request("GET", f"{shop.role.base}/status", headers=shop.role.headers)
        answer = link.getresponse()
        assert (answer.status, answer.read()[:15]) == (200, b'{"success":true')


def test_no_answer_of_a_create_tells_how_the_service_is_built(shop):
    answers = [shop.post(), shop.post(amount="x"), shop.live.web.call("GET", "/api/v1/%00/%2e%2e/transactions")]
    for answer in answers:
        assert "Traceback" not in answer.text
        assert "django" not in str(answer.headers).lower()


def test_no_log_of_the_web_holds_a_payer_a_key_or_a_signature(shop):
    payer = {"name": "Đỗ Thị Thu Thảo", "email": "thu.thao.81@example.vn", "phone": "0912000333", "address": "9 Hàng Bài"}
    payment = shop.create(customer_info=payer)
    shop.post(customer_info={**payer, "email": payer["email"] + "@"})
    shop.post(customer_info=payer, web=shop.live.web, amount=-1)
    told = shop.pay(payment)
    call("GET", told["return_url"])
    shop.notify(shop.fields(payment), secret="forged")
    log = shop.live.web.log.read_text()
    role = shop.role
    for secret in (*payer.values(), role.api_key, role.hash_secret, role.callback_secret, "vnp_SecureHash"):
        assert secret not in log


def test_a_slash_in_an_order_survives_the_whole_way(shop):
    payment = shop.create(order_id="A/B//C:1")
    assert shop.show(payment["transaction_id"])["order_id"] == "A/B//C:1"


def test_the_clock_of_an_answer_is_vietnams(shop):
    payment = shop.create(expires_in_minutes=30)
    row = "SELECT extract(epoch FROM expires_at - created_at) FROM transactions_transaction WHERE public_id = %s"
    assert sql(row, payment["transaction_id"]) == 30 * 60
    for name in ("created_at", "expires_at"):
        assert payment[name].endswith("+07:00")
    assert "amount" in ORDER

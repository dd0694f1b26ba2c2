"""The payer's browser comes back: shown and sent on, never believed."""

from urllib.parse import parse_qs, urlsplit

import pytest

from tests.factories.live import call, sql, wait_until
from tests.payloads.vnpay_sign import sign
from transactions.models import PaymentAttempt


def forwarded(answer):
    assert answer.status == 302, answer.text
    parts = urlsplit(answer.headers["location"])
    return f"{parts.scheme}://{parts.netloc}{parts.path}", parse_qs(parts.query)


def test_a_return_before_the_notice_settles_nothing_and_is_sent_on(shop):
    payment = shop.create(return_url="https://shop.example/done?cart=7", order_id="ORD/ 1".replace(" ", ""))
    told = shop.pay(payment, ipn="none")
    place, query = forwarded(call("GET", told["return_url"]))
    assert place == "https://shop.example/done"
    assert query == {
        "cart": ["7"], "transaction_id": [payment["transaction_id"]], "order_id": ["ORD/1"], "status": ["pending"],
    }  # fmt: skip
    shown = shop.show(payment["transaction_id"])
    assert (shown["status"], shown["received_amount"]) == ("pending", 0)
    attempt = PaymentAttempt.objects.get(transaction__public_id=payment["transaction_id"])
    assert (attempt.status, attempt.return_success, attempt.notice_received_at) == ("pending", True, None)
    assert attempt.return_received_at is not None
    assert sql("SELECT count(*) FROM transactions_receipt WHERE attempt_id = %s", attempt.pk) == 0


def test_a_return_after_the_notice_says_completed(shop):
    payment = shop.create()
    told = shop.pay(payment)
    _, query = forwarded(call("GET", told["return_url"]))
    assert query["status"] == ["completed"]
    attempt = PaymentAttempt.objects.get(transaction__public_id=payment["transaction_id"])
    assert attempt.notice_received_at < attempt.return_received_at


def test_a_payer_who_cancelled_goes_to_the_cancel_url(shop):
    payment = shop.create(cancel_url="https://shop.example/cancelled")
    told = shop.pay(payment, "cancel")
    place, query = forwarded(call("GET", told["return_url"]))
    assert place == "https://shop.example/cancelled"
    assert query["status"] == ["failed"]


def test_without_a_cancel_url_the_return_url_serves(shop):
    told = shop.pay(shop.create(), "cancel", ipn="none")
    assert forwarded(call("GET", told["return_url"]))[0] == "https://shop.example/done"


def test_the_address_without_the_account_finds_it_by_the_terminal(shop):
    payment = shop.create()
    query = sign(shop.fields(payment), shop.role.hash_secret)
    _, told = forwarded(call("GET", f"{shop.live.web.base}/api/v1/webhooks/vnpay/return?{query}"))
    assert told["transaction_id"] == [payment["transaction_id"]]


@pytest.mark.parametrize("locale", ["vi", "en"])
@pytest.mark.parametrize("change", [("vnp_Amount=10000000", "vnp_Amount=1000"), ("vnp_ResponseCode=00", "vnp_ResponseCode=24")])
def test_a_tampered_return_gets_a_page_that_says_so_and_changes_nothing(shop, change, locale):
    payment = shop.create()
    told = shop.pay(payment, ipn="none")
    assert change[0] in told["return_url"]
    answer = call("GET", told["return_url"].replace(*change) + f"&lang={locale}")
    assert answer.status == 400
    assert answer.headers["content-type"].startswith("text/html")
    assert payment["transaction_id"] not in answer.text
    attempt = PaymentAttempt.objects.get(transaction__public_id=payment["transaction_id"])
    assert (attempt.return_received_at, attempt.return_success) == (None, None)


def test_a_return_without_anything_is_a_page_too(shop):
    for path in ("vnpay/return", f"vnpay/{shop.role.account_id}/return", "vnpay/acc_nobody/return"):
        assert shop.live.web.call("GET", f"/api/v1/webhooks/{path}").status == 400


def test_a_return_does_not_hide_a_later_notice(shop):
    payment = shop.create()
    told = shop.pay(payment, ipn="after_return")
    forwarded(call("GET", told["return_url"]))
    wait_until(lambda: shop.show(payment["transaction_id"])["status"] == "completed")

"""Without a provider the payer chooses on our own page."""

import re
from datetime import timedelta
from urllib.parse import urlencode

from payments_site.kernel import clock
from tests.factories.live import FORM, call, sql
from transactions.services.expire import expire_due


def choose(payment, provider="vnpay", *, hosted=None):
    """Open the page and press the provider's button, as a browser with cookies."""
    page = call("GET", hosted or payment["payment_url"])
    assert page.status == 200
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)[1]
    cookie = page.headers["set-cookie"].partition(";")[0]
    form = urlencode({"csrfmiddlewaretoken": token, "provider_code": provider})
    return call("POST", hosted or payment["payment_url"], form, {"Cookie": cookie, "Content-Type": FORM})


def attempts(payment):
    query = (
        "SELECT count(*) FROM transactions_paymentattempt a JOIN transactions_transaction t ON t.id = a.transaction_id"
        " WHERE t.public_id = %s"
    )
    return sql(query, payment["transaction_id"])


def test_a_payer_chooses_vnpay_on_the_hosted_page_and_pays(shop):
    payment = shop.create(provider_code=None)
    assert payment["provider_code"] is None
    assert payment["payment_url"] == f"{shop.live.web.base}/pay/{payment['transaction_id']}"
    page = call("GET", payment["payment_url"]).text
    assert "100.000 ₫" in page
    assert "VNPay" in page
    assert attempts(payment) == 0
    sent = choose(payment)
    assert sent.status == 302
    assert sent.headers["location"].startswith(f"{shop.live.sandbox}/vnpay/paymentv2/vpcpay.html?")
    assert attempts(payment) == 1
    paid = shop.pay({"payment_url": sent.headers["location"]})
    assert paid["ipn"][0]["rsp_code"] == "00"
    shown = shop.show(payment["transaction_id"])
    assert (shown["status"], shown["provider_code"]) == ("completed", "vnpay")
    assert "Thanh toán" in call("GET", payment["payment_url"]).text
    assert call("GET", payment["payment_url"] + "/status").json == {"status": "paid", "final": True, "received": 100_000}


def test_choosing_again_goes_on_with_the_same_attempt(shop):
    payment = shop.create(provider_code=None)
    first, second = choose(payment), choose(payment)
    assert first.headers["location"] == second.headers["location"]
    assert attempts(payment) == 1


def test_the_page_refuses_a_form_without_its_token(shop):
    payment = shop.create(provider_code=None)
    assert call("POST", payment["payment_url"], "provider_code=vnpay").status == 403
    assert attempts(payment) == 0


def test_a_provider_that_the_shop_does_not_have_is_said_on_the_page(shop):
    payment = shop.create(provider_code=None)
    for provider in ("momo", "nonsense", ""):
        answer = choose(payment, provider)
        assert answer.status == 422
        assert 'role="alert"' in answer.text
    assert attempts(payment) == 0


def test_the_page_of_an_expired_payment_offers_nothing(shop):
    payment = shop.create(provider_code=None, expires_in_minutes=1)
    expire_due(now=clock.now() + timedelta(minutes=2))
    page = call("GET", payment["payment_url"])
    assert "<form" not in page.text
    assert call("GET", payment["payment_url"] + "/status").json == {"status": "expired", "final": True, "received": 0}


def test_the_page_of_nobody_is_not_found(shop):
    for path in ("/pay/txn_nobody", "/pay/%00", "/pay/txn_nobody/status"):
        assert shop.live.web.call("GET", path).status == 404


def test_scripts_get_numbers_as_numbers_in_every_language(shop):
    payment = shop.create(provider_code=None, expires_in_minutes=60)
    for language in ("vi", "en"):
        page = call("GET", f"{payment['payment_url']}?lang={language}").text
        assert re.search(r'data-seconds="3(600|5\d\d)"', page)
        assert 'data-received="0"' in page

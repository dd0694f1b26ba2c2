"""Paying at the running sandbox, by the browser's way and by the control API."""

import json
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from sandbox_merchant import Merchant, call, url_query, vietnam_now


def result(url: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(url).query))


def test_the_tests_own_signing_agrees_with_a_vendor_vector() -> None:
    document = json.loads((Path(__file__).parents[2] / "vectors" / "vnpay.json").read_text())
    vector = next(one for one in document["vectors"] if one["id"] == "pay_01_ascii_qr")
    secret = document["made_up_credentials"]["vnp_HashSecret"]
    assert url_query(secret, vector["fields"]) == urlsplit(vector["payment_url"]).query


def test_a_click_on_pay_sends_the_ipn_and_then_the_browser_back(merchant: Merchant, receiver) -> None:
    opened = call("GET", merchant.url(vnp_TxnRef="CLICK1"))
    assert opened.status == 302
    page = call("GET", merchant.base + opened.location)
    assert page.status == 200
    assert "100.000 ₫" in page.text
    assert "Thanh toan don hang: 1" in page.text
    assert "Tiệm &lt;b&gt;" in page.text
    click = call("POST", merchant.base + opened.location, "outcome=pay&code=51")
    assert click.status == 303
    assert click.location.startswith("http://127.0.0.1:9/return?shop=1&vnp_Amount=10000000&")
    assert merchant.is_signed(urlsplit(click.location).query)
    [(method, path, _)] = receiver.requests
    assert method == "GET"
    assert path.startswith("/ipn?tenant=SM-01&vnp_Amount=")
    assert merchant.is_signed(urlsplit(path).query)
    assert call("POST", merchant.base + opened.location, "outcome=cancel").location == click.location
    assert merchant.payment("CLICK1")["state"] == "paid"


def test_the_page_speaks_english_when_the_merchant_asks(merchant: Merchant) -> None:
    opened = call("GET", merchant.url(vnp_Locale="en"))
    assert "Amount to pay" in call("GET", merchant.base + opened.location).text


@pytest.mark.parametrize(
    ("outcome", "code", "status"),
    [("pay", "00", "00"), ("fail", "51", "02"), ("suspicious", "07", "07"), ("cancel", "24", "02")],
)
def test_each_outcome_has_its_codes(merchant: Merchant, control, outcome: str, code: str, status: str) -> None:
    paid = control("pay", payment_url=merchant.url(), outcome=outcome).json
    fields = result(paid["return_url"])
    assert (fields["vnp_ResponseCode"], fields["vnp_TransactionStatus"]) == (code, status)
    assert (fields["vnp_TransactionNo"] == "0") is (outcome in {"fail", "cancel"})
    assert ("vnp_BankTranNo" in fields) is (outcome in {"pay", "suspicious"})
    assert paid["ipn"][0]["rsp_code"] == "00"


def test_a_cancelled_payment_returns_as_vnpay_does(merchant: Merchant, control) -> None:
    paid = control("pay", payment_url=merchant.url(), outcome="cancel").json
    fields = result(paid["return_url"])
    assert fields["vnp_BankCode"] == "VNPAY"
    assert fields["vnp_CardType"] == "QRCODE"
    assert fields["vnp_TransactionNo"] == "0"


WRONG = {
    "no expire date": ({"vnp_ExpireDate": None}, "03"),
    "an empty bank code that was signed": ({"vnp_BankCode": ""}, "70"),
    "another version": ({"vnp_Version": "2.0.0"}, "03"),
    "dollars": ({"vnp_CurrCode": "USD"}, "03"),
    "a decimal amount": ({"vnp_Amount": "100000.5"}, "03"),
    "a hundredth of a dong": ({"vnp_Amount": "10000001"}, "03"),
    "no such day": ({"vnp_CreateDate": "20261332000000"}, "03"),
    "expiry before creation": ({"vnp_ExpireDate": "20200101000000"}, "03"),
    "no address": ({"vnp_IpAddr": "1.2.3.4.5"}, "03"),
    "Vietnamese marks": ({"vnp_OrderInfo": "Thanh toán"}, "03"),
    "characters that encoders disagree on": ({"vnp_OrderInfo": "50 off!"}, "03"),
    "a hash type": ({"vnp_SecureHashType": "HMACSHA512"}, "70"),
    "a return address that is none": ({"vnp_ReturnUrl": "javascript:alert(1)"}, "03"),
    "too little": ({"vnp_Amount": "499900"}, "32"),
    "too much": ({"vnp_Amount": "100000000000"}, "32"),
    "an unknown terminal": ({"vnp_TmnCode": "NOBODY01"}, "72"),
    "expired": ({"vnp_CreateDate": vietnam_now(-60), "vnp_ExpireDate": vietnam_now(-45)}, "15"),
    "created hours ahead": ({"vnp_CreateDate": vietnam_now(420), "vnp_ExpireDate": vietnam_now(435)}, "15"),
}


@pytest.mark.parametrize(("changes", "code"), WRONG.values(), ids=WRONG.keys())
def test_the_page_refuses(merchant: Merchant, control, changes: dict[str, str | None], code: str) -> None:
    url = merchant.url(**changes)
    opened = call("GET", url)
    assert opened.location == f"/vnpay/paymentv2/Payment/Error.html?code={code}"
    refused = control("pay", payment_url=url, outcome="pay")
    assert (refused.status, refused.json["error_code"]) == (400, code)


@pytest.mark.parametrize("amount", ["500000", "99999999900"])
def test_the_borders_of_the_amount_are_allowed(merchant: Merchant, control, amount: str) -> None:
    assert control("pay", payment_url=merchant.url(vnp_Amount=amount), outcome="pay").status == 200


def test_a_wrong_signature_is_code_70(merchant: Merchant, control) -> None:
    for url in (merchant.url() + "0", merchant.url().replace("10000000", "10000100"), merchant.url()[:-1] + "g"):
        assert call("GET", url).location.endswith("code=70")


def test_an_empty_or_repeated_field_is_code_03(merchant: Merchant) -> None:
    assert call("GET", merchant.url() + "&vnp_BankCode=").location.endswith("code=03")
    assert call("GET", merchant.url() + "&vnp_Amount=1").location.endswith("code=03")
    assert call("GET", merchant.url() + "&vnp_SecureHashType=HMACSHA512").location.endswith("code=03")


def test_a_website_that_is_not_listed_is_code_71(merchant: Merchant, receiver) -> None:
    merchant.register(receiver.url, websites=["shop.example"])
    assert call("GET", merchant.url()).location.endswith("code=71")
    assert "token=" in call("GET", merchant.url(vnp_ReturnUrl="https://shop.example/done")).location


def test_a_reference_used_on_the_same_day_is_refused_with_other_data(merchant: Merchant, control) -> None:
    fields = merchant.fields()
    url = merchant.signed(fields)
    assert call("GET", url).location == call("GET", url).location
    other = merchant.signed(fields | {"vnp_Amount": "20000000"})
    assert call("GET", other).location.endswith("code=01")
    assert control("pay", payment_url=url, outcome="pay").status == 200
    assert control("pay", payment_url=url, outcome="pay").json["error_code"] == "01"


def test_time_runs_out_while_the_page_is_open(merchant: Merchant, control) -> None:
    opened = call("GET", merchant.url(vnp_TxnRef="LATE1"))
    call("POST", f"{merchant.base}/_control/clock", {"offset_seconds": 901})
    assert call("POST", merchant.base + opened.location, "outcome=pay").location.endswith("code=15")
    ended = call("POST", merchant.base + opened.location, "outcome=fail&code=11")
    assert result(ended.location)["vnp_ResponseCode"] == "11"


@pytest.mark.parametrize("code", ["01", "03", "15", "32", "70", "71", "72", "99", "<script>"])
def test_the_error_page_shows_every_code_in_both_languages(merchant: Merchant, code: str) -> None:
    base = f"{merchant.base}/vnpay/paymentv2/Payment/Error.html?code={code}"
    vietnamese, english = call("GET", base), call("GET", f"{base}&locale=en")
    assert vietnamese.status == english.status == 200
    assert "Mã lỗi" in vietnamese.text
    assert "Error code" in english.text
    assert "<script>" not in vietnamese.text

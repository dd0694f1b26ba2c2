"""What a create refuses, field by field, and what it takes."""

import json

import pytest

from tenants.models import PaymentProvider
from transactions.models import Transaction

LONG_URL = "https://shop.example/" + "a" * (2048 - 21)


def nested(depth):
    value = {}
    for _ in range(depth):
        value = {"a": value}
    return value


WRONG = {
    "amount: a float": ("amount", {"amount": 100000.0}),
    "amount: a fraction": ("amount", {"amount": 100000.5}),
    "amount: text": ("amount", {"amount": "100000"}),
    "amount: true": ("amount", {"amount": True}),
    "amount: null": ("amount", {"amount": None}),
    "amount: a list": ("amount", {"amount": [100000]}),
    "order: empty": ("order_id", {"order_id": ""}),
    "order: 65 characters": ("order_id", {"order_id": "a" * 65}),
    "order: a space": ("order_id", {"order_id": "ORD 1"}),
    "order: a line end": ("order_id", {"order_id": "ORD-1\n"}),
    "order: Vietnamese": ("order_id", {"order_id": "ĐƠN-1"}),
    "order: full-width digits": ("order_id", {"order_id": "ORD-１"}),
    "order: a number": ("order_id", {"order_id": 1}),
    "order: null": ("order_id", {"order_id": None}),
    "currency: a number": ("currency", {"currency": 704}),
    "description: empty": ("description", {"description": ""}),
    "description: 256 characters": ("description", {"description": "đ" * 256}),
    "description: a line break": ("description", {"description": "a\nb"}),
    "description: NUL": ("description", {"description": "a\x00b"}),
    "description: a C1 control": ("description", {"description": "a\x85b"}),
    "description: half a surrogate": ("description", {"description": "a\ud800"}),
    "description: a number": ("description", {"description": 5}),
    "return_url: none": ("return_url", {"return_url": ""}),
    "return_url: a script": ("return_url", {"return_url": "javascript:alert(1)"}),
    "return_url: ftp": ("return_url", {"return_url": "ftp://shop.example/"}),
    "return_url: no host": ("return_url", {"return_url": "https:///done"}),
    "return_url: relative": ("return_url", {"return_url": "/done"}),
    "return_url: a space": ("return_url", {"return_url": "https://shop.example/a b"}),
    "return_url: a bad port": ("return_url", {"return_url": "https://shop.example:99999/"}),
    "return_url: broken brackets": ("return_url", {"return_url": "https://[::1/"}),
    "return_url: 2049 characters": ("return_url", {"return_url": LONG_URL + "a"}),
    "cancel_url: a word": ("cancel_url", {"cancel_url": "no"}),
    "callback_url: a number": ("callback_url", {"callback_url": 8}),
    "expires: 0": ("expires_in_minutes", {"expires_in_minutes": 0}),
    "expires: 43201": ("expires_in_minutes", {"expires_in_minutes": 43_201}),
    "expires: text": ("expires_in_minutes", {"expires_in_minutes": "15"}),
    "expires: a float": ("expires_in_minutes", {"expires_in_minutes": 15.0}),
    "metadata: a list": ("metadata", {"metadata": []}),
    "metadata: text": ("metadata", {"metadata": "{}"}),
    "metadata: over 16 kB": ("metadata", {"metadata": {"a": "x" * 16_384}}),
    "metadata: NUL in a value": ("metadata", {"metadata": {"a": ["\x00"]}}),
    "metadata: NUL in a name": ("metadata", {"metadata": {"\x00": 1}}),
    "metadata: half a surrogate": ("metadata", {"metadata": {"a": "\udfff"}}),
    "locale: French": ("locale", {"locale": "fr"}),
    "locale: a number": ("locale", {"locale": 1}),
    "customer_info: text": ("customer_info", {"customer_info": "An"}),
    "customer_info.email: none": ("customer_info.email", {"customer_info": {"email": "not an address"}}),
    "customer_info.email: a number": ("customer_info.email", {"customer_info": {"email": 1}}),
    "customer_info.name: a number": ("customer_info.name", {"customer_info": {"name": 1}}),
    "customer_info.phone: NUL": ("customer_info.phone", {"customer_info": {"phone": "09\x00"}}),
    "customer_ip: a name": ("customer_ip", {"customer_ip": "localhost"}),
    "provider_code: unknown": ("provider_code", {"provider_code": "paypal"}),
    "provider_code: capitals": ("provider_code", {"provider_code": "VNPAY"}),
    "provider_code: a number": ("provider_code", {"provider_code": 1}),
    "payment_method: a number": ("payment_method", {"payment_method": 1}),
}


@pytest.mark.parametrize(("field", "changes"), WRONG.values(), ids=WRONG.keys())
def test_a_field_that_is_wrong_is_named_and_nothing_is_written(post, field, changes):
    answer = post(**changes)
    body = answer.json()
    assert (answer.status_code, body["error_code"]) == (400, "VALIDATION_ERROR")
    assert body["details"]["field"] == field
    assert Transaction.objects.count() == 0


@pytest.mark.parametrize("name", ["order_id", "amount", "currency", "description", "return_url"])
def test_a_required_field_that_is_missing_is_named(post, name):
    answer = post(drop=name)
    assert (answer.status_code, answer.json()["details"]["field"]) == (400, name)


@pytest.mark.parametrize(("depth", "status"), [(10, 201), (60, 201), (70, 400), (300, 400), (700, 400), (900, 400)])
@pytest.mark.parametrize("name", ["metadata", "a field that nobody knows"])
def test_a_body_that_is_nested_too_deeply_is_refused_and_never_our_failure(post, name, depth, status):
    assert post(**{name: nested(depth)}).status_code == status


def test_several_wrong_fields_are_all_named(post):
    details = post(amount="1", locale="fr", customer_info={"email": "x"}).json()["details"]
    assert {one["field"] for one in details["fields"]} == {"amount", "locale", "customer_info.email"}


INSIDE = [
    "http://10.0.0.1/", "http://172.16.5.5/h", "http://192.168.1.1:8080/", "http://169.254.169.254/latest/meta-data/",
    "http://100.64.0.1/", "http://0.0.0.0/", "http://2130706434/", "http://0x7f000002/", "http://0x7f.0.0.2/", "http://0177.0.0.2/",
    "http://127.2/", "http://[::1]/", "http://[::ffff:10.0.0.1]/", "http://[::ffff:a9fe:a9fe]/", "http://[fe80::1]/",
    "http://[fd00::1]/", "http://[2002:7f00:2::]/", "http://localhost.localdomain.localhost/", "http://printer.local/",
    "http://metadata.google.internal/", "http://10.0.0.1./", "http://intranet/", "http://user@10.0.0.1/", "http://224.0.0.1/",
    "http://[64:ff9b::a9fe:a9fe]/",
]  # fmt: skip


@pytest.mark.parametrize("url", INSIDE)
def test_a_callback_address_inside_a_network_is_refused_in_every_spelling(post, url):
    answer = post(callback_url=url)
    assert (answer.status_code, answer.json()["details"]["field"]) == (400, "callback_url")


@pytest.mark.parametrize("url", ["http://203.0.113.9/x", "https://10.0.0.1/"])
def test_return_addresses_may_be_anywhere_because_only_the_payers_browser_goes_there(post, url):
    assert post(return_url=url).status_code == 201


RIGHT = [
    {"order_id": "A.b_c:d/e-9"}, {"order_id": "a" * 64}, {"description": "đ" * 255}, {"description": "注文 №1 ' ! ( ) * ~ 🙂"},
    {"return_url": LONG_URL}, {"return_url": "http://shop.example:8080/?a=b#c"}, {"callback_url": ""}, {"callback_url": None},
    {"callback_url": "https://hooks.example.com/a?b=1"}, {"expires_in_minutes": 1}, {"expires_in_minutes": 43_200},
    {"locale": "en"}, {"locale": None},
    {"metadata": {}}, {"metadata": None}, {"metadata": {"a": [1.5, None, True, {"b": "ư"}]}},
    {"customer_info": {}}, {"customer_info": None}, {"customer_info": {"email": None, "name": ""}},
    {"customer_ip": "2001:db8::1"},
    {"payment_method": "qr"}, {"payment_method": "NCB"}, {"payment_method": None}, {"unknown": {"field": [1]}, "status": "paid"},
    {"amount": 10_000}, {"amount": 500_000_000}, {"provider_code": None}, {"device_id": "d", "user_agent": "Mozilla/5.0"},
]  # fmt: skip


@pytest.mark.parametrize("changes", RIGHT, ids=lambda changes: json.dumps(changes)[:40])
def test_what_the_contract_allows_is_taken(post, changes):
    answer = post(**changes)
    assert answer.status_code == 201, answer.json()
    data = answer.json()["data"]
    assert (data["status"], data["currency"]) == ("pending", "VND")
    row = Transaction.objects.get(public_id=data["transaction_id"])
    for name in ("order_id", "description", "return_url"):
        assert getattr(row, name) == changes.get(name, getattr(row, name))


def test_the_answer_of_a_create_holds_exactly_the_contracts_fields(post):
    answer = post()
    assert set(answer.json()) == {"success", "message", "data", "request_id"}
    assert set(answer.json()["data"]) == {
        "transaction_id", "order_id", "amount", "currency", "status", "provider_code", "provider_transaction_id", "payment_url",
        "qr_code", "expires_at", "created_at",
    }  # fmt: skip
    assert answer.json()["data"]["expires_at"].endswith("+07:00")


@pytest.mark.parametrize("amount", [0, -1, 1, 9_999, 500_000_001, 2**63 - 1])
def test_an_amount_out_of_range_is_invalid_amount_with_the_range(post, amount):
    answer = post(amount=amount)
    body = answer.json()
    assert (answer.status_code, body["error_code"]) == (400, "INVALID_AMOUNT")
    assert (body["details"]["min_amount"], body["details"]["max_amount"]) == (10_000, 500_000_000)


@pytest.mark.parametrize("currency", ["USD", "vnd", "", "VN"])
def test_another_currency_is_refused(post, currency):
    answer = post(currency=currency)
    assert answer.status_code == 400
    assert answer.json()["error_code"] in ("INVALID_CURRENCY", "VALIDATION_ERROR")
    assert answer.json()["details"]["field"] == "currency"


@pytest.mark.parametrize("method", ["cash", "wallet", "bank_transfer", "ncb", "N"])
def test_a_method_that_the_provider_does_not_have_is_refused(post, method):
    answer = post(payment_method=method)
    assert (answer.status_code, answer.json()["error_code"]) == (400, "INVALID_PAYMENT_METHOD")


@pytest.mark.parametrize("provider", ["momo", "zalopay", "napas", "payos", "vietqr"])
def test_a_known_provider_that_is_not_set_up_is_422(post, provider):
    answer = post(provider_code=provider)
    assert (answer.status_code, answer.json()["error_code"]) == (422, "PROVIDER_NOT_CONFIGURED")


def test_a_provider_that_operators_switched_off_is_503(post):
    PaymentProvider.objects.filter(code="vnpay").update(is_active=False)
    answer = post()
    assert (answer.status_code, answer.json()["error_code"]) == (503, "PROVIDER_INACTIVE")


@pytest.mark.parametrize("raw", [b"[]", b'"text"', b"1", b"null", b"{", b"\xff", b'{"amount": NaN}', b"{}" * 2, b"[" * 100_000])
def test_a_body_that_is_not_a_json_object_is_refused(api, acme, raw):
    answer = api.generic("POST", f"{acme.base}/transactions", raw, content_type="application/json", headers=acme.headers)
    assert (answer.status_code, answer.json()["error_code"]) == (400, "VALIDATION_ERROR")


def test_a_body_over_one_mebibyte_is_413_and_one_below_is_not(api, acme):
    url, room = f"{acme.base}/transactions", 1024 * 1024
    for size, status, code in ((room + 1, 413, "PAYLOAD_TOO_LARGE"), (room, 400, "VALIDATION_ERROR")):
        raw = b'{"a":"' + b"x" * (size - 8) + b'"}'
        assert len(raw) == size
        answer = api.generic("POST", url, raw, content_type="application/json", headers=acme.headers)
        assert (answer.status_code, answer.json()["error_code"]) == (status, code)

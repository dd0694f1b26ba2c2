"""ZaloPay's API at the running sandbox: what it takes, what it refuses, and in whose words."""

import binascii
from typing import Any
from urllib.parse import urlencode

import pytest
from sandbox_merchant import call
from sandbox_process import Process, wait_until
from sandbox_zalopay import App, day, now_ms


@pytest.fixture
def app(sandbox_process: Process) -> App:
    assert call("POST", f"{sandbox_process.base}/_control/reset").status == 200
    app = App(sandbox_process.base)
    assert app.register().status == 201
    assert app.control("settings", refund_delay=0).status == 200
    return app


def codes(answer: Any) -> tuple[int, int]:
    return (answer.json["return_code"], answer.json["sub_return_code"])


def test_an_order_is_made(app: App) -> None:
    made = app.order(expire_duration_seconds=300)
    assert made["order_url"].startswith(f"{app.base}/zalopay/openinapp/")
    assert (made["sub_return_code"], bool(made["zp_trans_token"]), bool(made["order_token"])) == (1, True, True)
    shown = app.payment(made["app_trans_id"])
    assert (shown["state"], shown["amount"], shown["orders_made"]) == ("open", 100_000, 1)
    assert shown["expires_at"] - shown["created_at"] == 300


def test_the_qr_text_holds_the_amount_and_its_checksum(app: App) -> None:
    text = app.order()["qr_code"]
    assert "vn.zalopay" in text
    assert "0006970454" in text
    assert "5406100000" in text
    assert f"{binascii.crc_hqx(text[:-4].encode(), 0xFFFF):04X}" == text[-4:]


def test_a_form_is_taken_like_json(app: App) -> None:
    body = {"app_id": app.app_id} | app.order_body()
    order = "app_id app_trans_id app_user amount app_time embed_data item"
    body["mac"] = app.mac(app.key1, *(body[name] for name in order.split()))
    answer = call("POST", f"{app.base}/zalopay/v2/create", urlencode(body))
    assert codes(answer) == (1, 1), answer.text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("app_user", ""),
        ("app_user", "u" * 51),
        ("app_trans_id", "TODAY_" + "x" * 34),
        ("app_trans_id", "250101_1"),
        ("app_trans_id", "TODAY-1x"),
        ("app_time", "in seconds"),
        ("app_time", "an hour ago"),
        ("app_time", "an hour ahead"),
        ("amount", 0),
        ("amount", 1000.5),
        ("amount", "1000"),
        ("description", "d" * 257),
        ("item", "{}"),
        ("item", "no json"),
        ("embed_data", "[]"),
        ("embed_data", f'{{"a": "{"x" * 1_024}"}}'),
        ("embed_data", '{"redirecturl": "somewhere"}'),
        ("embed_data", '{"preferred_payment_method": ["cash"]}'),
        ("embed_data", '{"preferred_payment_method": "vietqr"}'),
        ("embed_data", '{"columninfo": {}}'),
        ("callback_url", "no address"),
        ("bank_code", "b" * 21),
        ("expire_duration_seconds", 299),
        ("expire_duration_seconds", 2_592_001),
        ("currency", "USD"),
    ],
)
def test_a_field_out_of_form_is_refused_by_name(app: App, field: str, value: Any) -> None:
    times = {"in seconds": now_ms() // 1_000, "an hour ago": now_ms() - 3_600_000, "an hour ahead": now_ms() + 3_600_000}
    value = times.get(value, value.replace("TODAY", day())) if isinstance(value, str) else value
    answer = app.create(**{field: value})
    assert codes(answer) == (2, -401)
    assert field in answer.json["sub_return_message"]


@pytest.mark.parametrize(
    "field", ["app_id", "app_user", "app_trans_id", "app_time", "amount", "description", "item", "embed_data", "mac"]
)
def test_a_missing_field_is_refused_by_name(app: App, field: str) -> None:
    answer = app.create(**{field: None})
    assert codes(answer) == (2, -401)
    assert field in answer.json["sub_return_message"]


def test_the_day_of_the_id_is_vietnams(app: App) -> None:
    """Between midnight and seven in Vietnam it is still yesterday in UTC."""
    call("POST", f"{app.base}/_control/clock", {"offset_seconds": 86_400})
    body = {"app_time": now_ms() + 86_400_000}
    assert codes(app.create(**body)) == (2, -401)
    assert codes(app.create(app_trans_id=f"{day(1)}_1", **body)) == (1, 1)


def test_a_wrong_mac_or_app_is_refused(app: App) -> None:
    assert codes(app.create(mac="0" * 64)) == (2, -402)
    assert codes(app.create(app_id=1)) == (2, -402)
    app.control("settings", bad_mac_code=-403, codes_in_return_code=True)
    assert codes(app.create(mac="0" * 64)) == (-403, -403)
    app.register(options={"active": False})
    app.control("settings", codes_in_return_code=False)
    assert codes(app.create()) == (2, -406)


def test_the_unsigned_fields_are_not_in_the_mac(app: App) -> None:
    made = app.create(title="Vé xem phim", phone="0900000000", bank_code="zalopayapp", device_info="{}", email="a@example.vn")
    assert codes(made) == (1, 1)


def test_a_repeated_id_is_refused_and_makes_no_second_order(app: App) -> None:
    made = app.order()
    assert codes(app.create(app_trans_id=made["app_trans_id"])) == (2, -68)
    assert app.payment(made["app_trans_id"])["orders_made"] == 1


def test_a_query_tells_the_state(app: App) -> None:
    made = app.order()
    trans_id = made["app_trans_id"]
    opened = app.ask(trans_id)
    assert (codes(opened), opened.json["amount"], opened.json["zp_trans_id"]) == ((3, 1), 0, 0)
    app.pay(made, outcome="pending")
    assert (codes(app.ask(trans_id)), app.ask(trans_id).json["is_processing"]) == ((3, 1), True)
    paid = app.pay(made, outcome="paid")
    told = app.ask(trans_id)
    assert (codes(told), told.json["amount"], told.json["is_processing"]) == ((1, 1), 100_000, False)
    assert (told.json["zp_trans_id"], "status" in told.json) == (int(paid["transaction_no"]), False)
    assert paid["transaction_no"].startswith(day())
    assert len(paid["transaction_no"]) == 15
    assert codes(app.ask(f"{day()}_nobody")) == (2, -101)
    assert codes(app.ask("nobody")) == (2, -92)
    assert codes(app.ask(trans_id, mac="0" * 64)) == (2, -402)


def test_an_order_whose_time_is_over_is_told_as_54(app: App) -> None:
    made = app.order()
    call("POST", f"{app.base}/_control/clock", {"offset_seconds": 901})
    assert codes(app.ask(made["app_trans_id"])) == (2, -54)
    assert app.control("pay", payment_url=made["order_url"], outcome="paid").status == 400


def test_refunds_are_partial_and_never_pass_the_payment(app: App) -> None:
    payment, first = app.paid(), app.refund_id()
    answer = app.refund(payment, 40_000, m_refund_id=first)
    assert codes(answer) == (1, 1)
    assert answer.json["refund_id"] > 0
    assert codes(app.refund(payment, 40_000, m_refund_id=first)) == (2, -23)
    assert codes(app.refund(payment, 60_001)) == (2, -14)
    assert codes(app.refund(payment, 0)) == (2, -14)
    assert codes(app.refund(payment, 60_000, refund_fee_amount=2_000)) == (1, 1)
    assert codes(app.refund(payment, 1)) == (2, -14)
    shown = app.payment(payment["reference"])["refunds"]
    assert [(one["amount"], one["own"]["refund_fee_amount"]) for one in shown] == [(40_000, 0), (60_000, 2_000)]


def test_the_fee_is_signed_and_the_refund_id_is_not(app: App) -> None:
    payment = app.paid()
    without_fee = app.mac(app.key1, app.app_id, payment["transaction_no"], 1_000, "Hoàn tiền", 1)
    answer = app.refund(payment, 1_000, refund_fee_amount=100, timestamp=1, mac=without_fee)
    assert codes(answer) == (2, -3)
    with_id = app.mac(app.key1, app.app_id, "id", payment["transaction_no"], 1_000, "Hoàn tiền", now_ms())
    assert codes(app.refund(payment, 1_000, mac=with_id)) == (2, -3)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"m_refund_id": "anything"}, -24),
        ({"m_refund_id": "250101_919001_1"}, -25),
        ({"m_refund_id": "TODAY_919002_1"}, -26),
        ({"zp_trans_id": "261121000000001"}, -101),
        ({"zp_trans_id": "1" * 16}, -12),
        ({"description": ""}, -12),
        ({"description": "d" * 101}, -12),
        ({"timestamp": now_ms() - 3_600_000}, -13),
        ({"refund_fee_amount": 1_001}, -14),
        ({"app_id": 919002}, -10),
        ({"mac": "0" * 64}, -3),
    ],
)
def test_a_refund_out_of_form_is_refused(app: App, changes: dict[str, Any], code: int) -> None:
    payment = app.paid()
    if "m_refund_id" in changes:
        changes = {"m_refund_id": changes["m_refund_id"].replace("TODAY", day())}
    assert codes(app.refund(payment, 1_000, **changes)) == (2, code)
    assert app.payment(payment["reference"])["refunds"] == []


def test_a_refund_in_work_is_asked_after(app: App) -> None:
    app.control("settings", refund_delay=0.3)
    payment, refund_id = app.paid(), app.refund_id()
    assert codes(app.refund(payment, 10_000, m_refund_id=refund_id)) == (3, 2)
    assert codes(app.ask_refund(refund_id)) == (3, 2)
    wait_until(lambda: codes(app.ask_refund(refund_id)) == (1, 1))
    assert codes(app.ask_refund(app.refund_id())) == (2, -101)
    assert codes(app.ask_refund(refund_id, mac="0" * 64)) == (2, -3)
    assert codes(app.ask_refund(refund_id, timestamp=now_ms() - 3_600_000)) == (2, -13)


def test_a_refund_may_wait_for_a_person_and_fail(app: App) -> None:
    app.control("settings", refund_approval=True)
    payment, refund_id = app.paid(), app.refund_id()
    assert codes(app.refund(payment, 100_000, m_refund_id=refund_id)) == (3, -1)
    assert codes(app.ask_refund(refund_id)) == (3, -1)
    assert codes(app.refund(payment, 1_000)) == (2, -14)
    assert app.control(f"refunds/{refund_id}", state="failed").status == 200
    assert codes(app.ask_refund(refund_id)) == (2, 0)
    assert codes(app.refund(payment, 100_000)) == (3, -1)


def test_a_refund_is_refused_when_its_time_is_over_or_the_app_may_not(app: App) -> None:
    payment = app.paid()
    app.register(options={"refundable": False})
    assert codes(app.refund(payment, 1_000)) == (2, -28)
    app.register()
    app.control("settings", refund_days=1)
    call("POST", f"{app.base}/_control/clock", {"offset_seconds": 2 * 86_400})
    late = {"m_refund_id": f"{day(2)}_{app.app_id}_1", "timestamp": now_ms() + 2 * 86_400_000}
    assert codes(app.refund(payment, 1_000, **late)) == (2, -13)


def test_a_refund_made_in_the_portal_leaves_less_to_refund(app: App) -> None:
    payment = app.paid()
    assert app.control("portal_refunds", reference=payment["reference"], amount=30_000).status == 201
    assert codes(app.refund(payment, 70_001)) == (2, -14)
    assert codes(app.refund(payment, 70_000)) == (1, 1)


def test_an_open_order_is_cancelled_where_the_path_exists(app: App) -> None:
    made = app.order()
    assert codes(app.cancel(made["app_trans_id"])) == (1, 1)
    assert codes(app.cancel(made["app_trans_id"])) == (1, 1)
    assert codes(app.ask(made["app_trans_id"])) == (2, -329)
    assert app.control("pay", payment_url=made["order_url"], outcome="paid").status == 400
    assert codes(app.cancel(app.paid()["reference"])) == (2, -1)
    assert codes(app.cancel(f"{day()}_nobody")) == (2, -101)
    app.control("settings", cancel_path=False)
    assert app.cancel(app.order()["app_trans_id"]).status == 404


def test_faults_spoil_the_answer_but_not_the_books(app: App) -> None:
    trans_id = app.order_body()["app_trans_id"]
    app.control("faults", target="create", mode="lost")
    with pytest.raises(OSError):  # noqa: PT011 - how a hang-up shows is the library's matter
        app.create(app_trans_id=trans_id)
    assert codes(app.ask(trans_id)) == (3, 1)
    assert codes(app.create(app_trans_id=trans_id)) == (2, -68)
    app.control("faults", target="create", mode="code", code="-500")
    refused = app.create()
    assert codes(refused) == (2, -500)
    paid = app.paid()
    app.control("faults", target="query", mode="tampered")
    assert app.ask(paid["reference"]).json["amount"] == 101_000
    app.control("faults", target="refund", mode="500")
    assert app.refund(paid, 1_000).status == 500
    app.control("faults", target="query_refund", mode="garbage")
    assert "garbage" in app.ask_refund(app.refund_id()).text


def test_text_that_is_no_object_is_refused(app: App) -> None:
    for text in ("", "[]", "{", "null"):
        assert codes(call("POST", f"{app.base}/zalopay/v2/query", text.encode())) == (2, -401)

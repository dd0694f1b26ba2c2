"""What a verified callback or return means, how it may arrive, and how it is answered."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.payloads import zalopay_sign
from tests.unit.transactions.providers.zalopay.zalopay_helpers import (
    ACCOUNT,
    APP,
    KEY1,
    KEY2,
    RETURN,
    ROOT,
    ZALOPAY,
    back,
    callback,
    post,
)
from transactions.providers.base import (
    AccountContext,
    AckOutcome,
    InvalidSignature,
    MalformedNotification,
    Outcome,
    Peeked,
    RawRequest,
)
from transactions.providers.zalopay.codes import QUERY, Kind

PAID, FAILED, PENDING = Outcome.PAID, Outcome.FAILED, Outcome.PENDING
PAYLOADS = ROOT / "payloads" / "zalopay"


def test_a_callback_means_money_and_keeps_nothing_about_the_payer() -> None:
    found = ZALOPAY.read_notification(ACCOUNT, callback())
    report = found.report
    assert not found.refund
    assert (report.outcome, report.reference, report.amount, report.transaction_no) == (
        PAID, "261121_ORD000001", 50_000, "261121000000123",
    )  # fmt: skip
    assert report.paid_at == datetime(2026, 11, 21, 6, 45, 55, tzinfo=UTC)
    assert (report.card_type, report.pay_date) == ("38", "1795243555000")
    assert not any(word in str(report.fields) for word in ("Ánh", "zUser", "mac"))


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({"zp_trans_id": "261121000000123"}, PAID),
        ({"zp_trans_id": 0}, PENDING),
        ({"zp_trans_id": None}, PENDING),
        ({"amount": None}, PENDING),
        ({"channel": None, "server_time": None, "app_time": None}, PAID),
    ],
)
def test_only_what_names_money_is_paid(changes: dict[str, Any], outcome: Outcome) -> None:
    assert ZALOPAY.read_notification(ACCOUNT, callback(**changes)).report.outcome is outcome


@pytest.mark.parametrize("kind", [1, 2, "1", None, {}])
def test_the_unsigned_type_changes_nothing(kind: Any) -> None:
    data = zalopay_sign.callback_data(app_id=int(APP), reference="261121_ORD000001", amount=50_000)
    request = post(zalopay_sign.callback(data, KEY2, type=kind))
    assert ZALOPAY.read_notification(ACCOUNT, request) == ZALOPAY.read_notification(ACCOUNT, callback())


@pytest.mark.parametrize(
    ("sent", "amount"), [(50_000, 50_000), ("50000", 50_000), (50_000.0, None), ("-1", None), (10**13, None)]
)
def test_an_amount_is_whole_dong_or_none(sent: Any, amount: int | None) -> None:
    assert ZALOPAY.read_notification(ACCOUNT, callback(amount=sent)).report.amount == amount


def test_the_signed_text_is_taken_exactly_as_it_came() -> None:
    text = '{ "app_id" :919001,\n"app_trans_id":"261121_\\u004fRD","amount":50000 ,"zp_trans_id":7,"item":"[\\"C\\u00e0\\"]"}'
    report = ZALOPAY.read_notification(ACCOUNT, post(zalopay_sign.callback(text, KEY2))).report
    assert (report.outcome, report.reference, report.transaction_no) == (PAID, "261121_ORD", "7")
    rewritten = json.dumps(json.loads(text))
    forged = json.loads(zalopay_sign.callback(text, KEY2)) | {"data": rewritten}
    with pytest.raises(InvalidSignature):
        ZALOPAY.read_notification(ACCOUNT, post(json.dumps(forged).encode()))


def test_another_key_another_app_and_a_repeated_name_are_refused() -> None:
    data = zalopay_sign.callback_data(app_id=int(APP), reference="261121_ORD000001", amount=50_000)
    body = zalopay_sign.callback(data, KEY2)
    repeated = body[:-1] + b', "data": "{}"}'
    other_app = replace(ACCOUNT, credentials={**ACCOUNT.credentials, "app_id": "919002"})
    nobody = AccountContext(environment="", credentials={})
    empty_key = post(zalopay_sign.callback(data, ""))
    for holder, request in (
        (ACCOUNT, post(zalopay_sign.callback(data, KEY1))),
        (ACCOUNT, post(repeated)),
        (other_app, post(body)),
        (nobody, post(body)),
        (nobody, empty_key),
    ):
        with pytest.raises(InvalidSignature):
            ZALOPAY.read_notification(holder, request)


@pytest.mark.parametrize(
    "request_",
    [
        RawRequest("GET", "", b""),
        post(b""),
        post(b"\xff"),
        post(b"{"),
        post(b"[1]"),
        post(b"[" * 100_000),
        post(b'{"data": "{}"}'),
        post(b'{"data": "", "mac": "00"}'),
        post(b'{"data": "{}", "mac": ""}'),
        post(b'{"data": {"app_id": 1}, "mac": "00"}'),
        post(b'{"data": "\\ud800", "mac": "00"}'),
        post(zalopay_sign.callback("not JSON", KEY2)),
        post(zalopay_sign.callback("[]", KEY2)),
        post(zalopay_sign.callback('{"app_id": 1, "app_id": 2}', KEY2)),
        post(zalopay_sign.callback('{"app_id": {}}', KEY2)),
    ],
)
def test_what_can_not_be_read_is_malformed_and_never_breaks_a_peek(request_: RawRequest) -> None:
    with pytest.raises(MalformedNotification):
        ZALOPAY.read_notification(ACCOUNT, request_)
    assert ZALOPAY.peek(request_) == Peeked()


def test_a_signed_callback_without_an_order_is_of_no_order() -> None:
    report = ZALOPAY.read_notification(ACCOUNT, callback(app_trans_id=None)).report
    assert report.reference == ""


@pytest.mark.parametrize("status", [*sorted(QUERY), "0", "", "x"])
def test_a_return_shows_what_its_status_says(status: str) -> None:
    kind = QUERY[status].kind if status in QUERY else None
    view = ZALOPAY.read_return(ACCOUNT, back(status=status))
    assert view.outcome is {Kind.DONE: PAID, Kind.FAILED: FAILED}.get(kind, PENDING)  # type: ignore[arg-type]
    assert view.cancelled == (status == "-329")
    assert (view.reference, view.amount) == ("261121_ORD000001", 50_000)
    assert view.message_vi == QUERY[status if status in QUERY else "3"].vi
    assert view.message_en


@pytest.mark.parametrize(
    "request_",
    [
        back(amount="1|2"),
        back(appid="919002"),
        RawRequest("GET", back().query + "&status=1", b""),
        RawRequest("GET", zalopay_sign.return_query(RETURN, KEY1), b""),
        RawRequest("GET", back().query.replace("status=1", "status=2"), b""),
    ],
)
def test_a_return_that_is_not_zalopays_is_refused(request_: RawRequest) -> None:
    with pytest.raises(InvalidSignature):
        ZALOPAY.read_return(ACCOUNT, request_)


def test_fields_of_a_return_can_not_be_shifted_across_their_bars() -> None:
    genuine = {**RETURN, "bankcode": "A", "amount": "1", "discountamount": "50000"}
    shifted = {**RETURN, "pmcid": "38|A", "bankcode": "1", "amount": "50000", "discountamount": "1", "status": ""}
    query = zalopay_sign.return_query({**shifted, "discountamount": "1"}, KEY2)
    assert ZALOPAY.read_return(ACCOUNT, RawRequest("GET", zalopay_sign.return_query(genuine, KEY2), b"")).amount == 1
    with pytest.raises(InvalidSignature):
        ZALOPAY.read_return(ACCOUNT, RawRequest("GET", query, b""))


@pytest.mark.parametrize(
    "query", ["", "appid=1", "status=%ff&checksum=0", "status=%00&checksum=0", "&".join(f"a{n}=1" for n in range(300))]
)
def test_a_return_that_can_not_be_read_is_malformed(query: str) -> None:
    with pytest.raises(MalformedNotification):
        ZALOPAY.read_return(ACCOUNT, RawRequest("GET", query, b""))


def test_a_peek_names_only_what_could_be_ours() -> None:
    assert ZALOPAY.peek(callback()) == Peeked(APP, "261121_ORD000001")
    assert ZALOPAY.peek(back()) == Peeked(APP, "261121_ORD000001")
    assert ZALOPAY.peek(callback(app_id="a b", app_trans_id="x" * 101)) == Peeked()
    assert ZALOPAY.peek(RawRequest("GET", "appid=1&appid=2", b"")) == Peeked()


@pytest.mark.parametrize(
    ("outcome", "reply"),
    [
        (AckOutcome.STORED, {"return_code": 1, "return_message": "success"}),
        (AckOutcome.REPEATED, {"return_code": 1, "return_message": "success"}),
        (AckOutcome.UNKNOWN_ORDER, {"return_code": 2, "return_message": "order not found"}),
        (AckOutcome.WRONG_AMOUNT, {"return_code": 2, "return_message": "invalid amount"}),
        (AckOutcome.BAD_SIGNATURE, {"return_code": -1, "return_message": "mac not equal"}),
        (AckOutcome.UNREADABLE, {"return_code": 0, "return_message": "unreadable callback"}),
        (AckOutcome.OUR_ERROR, {"return_code": 0, "return_message": "internal error"}),
    ],
)
def test_the_answer_is_zalopays_own(outcome: AckOutcome, reply: dict[str, Any]) -> None:
    answer = ZALOPAY.acknowledge(outcome, callback())
    assert (answer.status, answer.content_type, json.loads(answer.body)) == (200, "application/json", reply)
    assert len(AckOutcome) == 7


def test_a_forged_callback_is_readable_but_not_signed() -> None:
    request = post((PAYLOADS / "callback_forged.json").read_bytes())
    assert ZALOPAY.peek(request) == Peeked("2553", "250703_ORD001")
    with pytest.raises(InvalidSignature):
        ZALOPAY.read_notification(ACCOUNT, request)

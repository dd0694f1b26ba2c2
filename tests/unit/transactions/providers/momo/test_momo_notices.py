"""What a verified notice or return means, how it may arrive, and how it is answered."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.payloads import momo_sign
from tests.unit.transactions.providers.momo.momo_helpers import (
    ACCESS,
    ACCOUNT,
    MOMO,
    PARTNER,
    ROOT,
    SECRET,
    account,
    notice,
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
    StatusReport,
)
from transactions.providers.momo.codes import RESULT, Kind

PAID, FAILED, PENDING = Outcome.PAID, Outcome.FAILED, Outcome.PENDING
PAYLOADS = ROOT / "payloads" / "momo"


def read(**changes: Any) -> StatusReport:
    return MOMO.read_notification(ACCOUNT, post(notice(**changes))).report


@pytest.mark.parametrize("code", [*sorted(RESULT), "31337", "-1"])
def test_every_code_pays_fails_or_waits(code: str) -> None:
    report = read(resultCode=int(code))
    meaning = RESULT.get(code)
    kind = meaning.kind if meaning else None
    assert report.outcome is {Kind.DONE: PAID, Kind.FAILED: FAILED}.get(kind, PENDING)  # type: ignore[arg-type]
    assert report.unknown_code == (kind in (None, Kind.NO_REFUND))
    if report.outcome is FAILED and meaning:
        assert (report.failure_code, report.failure_vi, report.failure_en) == (code, meaning.vi, meaning.en)


def test_authorised_money_is_held_only_where_we_capture_ourselves() -> None:
    request = post(notice(resultCode=9000))
    assert not MOMO.read_notification(ACCOUNT, request).report.held
    report = MOMO.read_notification(account(auto_capture=False), request).report
    assert (report.held, report.outcome) == (True, PENDING)


def test_the_rest_of_a_notice_is_kept_but_for_what_is_not_signed() -> None:
    body = {**notice(), "partnerUserId": "0900000000", "userFee": 0, "promotionInfo": {"a": [1]}}
    found = MOMO.read_notification(ACCOUNT, post(body))
    report = found.report
    assert not found.refund
    assert report.paid_at == datetime(2026, 11, 21, 18, 31, 3, 942000, tzinfo=UTC)
    assert (report.reference, report.transaction_no, report.card_type) == ("OD-1", "4088878653", "qr")
    assert (report.response_code, report.pay_date, report.signature) == ("0", "1795285863942", body["signature"])
    assert set(report.fields) == set(notice()) - {"signature", "extraData"}


@pytest.mark.parametrize(
    ("sent", "amount"),
    [
        (100_000, 100_000),
        ("100000", 100_000),
        ("100000.0", None),
        (100_000.0, None),
        ("-1", None),
        ("١", None),
        ("", None),
        (10**13, None),
    ],
)
def test_an_amount_is_whole_dong_or_none(sent: Any, amount: int | None) -> None:
    assert read(amount=sent).amount == amount


@pytest.mark.parametrize(("number", "kept"), [(0, None), ("", None), (None, None), (7, "7"), ("10", "10")])
def test_no_number_of_momo_is_none(number: Any, kept: str | None) -> None:
    assert read(transId=number).transaction_no == kept


@pytest.mark.parametrize("time", ["", "0", "x", None, 10**15])
def test_an_odd_time_is_no_time(time: Any) -> None:
    assert read(responseTime=time).paid_at is None


def test_a_long_pay_type_fits_our_record() -> None:
    assert len(read(payType="x" * 60).card_type or "") == 20
    assert read(payType="").card_type is None


def test_what_was_added_repeated_or_comes_from_another_partner_is_refused() -> None:
    body = json.dumps(notice())
    repeated = f'{body[:-1]}, "amount": 1}}'.encode()
    other = momo_sign.sign({**notice(), "partnerCode": "OTHER"}, access_key=ACCESS, secret_key=SECRET)
    for request in (post(repeated), post(other), RawRequest("GET", urlencode(notice()) + "&amount=1", b"")):
        with pytest.raises(InvalidSignature):
            MOMO.read_notification(ACCOUNT, request)


def test_an_account_without_keys_verifies_nothing() -> None:
    stranger = AccountContext(environment="", credentials={})
    unsigned = {name: value for name, value in notice().items() if name != "signature"}
    for body in (notice(), momo_sign.sign(unsigned, access_key="", secret_key="")):
        with pytest.raises(InvalidSignature):
            MOMO.read_notification(stranger, post(body))
    with pytest.raises(MalformedNotification):
        MOMO.read_notification(stranger, post(unsigned))


def test_a_text_can_not_be_cut_into_other_fields_than_were_signed() -> None:
    genuine = notice(
        resultCode=1006, orderInfo="X&orderType=w&partnerCode=P&payType=&requestId=r&responseTime=1&resultCode=0&transId=5"
    )
    tail = (
        "5&orderType=momo_wallet&partnerCode={p}&payType=qr&requestId=OD-1&responseTime=1795285863942&resultCode=1006&transId={n}"
    )
    crafted = {
        **genuine,
        "orderInfo": "X",
        "orderType": "w",
        "partnerCode": "P",
        "payType": "",
        "requestId": "r",
        "responseTime": "1",
        "resultCode": "0",
        "transId": tail.format(p=PARTNER, n=genuine["transId"]),
    }
    unsigned = {name: value for name, value in crafted.items() if name != "signature"}
    assert momo_sign.sign(unsigned, access_key=ACCESS, secret_key=SECRET) == crafted  # the HMAC fits
    own = replace(ACCOUNT, credentials={**ACCOUNT.credentials, "partner_code": "P"})
    for holder, body in ((ACCOUNT, genuine), (own, crafted)):
        with pytest.raises(InvalidSignature):
            MOMO.read_notification(holder, post(body))


def test_a_return_says_the_same_as_the_notice_and_whether_the_payer_gave_up() -> None:
    def back(**changes: Any) -> Any:
        return MOMO.read_return(ACCOUNT, RawRequest("GET", urlencode(notice(**changes)), b""))

    view = back()
    assert (view.reference, view.outcome, view.amount, view.transaction_no, view.cancelled) == (
        "OD-1", PAID, 100_000, "4088878653", False,
    )  # fmt: skip
    assert (back(resultCode=1006).outcome, back(resultCode=1006).cancelled) == (FAILED, True)
    assert (back(resultCode=1005).outcome, back(resultCode=1005).cancelled) == (FAILED, False)
    assert (back(resultCode=7002).outcome, back(resultCode=9000).outcome) == (PENDING, PENDING)
    assert back(resultCode=1001).message_vi == RESULT["1001"].vi
    assert back(resultCode=7000).message_en == RESULT["7000"].en


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        (AckOutcome.STORED, 204),
        (AckOutcome.REPEATED, 204),
        (AckOutcome.UNKNOWN_ORDER, 204),
        (AckOutcome.WRONG_AMOUNT, 204),
        (AckOutcome.BAD_SIGNATURE, 400),
        (AckOutcome.UNREADABLE, 400),
        (AckOutcome.OUR_ERROR, 500),
    ],
)
def test_the_answer_is_a_status_without_a_body(outcome: AckOutcome, status: int) -> None:
    answer = MOMO.acknowledge(outcome, post(notice()))
    assert (answer.status, answer.body) == (status, b"")
    assert len(AckOutcome) == 7


@pytest.mark.parametrize(
    "request_",
    [
        RawRequest("GET", "", b""),
        RawRequest("GET", "tenant=SM-01", b""),
        RawRequest("GET", "amount=%ff&signature=0", b""),
        RawRequest("GET", "amount=%00&signature=0", b""),
        RawRequest("GET", "&".join(f"a{n}=1" for n in range(300)), b""),
        post(b""),
        post(b"\xff"),
        post(b"{"),
        post(b"[1]"),
        post(b"[" * 100_000),
        post(b'{"signature": "0", "amount": true}'),
        post(b'{"signature": "0", "amount": {"a": 1}}'),
        post(b'{"signature": "0", "amount": "\\ud800"}'),
        post(b'{"signature": ""}'),
    ],
)
def test_what_can_not_be_read_is_malformed_and_never_breaks_a_peek(request_: RawRequest) -> None:
    with pytest.raises(MalformedNotification):
        MOMO.read_notification(ACCOUNT, request_)
    assert MOMO.peek(request_) == Peeked()


@pytest.mark.parametrize("code", ["", "0x0", "0.0", "1e3", "9" * 10, None])
def test_a_signed_notice_without_a_code_is_malformed(code: Any) -> None:
    with pytest.raises(MalformedNotification):
        read(resultCode=code)


def test_a_peek_names_only_what_could_be_ours() -> None:
    assert MOMO.peek(post(notice())) == Peeked(PARTNER, "OD-1")
    assert MOMO.peek(RawRequest("GET", urlencode(notice()), b"")) == Peeked(PARTNER, "OD-1")
    assert MOMO.peek(post({"partnerCode": "a b", "orderId": "x" * 101})) == Peeked()


def test_a_forged_notice_is_readable_but_not_signed() -> None:
    request = RawRequest("POST", "", (PAYLOADS / "ipn_forged.json").read_bytes(), "application/json")
    assert MOMO.peek(request) == Peeked("MOMO_PARTNER", "ORD20250703001")
    with pytest.raises(InvalidSignature):
        MOMO.read_notification(ACCOUNT, request)

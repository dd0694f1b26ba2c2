"""What a verified DPS notice or return means, how it may arrive, and how it is answered."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.unit.transactions.providers.napas.napas_helpers import (
    MERCHANT,
    NAPAS,
    REFERENCE,
    VPC_ACCOUNT,
    account,
    browser,
    document,
    envelope,
    ipn,
    posted,
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
from transactions.providers.napas import codes

PAID, FAILED, PENDING = Outcome.PAID, Outcome.FAILED, Outcome.PENDING


def read(inner: Any) -> StatusReport:
    return NAPAS.read_notification(account(), ipn(inner)).report


@pytest.mark.parametrize(
    ("result", "gateway_code", "outcome", "unknown"),
    [
        ("SUCCESS", "APPROVED", PAID, False),
        ("SUCCESS", None, PAID, False),
        ("SUCCESS", "APPROVED_AUTO", PAID, True),
        ("SUCCESS", "DECLINED", PENDING, True),
        ("SUCCESS", "TIMED_OUT", PENDING, True),
        ("FAILURE", "DECLINED", FAILED, False),
        ("FAILURE", "INSUFFICIENT_FUNDS", FAILED, False),
        ("FAILURE", "EXPIRED_CARD", FAILED, False),
        ("FAILURE", "INVALID_OTP", FAILED, False),
        ("FAILURE", "CANCELLED", FAILED, False),
        ("FAILURE", "SOMETHING_NEW", FAILED, True),
        ("FAILURE", None, FAILED, False),
        ("FAILURE", "TIMED_OUT", PENDING, False),
        ("FAILURE", "SYSTEM_ERROR", PENDING, False),
        ("FAILURE", "APPROVED", PENDING, True),
        ("ERROR", "APPROVED", PENDING, False),
        ("PENDING", None, PENDING, False),
        (None, "APPROVED", PENDING, False),
        ("success", "APPROVED", PENDING, True),
        (True, "APPROVED", PENDING, False),
    ],
)
def test_the_result_decides_and_a_known_code_may_only_cast_doubt(
    result: Any, gateway_code: str | None, outcome: Outcome, unknown: bool
) -> None:
    report = read(document(result=result, response__gatewayCode=gateway_code))
    assert (report.outcome, report.unknown_code) == (outcome, unknown)


@pytest.mark.parametrize("code", [code for code, meaning in codes.GATEWAY.items() if meaning.outcome is FAILED])
def test_every_failure_code_fails_with_its_reason_in_both_languages(code: str) -> None:
    report = read(document(result="FAILURE", response__gatewayCode=code))
    meaning = codes.GATEWAY[code]
    assert (report.failure_code, report.failure_vi, report.failure_en) == (code, meaning.vi, meaning.en)


def test_a_code_longer_than_the_columns_is_cut_there_but_whole_in_the_record() -> None:
    report = read(document(result="FAILURE", response__gatewayCode="DECLINED_DO_NOT_CONTACT_AGAIN"))
    assert (report.failure_code, report.response_code) == ("DECLINED_DO_NOT_CONT", "DECLINED_DO_NOT_CONT")
    assert report.fields["response"]["gatewayCode"] == "DECLINED_DO_NOT_CONTACT_AGAIN"


@pytest.mark.parametrize(
    ("changes", "amount"),
    [
        ({}, 100_000),
        ({"order__amount": 100_000, "transaction__amount": 100_000}, 100_000),
        ({"order__amount": "100000.00"}, 100_000),
        ({"order__totalCapturedAmount": None, "transaction__amount": None}, 100_000),
        ({"order__amount": "100000.50"}, None),
        ({"order__amount": 100000.5}, None),
        ({"order__amount": "-100000"}, None),
        ({"order__amount": "1e5"}, None),
        ({"order__amount": "١٠٠٠٠٠"}, None),
        ({"order__amount": True}, None),
        ({"order__amount": None}, None),
        ({"order__amount": "99000", "order__totalCapturedAmount": 99_000, "transaction__amount": "99000"}, 99_000),
        ({"transaction__amount": "99000"}, None),
        ({"order__totalCapturedAmount": 0}, None),
        ({"order__currency": "USD"}, None),
        ({"order__currency": None}, None),
        ({"transaction__currency": "USD"}, None),
    ],
)
def test_an_amount_is_whole_dong_on_which_all_parts_agree_or_none(changes: dict[str, Any], amount: int | None) -> None:
    report = read(document(**changes))
    assert (report.outcome, report.amount) == (PAID, amount)


def test_the_rest_of_a_notice_is_kept_but_nothing_about_the_payer() -> None:
    report = read(document())
    assert report.paid_at == datetime(2026, 11, 21, 18, 32, 12, tzinfo=UTC)
    assert (report.reference, report.transaction_no, report.bank_transaction_no) == (REFERENCE, "00000000000J1-1", "632512345678")
    assert (report.response_code, report.transaction_status, report.card_type) == ("APPROVED", "SUCCESS", "NAPAS")
    assert report.refunded_total == 0
    kept = json.dumps(report.fields)
    assert "00000000000J1" in kept
    for private in ("NGUYEN", "970400", "0018", "sourceOfFunds"):
        assert private not in kept


@pytest.mark.parametrize("said", ["", "2026-11-21 18:32", "yesterday", 7, None])
def test_a_time_without_a_zone_is_no_time(said: Any) -> None:
    assert read(document(timeOfRecord=said)).paid_at is None


@pytest.mark.parametrize("odd", [{}, [], "x", 5, None])
def test_a_part_that_is_not_an_object_is_read_as_absent(odd: Any) -> None:
    report = read({"paymentResult": {"merchantId": MERCHANT, "result": "SUCCESS", "order": odd, "transaction": odd}})
    assert (report.reference, report.amount, report.transaction_no) == ("", None, None)


def test_a_notice_that_does_not_name_the_merchant_settles_nothing() -> None:
    report = read(document(merchantId=None))
    assert (report.outcome, report.unknown_code, report.reference) == (PENDING, True, REFERENCE)


@pytest.mark.parametrize(
    "inner", [{"error": {"cause": "INVALID_REQUEST"}, "result": "ERROR"}, {"paymentResult": None}, {"tokenResult": {}}, {}]
)
def test_a_signed_notice_without_a_payment_is_of_no_order_and_pending(inner: dict[str, Any]) -> None:
    report = read(inner)
    assert (report.outcome, report.reference, report.amount) == (PENDING, "", None)


@pytest.mark.parametrize("operation", ["REFUND", "REFUND_DOMESTIC", "VOID"])
def test_a_notice_of_money_given_back_is_news_of_a_refund(operation: str) -> None:
    notice = NAPAS.read_notification(account(), ipn(document(apiOperation=operation, transaction__amount="40000")))
    assert (notice.refund, notice.report.outcome, notice.report.amount) == (True, PAID, 40_000)
    assert notice.report.transaction_no is None


def test_the_checksum_may_be_written_in_either_case() -> None:
    request = ipn(document())
    lower = json.loads(request.body)
    lower["checksum"] = lower["checksum"].lower()
    again = NAPAS.read_notification(account(), RawRequest("POST", "", json.dumps(lower).encode()))
    assert again == NAPAS.read_notification(account(), request)


def test_a_notice_of_another_merchant_or_secret_or_without_an_account_is_refused() -> None:
    with pytest.raises(InvalidSignature):
        NAPAS.read_notification(account(), ipn(document(merchantId="OTHER")))
    with pytest.raises(InvalidSignature):
        NAPAS.read_notification(account(), ipn(document(), secret="another"))
    with pytest.raises(InvalidSignature):
        NAPAS.read_notification(AccountContext("sandbox", {}), ipn(document(), secret=""))


def test_every_changed_byte_of_a_notice_is_refused() -> None:
    body = ipn(document()).body
    for index in range(0, len(body), 7):
        for flipped in (body[index] ^ 1, body[index] ^ 0x80):
            request = RawRequest("POST", "", body[:index] + bytes([flipped]) + body[index + 1 :])
            try:
                report = NAPAS.read_notification(account(), request).report
            except (InvalidSignature, MalformedNotification):
                continue
            # Only the case of a checksum's hex digit may differ.
            assert request.body.lower() == body.lower(), (index, report)


@pytest.mark.parametrize(
    "body",
    [
        b"", b"[]", b"null", b"{", b"\xff", b"{}", b'{"data": 5, "checksum": "x"}', b'{"data": "eA==", "checksum": null}',
        rb'{"data": "\u00e9", "checksum": "00"}', rb'{"data": "\ud800", "checksum": "00"}', b'{"data": "eA==", "checksum": ""}',
        b'{"data": "eA==", "data": "eQ==", "checksum": "00"}', b"[" * 100_000,
    ],
)  # fmt: skip
def test_what_is_not_an_envelope_is_malformed(body: bytes) -> None:
    request = RawRequest("POST", "", body, "application/json")
    with pytest.raises(MalformedNotification):
        NAPAS.read_notification(account(), request)
    assert NAPAS.peek(request) == Peeked()


@pytest.mark.parametrize("inner", [b"", b"[1]", b"\xff", b'{"a": 1, "a": 2}', b"[" * 100_000])
def test_signed_data_that_is_not_an_object_is_malformed(inner: bytes) -> None:
    with pytest.raises(MalformedNotification):
        NAPAS.read_notification(account(), RawRequest("POST", "", envelope(inner).encode()))


def test_a_notice_and_a_return_tell_whom_they_claim_to_be_about() -> None:
    for request in (ipn(document()), browser(document()), RawRequest("POST", "", ipn(document(), secret="wrong").body)):
        assert NAPAS.peek(request) == Peeked(MERCHANT, REFERENCE)
    assert NAPAS.peek(ipn(document(merchantId="a b", order__id="x" * 41))) == Peeked()
    assert NAPAS.peek(ipn(json.dumps(document(merchantId="M\0", order__id="\ud800")).encode())) == Peeked()
    assert NAPAS.peek(RawRequest("GET", "napasResult=%FF", b"")) == Peeked()


@pytest.mark.parametrize(
    ("changes", "outcome", "message", "cancelled"),
    [
        ({}, PAID, codes.SUCCESS, False),
        ({"result": "ERROR"}, PENDING, codes.WAITING, False),
        ({"result": "FAILURE", "response__gatewayCode": "INVALID_OTP"}, FAILED, codes.GATEWAY["INVALID_OTP"], False),
        ({"result": "FAILURE", "response__gatewayCode": "CANCELLED"}, FAILED, codes.GATEWAY["CANCELLED"], True),
        ({"result": "FAILURE", "response__gatewayCode": None}, FAILED, codes.NO_REASON, False),
    ],
)
def test_a_return_says_what_to_show(changes: dict[str, Any], outcome: Outcome, message: codes.Meaning, cancelled: bool) -> None:
    view = NAPAS.read_return(account(), browser(document(**changes)))
    assert (view.reference, view.outcome, view.cancelled) == (REFERENCE, outcome, cancelled)
    assert (view.message_vi, view.message_en) == (message.vi, message.en)


@pytest.mark.parametrize(
    "request_", [
        RawRequest("POST", "", b""), RawRequest("POST", "", b"napasResult="), RawRequest("POST", "", b"napasResult=%FF"),
        RawRequest("POST", "", b"napasResult={}&napasResult={}"), RawRequest("GET", "", b""), posted("[]"), posted("x"),
    ],
)  # fmt: skip
def test_a_return_without_a_readable_result_is_malformed(request_: RawRequest) -> None:
    with pytest.raises(MalformedNotification):
        NAPAS.read_return(account(), request_)


def test_a_notice_is_accepted_refused_or_wanted_again() -> None:
    answers = {outcome: NAPAS.acknowledge(outcome, ipn({})) for outcome in AckOutcome}
    assert {outcome.value: answer.status for outcome, answer in answers.items()} == {
        "stored": 200, "repeated": 200, "unknown_order": 200, "wrong_amount": 200, "bad_signature": 400, "unreadable": 400,
        "our_error": 503,
    }  # fmt: skip
    assert answers[AckOutcome.STORED].body == b'{"result":"SUCCESS"}'
    assert {answer.content_type for answer in answers.values()} == {"application/json"}


def test_an_account_in_legacy_mode_takes_no_notices() -> None:
    with pytest.raises(MalformedNotification):
        NAPAS.read_notification(VPC_ACCOUNT, ipn(document(), secret=VPC_ACCOUNT.credentials["client_secret"]))

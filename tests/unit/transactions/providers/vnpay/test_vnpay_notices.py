"""What a verified notice or return means, how it may arrive, and how it is answered."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from itertools import product

import pytest
from vnpay_helpers import ACCOUNT, NOTICE, PAYLOADS, VNPAY, get, hmac_of, notice_query

from transactions.providers.base import AckOutcome, InvalidSignature, Outcome, Peeked, RawRequest, StatusReport
from transactions.providers.vnpay import codes

PAID, FAILED, SUSPECTED, PENDING = Outcome.PAID, Outcome.FAILED, Outcome.SUSPECTED, Outcome.PENDING
FAILURES = sorted(set(codes.RESPONSE) - {"00", "07"})


def read(response: str | None, status: str | None) -> StatusReport:
    query = notice_query({"vnp_ResponseCode": response, "vnp_TransactionStatus": status})
    return VNPAY.read_notification(ACCOUNT, get(query)).report


@pytest.mark.parametrize(
    ("response", "status", "outcome", "unknown"),
    [
        ("00", "00", PAID, False),
        ("00", "01", PENDING, False),
        ("00", "02", FAILED, False),
        ("00", "04", SUSPECTED, False),
        ("00", "07", SUSPECTED, False),
        ("07", "00", SUSPECTED, False),
        ("07", "02", SUSPECTED, False),
        ("07", None, SUSPECTED, False),
        ("24", "01", PENDING, False),
        ("24", "04", SUSPECTED, False),
        ("24", None, FAILED, False),
        ("24", "", FAILED, False),
        ("24", "00", PENDING, True),
        ("99", "02", FAILED, False),
        ("99", "00", PENDING, True),
        ("99", None, PENDING, True),
        ("01", None, PENDING, True),
        ("00", None, PENDING, True),
        ("00", "", PENDING, True),
        ("00", "08", PENDING, True),
        ("24", "08", PENDING, True),
        ("88", "02", PENDING, True),
        ("88", "00", PENDING, True),
        (None, "00", PENDING, True),
        (None, "02", PENDING, True),
        (None, None, PENDING, True),
        ("0", "0", PENDING, True),
        (" 00", "00", PENDING, True),
    ],
)
def test_the_two_codes_decide_together(response: str | None, status: str | None, outcome: Outcome, unknown: bool) -> None:
    report = read(response, status)
    assert (report.outcome, report.unknown_code) == (outcome, unknown)


@pytest.mark.parametrize("response", FAILURES)
def test_every_failure_code_fails_with_its_reason_in_both_languages(response: str) -> None:
    report = read(response, "02")
    meaning = codes.RESPONSE[response]
    assert (report.outcome, report.failure_code) == (FAILED, response)
    assert (report.failure_vi, report.failure_en) == (meaning.vi, meaning.en)


def test_only_two_zeros_are_paid_among_all_pairs_of_two_digits() -> None:
    digits = [f"{number:02d}" for number in range(100)]
    paid = [pair for pair in product(digits, ("", "00", "01", "02", "04", "05", "06", "07", "09", "99")) if pays(*pair)]
    assert paid == [("00", "00")]


def pays(response: str, status: str) -> bool:
    notice = VNPAY.read_notification(
        ACCOUNT, get(notice_query({"vnp_ResponseCode": response, "vnp_TransactionStatus": status or None}))
    )
    return notice.report.outcome is PAID and not notice.refund


def test_a_failure_known_by_its_state_only_is_not_confused_with_a_response_code() -> None:
    assert read("00", "02").failure_code == "status-02"
    assert read("00", "02").failure_vi == codes.STATUS["02"].vi


@pytest.mark.parametrize(("status", "outcome"), [("05", PENDING), ("06", PAID), ("09", FAILED)])
def test_a_state_of_a_refund_is_news_of_the_refund(status: str, outcome: Outcome) -> None:
    notice = VNPAY.read_notification(ACCOUNT, get(notice_query({"vnp_TransactionStatus": status})))
    assert (notice.refund, notice.report.outcome) == (True, outcome)
    assert (notice.report.failure_code is not None) == (outcome is FAILED)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("10000000", 100_000),
        ("500000", 5_000),
        ("10000050", None),
        ("100000.00", None),
        ("-10000000", None),
        ("+10000000", None),
        ("1e7", None),
        ("١٠٠٠٠٠٠٠", None),
        ("1000000000000", None),
        (None, None),
    ],
)
def test_an_amount_is_whole_dong_or_none(text: str | None, amount: int | None) -> None:
    assert VNPAY.read_notification(ACCOUNT, get(notice_query({"vnp_Amount": text}))).report.amount == amount


def test_the_rest_of_a_notice_is_kept() -> None:
    report = VNPAY.read_notification(ACCOUNT, get(notice_query({"vnp_BankTranNo": "VNP1", "vnp_CardType": "ATM"}))).report
    assert report.paid_at == datetime(2026, 11, 21, 18, 32, 12, tzinfo=UTC)
    assert (report.bank_code, report.bank_transaction_no, report.card_type) == ("NCB", "VNP1", "ATM")
    assert (report.transaction_no, report.pay_date, report.reference) == ("14226112", "20261122013212", "T1")
    assert report.fields == {**NOTICE, "vnp_BankTranNo": "VNP1", "vnp_CardType": "ATM"}
    assert len(report.signature or "") == 128


@pytest.mark.parametrize(("number", "kept"), [("0", None), ("", None), (None, None), ("00", None), ("7", "7"), ("10", "10")])
def test_no_number_of_vnpay_is_none(number: str | None, kept: str | None) -> None:
    query = notice_query({"vnp_TransactionNo": number})
    assert VNPAY.read_notification(ACCOUNT, get(query)).report.transaction_no == kept


@pytest.mark.parametrize("date", ["", "2026", "20261322000000", None])
def test_an_odd_pay_date_is_no_time(date: str | None) -> None:
    assert VNPAY.read_notification(ACCOUNT, get(notice_query({"vnp_PayDate": date}))).report.paid_at is None


def test_a_notice_without_a_reference_is_read_as_of_no_order() -> None:
    assert VNPAY.read_notification(ACCOUNT, get(notice_query({"vnp_TxnRef": None}))).report.reference == ""


def test_a_form_and_a_json_body_are_read_like_the_query() -> None:
    query = notice_query()
    expected = VNPAY.read_notification(ACCOUNT, get(query))
    fields = {**NOTICE, "vnp_SecureHash": query.rsplit("=", 1)[1]}
    numbers = json.dumps({**fields, "extra": [1], "vnp_Amount": 10_000_000})
    for request in (
        RawRequest("POST", "tenant=1", query.encode(), "application/x-www-form-urlencoded"),
        RawRequest("POST", "", query.encode()),
        RawRequest("POST", "", json.dumps(fields).encode(), "application/json; charset=utf-8"),
        RawRequest("POST", "", json.dumps(fields).encode()),
        RawRequest("POST", "", numbers.encode(), "application/json"),
        RawRequest("POST", query, b""),
        RawRequest("GET", query, b"vnp_Amount=1"),
    ):
        assert VNPAY.read_notification(ACCOUNT, request) == expected
        assert VNPAY.peek(request) == Peeked(NOTICE["vnp_TmnCode"], "T1")


def test_a_name_repeated_in_json_is_a_bad_signature() -> None:
    body = b'{"vnp_Amount": "1", "vnp_Amount": "2", "vnp_SecureHash": "00"}'
    with pytest.raises(InvalidSignature):
        VNPAY.read_notification(ACCOUNT, RawRequest("POST", "", body, "application/json"))


def test_the_sample_of_the_design_document_is_readable_but_not_signed() -> None:
    request = RawRequest("POST", "", (PAYLOADS / "ipn_design_sample.json").read_bytes(), "application/json")
    assert VNPAY.peek(request) == Peeked("VNPAY_TMN", "ORD20250703001")
    with pytest.raises(InvalidSignature):
        VNPAY.read_notification(ACCOUNT, request)


def test_a_cancelled_return_as_seen_in_the_wild_is_read() -> None:
    query = (PAYLOADS / "return_cancelled.query").read_text().strip()
    view = VNPAY.read_return(ACCOUNT, get(f"{query}&vnp_SecureHash={hmac_of(query)}"))
    assert (view.outcome, view.amount, view.transaction_no, view.cancelled) == (FAILED, 100_000, None, True)
    assert (view.message_vi, view.message_en) == (codes.RESPONSE["24"].vi, codes.RESPONSE["24"].en)


@pytest.mark.parametrize(
    ("changes", "outcome", "message"),
    [
        ({}, PAID, codes.RESPONSE["00"]),
        ({"vnp_TransactionStatus": "01"}, PENDING, codes.STATUS["01"]),
        ({"vnp_TransactionStatus": "06"}, PENDING, codes.STATUS["01"]),
        ({"vnp_ResponseCode": "07"}, SUSPECTED, codes.RESPONSE["07"]),
        ({"vnp_ResponseCode": "51", "vnp_TransactionStatus": "02"}, FAILED, codes.RESPONSE["51"]),
    ],
)
def test_a_return_says_what_to_show(changes: dict[str, str], outcome: Outcome, message: codes.Meaning) -> None:
    view = VNPAY.read_return(ACCOUNT, get(notice_query(changes)))
    assert (view.outcome, view.message_vi, view.message_en, view.cancelled) == (outcome, message.vi, message.en, False)


def test_every_answer_is_http_200_with_the_exact_words() -> None:
    bodies = {outcome: VNPAY.acknowledge(outcome, get("")) for outcome in AckOutcome}
    assert {answer.status for answer in bodies.values()} == {200}
    assert {answer.content_type for answer in bodies.values()} == {"application/json"}
    assert bodies[AckOutcome.STORED].body == b'{"RspCode":"00","Message":"Confirm Success"}'
    assert bodies[AckOutcome.UNREADABLE].body == b'{"RspCode":"99","Message":"Unknow error"}'
    assert [json.loads(answer.body)["RspCode"] for answer in bodies.values()] == ["00", "02", "01", "04", "97", "99", "99"]

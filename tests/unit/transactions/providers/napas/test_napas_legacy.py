"""The legacy mode of an account: the signed URL, the return, queryDR and refund."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from payments_site.kernel.http import HttpClient, ProviderSilent
from tests.unit.transactions.providers.napas.napas_helpers import (
    MERCHANT,
    NAPAS,
    NOW,
    PAYMENT,
    REFERENCE,
    VPC_ACCOUNT,
    FakeHttp,
    account,
    answer,
    browser,
    document,
    order,
    refund_order,
    vpc_return,
    vpc_text,
)
from transactions.providers.base import (
    AnswerUnreadable,
    CredentialsRefused,
    FateUnknown,
    InvalidSignature,
    MalformedNotification,
    Outcome,
    Peeked,
    ProviderRefused,
    RawRequest,
    StatusReport,
)
from transactions.providers.napas import codes

PAID, FAILED, PENDING = Outcome.PAID, Outcome.FAILED, Outcome.PENDING
FACTOR_1 = replace(VPC_ACCOUNT, options={**VPC_ACCOUNT.options, "amount_factor": 1})


def dr(code: str | None = "0", **changes: str | None) -> Any:
    return answer(vpc_text({"vpc_TxnResponseCode": code, "vpc_ResponseCode": None, **changes}).encode())


def ask(given: Any) -> StatusReport:
    return NAPAS.query_payment(VPC_ACCOUNT, PAYMENT, FakeHttp(given), NOW)


def fields_of(url: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))


def test_the_amount_is_sent_in_the_unit_that_the_account_was_set_up_with() -> None:
    hundredths = fields_of(NAPAS.create_payment(VPC_ACCOUNT, order(), HttpClient()).payment_url)
    whole = fields_of(NAPAS.create_payment(FACTOR_1, order(), HttpClient()).payment_url)
    assert (hundredths["vpc_Amount"], whole["vpc_Amount"]) == ("10000000", "100000")


def test_a_payment_by_the_legacy_gateway_leads_to_its_own_page() -> None:
    urls = {"NAPAS_VPC_PAYMENT_URL": "https://napas.example/pay"}
    session = NAPAS.create_payment(replace(VPC_ACCOUNT, urls=urls), order(locale="en", page_url=""), HttpClient())
    assert session.payment_url.startswith("https://napas.example/pay?")
    fields = fields_of(session.payment_url)
    assert (fields["vpc_Locale"], fields["vpc_MerchTxnRef"]) == ("en", REFERENCE)
    assert fields["vpc_BackURL"] == fields["vpc_ReturnURL"]
    assert (session.order_info, session.merchant_code) == ("Thanh toan don hang 1", MERCHANT)
    long = NAPAS.create_payment(VPC_ACCOUNT, order(description="x" * 99), HttpClient())
    assert fields_of(long.payment_url)["vpc_OrderInfo"] == "x" * 34


@pytest.mark.parametrize("changes", [{"amount": 999}, {"payment_method": "international_card"}, {"reference": "a b"}])
def test_the_legacy_gateway_takes_domestic_cards_within_the_limits(changes: dict[str, Any]) -> None:
    with pytest.raises(ProviderRefused):
        NAPAS.create_payment(VPC_ACCOUNT, order(**changes), HttpClient())


@pytest.mark.parametrize("code", codes.VPC)
def test_every_code_of_a_return_has_its_outcome_and_words(code: str) -> None:
    view = NAPAS.read_return(VPC_ACCOUNT, vpc_return({"vpc_ResponseCode": code}))
    meaning = codes.VPC[code]
    assert (view.outcome, view.reference, view.amount) == (meaning.outcome, REFERENCE, 100_000)
    if meaning.outcome is FAILED:
        assert (view.message_vi, view.message_en) == (meaning.vi, meaning.en)


def test_only_0_is_paid_and_only_known_codes_fail() -> None:
    outcomes = {
        code: NAPAS.read_return(VPC_ACCOUNT, vpc_return({"vpc_ResponseCode": code})).outcome
        for code in (*map(str, range(100)), "00", "0 ", "A", "")
    }
    assert [code for code, outcome in outcomes.items() if outcome is PAID] == ["0"]
    assert {code for code, outcome in outcomes.items() if outcome is FAILED} == {
        code for code, meaning in codes.VPC.items() if meaning.outcome is FAILED
    }


def test_a_return_is_read_by_its_hash_in_either_case() -> None:
    text = vpc_text()
    lower = text[:-32] + text[-32:].lower()
    view = NAPAS.read_return(VPC_ACCOUNT, RawRequest("GET", lower, b""))
    assert (view.outcome, view.transaction_no) == (PAID, "1234567")
    assert NAPAS.peek(RawRequest("GET", f"x=1&{lower}", b"")) == Peeked(MERCHANT, REFERENCE)


@pytest.mark.parametrize("name", ["vpc_Amount", "vpc_MerchTxnRef", "vpc_ResponseCode", "vpc_TransactionNo", "vpc_Message"])
def test_a_changed_field_of_a_return_is_refused(name: str) -> None:
    fields = fields_of(f"?{vpc_text()}")
    query = "&".join(f"{key}={value}1" if key == name else f"{key}={value}" for key, value in fields.items())
    with pytest.raises(InvalidSignature):
        NAPAS.read_return(VPC_ACCOUNT, RawRequest("GET", query.replace(" ", "+"), b""))


@pytest.mark.parametrize("more", ["&vpc_Amount=1", "&vpc_Odd%3D=1", "&vpc_%C3%A9=1"])
def test_a_repeated_or_odd_name_is_refused(more: str) -> None:
    request = RawRequest("GET", vpc_text() + more, b"")
    with pytest.raises(InvalidSignature):
        NAPAS.read_return(VPC_ACCOUNT, request)
    assert NAPAS.peek(request) == Peeked()


def test_a_return_of_another_merchant_or_without_a_hash_is_refused() -> None:
    with pytest.raises(InvalidSignature):
        NAPAS.read_return(VPC_ACCOUNT, vpc_return({"vpc_Merchant": "OTHER"}))
    for query in ("", "vpc_Amount=1", "vpc_Amount=%FF", "vpc_Amount=%00&vpc_SecureHash=1", "x=1"):
        with pytest.raises(MalformedNotification):
            NAPAS.read_return(VPC_ACCOUNT, RawRequest("GET", query, b""))


def test_neither_mode_reads_the_returns_of_the_other() -> None:
    with pytest.raises(MalformedNotification):
        NAPAS.read_return(VPC_ACCOUNT, browser(document()))
    with pytest.raises(MalformedNotification):
        NAPAS.read_return(account(), vpc_return())


@pytest.mark.parametrize(
    ("text", "currency", "amount"),
    [
        ("10000000", "VND", 100_000),
        ("10000000", None, 100_000),
        ("10000000", "USD", None),
        ("10000050", "VND", None),
        ("1e7", "VND", None),
        ("-1", "VND", None),
        (None, "VND", None),
        ("١٠", "VND", None),
    ],
)
def test_an_amount_is_whole_dong_or_none(text: str | None, currency: str | None, amount: int | None) -> None:
    assert ask(dr(vpc_Amount=text, vpc_CurrencyCode=currency)).amount == amount


def test_a_query_is_signed_and_tells_the_operators_name() -> None:
    http = FakeHttp(dr())
    report = NAPAS.query_payment(VPC_ACCOUNT, PAYMENT, http, NOW)
    [(method, url)] = http.calls
    assert method == "GET"
    assert url.startswith("https://sandbox.napas.com.vn/gateway/vpcdps.api?")
    fields = fields_of(url)
    assert len(fields.pop("vpc_SecureHash")) == 32
    assert fields == {
        "vpc_Version": "2.1", "vpc_Command": "queryDR", "vpc_AccessCode": "ACCESS01", "vpc_Merchant": MERCHANT,
        "vpc_MerchTxnRef": REFERENCE, "vpc_User": "opuser", "vpc_Password": "oppass",
    }  # fmt: skip
    assert (report.outcome, report.amount, report.transaction_no) == (PAID, 100_000, "1234567")
    assert "oppass" not in str(report.fields)
    assert "vpc_SecureHash" not in report.fields


@pytest.mark.parametrize(
    ("code", "outcome", "conclusive"),
    [("7", FAILED, True), ("26", PENDING, True), ("34", PENDING, True), ("31", PENDING, True), ("32", PENDING, True),
     ("33", PENDING, False), ("99", PENDING, True)],
)  # fmt: skip
def test_an_answer_of_querydr_is_read_by_its_code(code: str, outcome: Outcome, conclusive: bool) -> None:
    report = ask(dr(code))
    assert (report.outcome, report.conclusive, report.response_code) == (outcome, conclusive, code)
    assert report.unknown_code is (code == "99")


@pytest.mark.parametrize(
    ("given", "raised"),
    [
        (dr("8"), CredentialsRefused),
        (dr(None), AnswerUnreadable),
        (dr("0", vpc_MerchTxnRef=None), AnswerUnreadable),
        (dr("0", vpc_MerchTxnRef="ANOTHER"), AnswerUnreadable),
        (dr("7", vpc_Merchant="OTHER"), AnswerUnreadable),
        (answer(vpc_text({"vpc_TxnResponseCode": "0"}).replace("10000000", "10000001").encode()), AnswerUnreadable),
        (answer(b"vpc_TxnResponseCode=0&vpc_TxnResponseCode=0"), AnswerUnreadable),
        (answer(b"\xff"), AnswerUnreadable),
        (answer(b"<html>"), AnswerUnreadable),
        (answer(b"", 500), FateUnknown),
        (ProviderSilent("x"), ProviderSilent),
    ],
)
def test_an_answer_that_proves_nothing_is_not_believed(given: Any, raised: type[Exception]) -> None:
    with pytest.raises(raised):
        ask(given)


def test_an_answer_without_a_hash_is_read_for_it_is_not_confirmed_that_there_is_one() -> None:
    report = ask(answer(f"vpc_TxnResponseCode=0&vpc_MerchTxnRef={REFERENCE}&vpc_Amount=10000000".encode()))
    assert (report.outcome, report.amount, report.signature) == (PAID, 100_000, None)


@pytest.mark.parametrize(
    ("code", "outcome", "number"),
    [("0", PAID, "7654321"), ("26", PENDING, "7654321"), ("34", PENDING, "7654321"), ("5", PENDING, "7654321"),
     ("7", FAILED, "7654321"), ("31", FAILED, "7654321"), ("32", FAILED, "7654321")],
)  # fmt: skip
def test_a_refund_is_read_by_its_code(code: str, outcome: Outcome, number: str) -> None:
    given = dr(code, vpc_Command="refund", vpc_Amount="4000000", vpc_TransactionNo=number)
    report = NAPAS.refund(VPC_ACCOUNT, refund_order(), FakeHttp(given))
    assert (report.outcome, report.refund_no, report.response_code) == (outcome, number, code)
    assert (report.failure_vi, report.failure_en) == (
        (codes.VPC[code].vi, codes.VPC[code].en) if outcome is FAILED else (None, None)
    )


def test_a_refund_of_another_amount_settles_nothing_and_the_payments_number_is_not_its_own() -> None:
    own = replace(PAYMENT, transaction_no="1234567")
    given = dr("0", vpc_Amount="9900000")
    report = NAPAS.refund(VPC_ACCOUNT, refund_order(payment=own), FakeHttp(given))
    assert (report.outcome, report.refund_no) == (PENDING, None)


@pytest.mark.parametrize(("code", "raised"), [("8", CredentialsRefused), ("99", FateUnknown)])
def test_a_refund_never_fails_on_a_code_that_does_not_say_so(code: str, raised: type[Exception]) -> None:
    with pytest.raises(raised):
        NAPAS.refund(VPC_ACCOUNT, refund_order(), FakeHttp(dr(code)))


def test_the_legacy_gateway_can_not_be_asked_about_a_refund() -> None:
    http = FakeHttp()
    assert NAPAS.query_refund(VPC_ACCOUNT, refund_order(refund_no="77"), http).outcome is PENDING
    assert http.calls == []

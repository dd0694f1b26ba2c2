"""Query, cancel and confirm-webhook: what is sent, and what each answer is taken for."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.unit.transactions.providers.payos.payos_helpers import (
    ACCOUNT,
    CODE,
    LINK,
    NOW,
    PAYMENT,
    PAYOS,
    FakeHttp,
    link,
    paid_by,
    refusal,
)
from transactions.providers.base import (
    AnswerUnreadable,
    Capability,
    CredentialsRefused,
    FateUnknown,
    Outcome,
    ProviderRefused,
    StatusReport,
)
from transactions.providers.payos import codes

PAID, FAILED, PENDING = Outcome.PAID, Outcome.FAILED, Outcome.PENDING


def query(answer: Any, status: int = 200) -> StatusReport:
    return PAYOS.query_payment(ACCOUNT, PAYMENT, FakeHttp(answer, status=status), NOW)


def cancel(answer: Any, status: int = 200) -> FakeHttp:
    http = FakeHttp(answer, status=status)
    PAYOS.cancel_payment(ACCOUNT, PAYMENT, "Khách đổi ý!", http, NOW)
    return http


def test_a_query_brings_every_transfer() -> None:
    http = FakeHttp(link(60_000, 40_000, status="PAID"))
    report = PAYOS.query_payment(ACCOUNT, PAYMENT, http, NOW)
    [(method, url, body, headers)] = http.calls
    assert (method, url, body) == ("GET", f"https://api-merchant.payos.vn/v2/payment-requests/{CODE}", None)
    assert (headers["x-client-id"], headers["x-api-key"]) == ("client-1", "api-1")
    assert (report.outcome, report.reference, report.amount) == (PAID, str(CODE), 100_000)
    assert [(row.number, row.amount) for row in report.transfers] == [("FT0", 60_000), ("FT1", 40_000)]
    assert report.transfers[1].paid_at == report.paid_at == datetime(2026, 11, 22, 1, 1, 9, tzinfo=UTC)
    assert report.transfers[0].payer["account_name"] == "NGUYEN THI ANH"
    assert "NGUYEN" not in str(report.fields)
    assert report.fields["transactions"][0] == {
        "reference": "FT0", "amount": 60_000, "transactionDateTime": "2026-11-22T08:00:09+07:00"
    }  # fmt: skip
    assert (report.conclusive, report.unknown_code) == (True, False)


@pytest.mark.parametrize(
    ("status", "amounts", "outcome"),
    [
        ("PENDING", (), PENDING), ("PROCESSING", (), PENDING), ("UNDERPAID", (60_000,), PENDING), ("PAID", (100_000,), PAID),
        ("CANCELLED", (), FAILED), ("EXPIRED", (), FAILED), ("FAILED", (), FAILED),
        ("CANCELLED", (60_000,), PENDING), ("EXPIRED", (60_000,), PENDING), ("FAILED", (100_000,), PENDING),
    ],
)  # fmt: skip
def test_a_state_fails_a_payment_only_where_nothing_was_paid(status: str, amounts: tuple[int, ...], outcome: Outcome) -> None:
    report = query(link(*amounts, status=status))
    assert (report.outcome, report.transaction_status, report.unknown_code) == (outcome, status, False)
    assert [row.amount for row in report.transfers] == list(amounts)
    if outcome is FAILED:
        meaning = codes.STATUS[status]
        assert (report.failure_code, report.failure_vi, report.failure_en) == (status, meaning.vi, meaning.en)
    else:
        assert report.failure_code is None


def test_a_closed_link_whose_rows_are_missing_but_whose_sum_is_not_is_not_failed() -> None:
    assert query(link(status="EXPIRED", amountPaid=60_000)).outcome is PENDING


@pytest.mark.parametrize("status", ["SOMETHING", "", None, 7, "paid"])
def test_an_unknown_state_is_pending_and_flagged(status: Any) -> None:
    report = query(link(status=status))
    assert (report.outcome, report.unknown_code) == (PENDING, True)


def test_a_row_that_can_not_be_counted_is_flagged() -> None:
    rows = [*paid_by(60_000), {**paid_by(1)[0], "reference": ""}]
    report = query(link(transactions=rows, status="UNDERPAID"))
    assert ([row.amount for row in report.transfers], report.unknown_code) == ([60_000], True)


def test_a_link_that_was_never_made_is_pending() -> None:
    report = query(refusal("101"), 404)
    assert (report.outcome, report.conclusive, report.response_code, report.reference) == (PENDING, True, "101", str(CODE))


@pytest.mark.parametrize(
    ("answer", "status", "error"),
    [
        (refusal("401"), 401, CredentialsRefused), (refusal("214"), 200, CredentialsRefused), (refusal("777"), 200, FateUnknown),
        (b"", 200, AnswerUnreadable), (b"<html>", 502, FateUnknown), (link(), 429, FateUnknown), (link(), 404, FateUnknown),
        ({**link(), "signature": "0" * 64}, 200, AnswerUnreadable), (link(orderCode=7), 200, AnswerUnreadable),
        (link(id="another"), 200, AnswerUnreadable), (link(transactions="x"), 200, AnswerUnreadable),
        (link(transactions=["x"]), 200, AnswerUnreadable), ({"code": "00", "data": None}, 200, AnswerUnreadable),
    ],
)  # fmt: skip
def test_an_answer_that_proves_nothing_is_raised(answer: Any, status: int, error: type[Exception]) -> None:
    with pytest.raises(error):
        query(answer, status)


def test_a_link_is_cancelled_by_its_order_code() -> None:
    [(method, url, body, _)] = cancel(link(status="CANCELLED")).calls
    assert (method, url) == ("POST", f"https://api-merchant.payos.vn/v2/payment-requests/{CODE}/cancel")
    assert body == {"cancellationReason": "Khach doi y"}


def test_a_link_that_does_not_exist_needs_no_cancelling() -> None:
    assert len(cancel(refusal("101")).calls) == 1


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (link(100_000, status="PAID"), ProviderRefused), (link(status="PENDING"), ProviderRefused),
        (refusal("20"), ProviderRefused), (refusal("888"), FateUnknown),
        ({**link(status="CANCELLED"), "signature": ""}, AnswerUnreadable),
        (link(status="CANCELLED", orderCode=7), AnswerUnreadable),
    ],
)  # fmt: skip
def test_a_link_that_was_not_cancelled_is_said_so(answer: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        cancel(answer)


def test_an_address_is_registered_with_the_channel() -> None:
    answer = {"code": "00", "desc": "success", "data": {"webhookUrl": "https://pay.example.vn/hook", "accountNumber": "1"}}
    http = FakeHttp(answer)
    PAYOS.confirm_webhook(replace(ACCOUNT, api_url="https://own.example"), "https://pay.example.vn/hook", http)
    [(method, url, body, headers)] = http.calls
    assert (method, url, body) == ("POST", "https://own.example/confirm-webhook", {"webhookUrl": "https://pay.example.vn/hook"})
    assert headers["x-client-id"] == "client-1"
    for refused, error in ((refusal("20"), ProviderRefused), (refusal("401"), CredentialsRefused), (b"", AnswerUnreadable)):
        with pytest.raises(error):
            PAYOS.confirm_webhook(ACCOUNT, "https://pay.example.vn/hook", FakeHttp(refused))


def test_payos_has_no_refunds() -> None:
    wanted = {Capability.QUERY, Capability.CANCEL, Capability.QR, Capability.TRANSFERS, Capability.STATEMENT}
    assert PAYOS.capabilities == wanted
    with pytest.raises(ProviderRefused):
        PAYOS.refund(ACCOUNT, None, FakeHttp(b""))  # type: ignore[arg-type]


@pytest.mark.parametrize("table", [codes.CODES, codes.STATUS])
def test_every_code_is_worded_in_both_languages(table: Any) -> None:
    for meaning in table.values():
        assert 0 < len(meaning.vi) <= 100
        assert 0 < len(meaning.en) <= 100
        assert meaning.en.isascii()
    assert set(codes.STATUS) >= codes.CLOSED
    assert set(codes.CODES) >= codes.CREDENTIAL_CODES | codes.REFUSAL_CODES


def test_a_code_that_occurs_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        codes._table(("00", "a", "a"), ("00", "b", "b"))


def test_credentials_are_three_texts() -> None:
    good = {"client_id": "a1b2-c3", "api_key": "k", "checksum_key": "c"}
    assert PAYOS.check_credentials(good) == {}
    assert set(PAYOS.check_credentials({**good, "client_id": "a b", "api_key": ""})) == {"client_id", "api_key"}


def test_a_link_is_asked_for_by_its_code_even_before_its_name_is_known() -> None:
    report = PAYOS.query_payment(ACCOUNT, replace(PAYMENT, session_id=""), FakeHttp(link()), NOW)
    assert (report.outcome, report.fields["id"]) == (PENDING, LINK)


@pytest.mark.parametrize("changes", [{"amount": 99_000}, {"createdAt": "2026-11-22T01:00:00+07:00"}, {"createdAt": None}])
def test_somebody_elses_link_with_our_code_says_nothing_of_ours(changes: dict[str, Any]) -> None:
    nameless, http = replace(PAYMENT, session_id=""), FakeHttp(link(100_000, status="PAID", **changes))
    with pytest.raises(AnswerUnreadable):
        PAYOS.query_payment(ACCOUNT, nameless, http, NOW)
    with pytest.raises((AnswerUnreadable, ProviderRefused)):
        PAYOS.cancel_payment(ACCOUNT, nameless, "", http, NOW)
    assert [call[0] for call in http.calls] == ["GET", "GET"]

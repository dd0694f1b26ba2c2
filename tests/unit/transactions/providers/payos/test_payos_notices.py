"""Webhooks: one transfer each; the probe; what is refused; and how each is answered."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.payloads import payos_sign
from tests.unit.transactions.providers.payos.payos_helpers import ACCOUNT, CODE, KEY, LINK, PAYLOADS, PAYOS, post, webhook
from transactions.providers.base import (
    AckOutcome,
    InvalidSignature,
    MalformedNotification,
    Notification,
    Outcome,
    Peeked,
    RawRequest,
)


def read(document: Any) -> Notification:
    return PAYOS.read_notification(ACCOUNT, post(document))


def test_a_webhook_is_one_transfer_and_no_verdict() -> None:
    notice = read(webhook(description="CS62H9BJD45 DH42 Cảm ơn"))
    report = notice.report
    assert (report.outcome, report.reference, report.amount) == (Outcome.PENDING, str(CODE), 60_000)
    assert (notice.probe, notice.by_memo, notice.refund, report.unknown_code) == (False, False, False, False)
    [transfer] = report.transfers
    assert (transfer.number, transfer.amount) == ("FT26325000001", 60_000)
    assert transfer.paid_at == datetime(2026, 11, 21, 1, 5, 9, tzinfo=UTC)
    assert transfer.memo == "CS62H9BJD45 DH42 Cảm ơn"
    assert transfer.payer == {"bank_bin": "970436", "account_name": "NGUYEN THI ANH", "account_number": "9988776655"}


def test_nothing_about_the_payer_is_among_the_words_for_the_record() -> None:
    report = read(webhook()).report
    kept = json.dumps(dict(report.fields))
    for secret in ("NGUYEN THI ANH", "9988776655", "970436", "CS62H9BJD45", report.signature):
        assert str(secret) not in kept
    assert report.fields["reference"] == "FT26325000001"
    assert report.fields["paymentLinkId"] == LINK


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": 0}, {"amount": -5}, {"amount": True}, {"amount": "60000"}, {"amount": None}, {"amount": 10**15},
        {"number": ""}, {"number": None}, {"number": "a b"}, {"number": "x" * 101}, {"currency": "USD"}, {"code": "01"},
    ],
)  # fmt: skip
def test_what_is_no_countable_transfer_is_flagged_and_counts_nothing(changes: dict[str, Any]) -> None:
    report = read(webhook(**changes)).report
    assert (report.transfers, report.amount, report.unknown_code, report.outcome) == ((), None, True, Outcome.PENDING)


@pytest.mark.parametrize("code", [0, -1, 1.5, True, "abc", None, "0123", 10**16])
def test_a_webhook_without_a_readable_order_is_of_no_order(code: Any) -> None:
    assert read(webhook(order_code=code)).report.reference == ""


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-21 08:05:09", datetime(2026, 11, 21, 1, 5, 9, tzinfo=UTC)),
        ("2026-11-21T08:05:09+07:00", datetime(2026, 11, 21, 1, 5, 9, tzinfo=UTC)),
        ("2026-11-21T01:05:09Z", datetime(2026, 11, 21, 1, 5, 9, tzinfo=UTC)),
        ("yesterday", None),
        (None, None),
        (20261121, None),
    ],
)
def test_a_time_without_a_zone_is_vietnams(text: Any, moment: datetime | None) -> None:
    assert read(webhook(transactionDateTime=text)).report.transfers[0].paid_at == moment


def test_a_text_that_no_database_takes_is_cleaned() -> None:
    [transfer] = read(webhook(description="a\0b\nc", counterAccountName="\0")).report.transfers
    assert transfer.memo == "abc"
    assert "account_name" not in transfer.payer


def test_the_published_probe_is_a_probe() -> None:
    request = RawRequest("POST", "", (PAYLOADS / "webhook_probe.json").read_bytes(), "application/json")
    # Its key is the made-up one of the vectors.
    assert PAYOS.read_notification(ACCOUNT, request).probe is True


@pytest.mark.parametrize("memo", ["VQRIO123", "Ma giao dich thu nghiem"])
def test_a_payer_who_writes_the_probes_memo_still_pays(memo: str) -> None:
    assert read(webhook(order_code=123, description=memo)).probe is True
    notice = read(webhook(description=memo))
    assert notice.probe is False
    assert notice.report.transfers[0].amount == 60_000


@pytest.mark.parametrize(
    "document",
    [
        {**webhook(), "signature": ""},
        {**webhook(), "signature": None},
        {**webhook(), "signature": 7},
        {**webhook(), "signature": "é" * 64},
        {**webhook(), "data": {**webhook()["data"], "amount": 60_001}},
        {**webhook(), "data": {**webhook()["data"], "extra": ""}},
        {**webhook(), "data": {name: value for name, value in webhook()["data"].items() if name != "virtualAccountName"}},
        webhook(nested={"a": 1}),
        webhook(**{"a=1&b": "2"}),
        {name: value for name, value in webhook().items() if name != "signature"},
    ],
)
def test_what_is_not_signed_by_the_channels_key_is_refused(document: Any) -> None:
    with pytest.raises(InvalidSignature):
        read(document)


def test_a_name_that_comes_twice_is_refused() -> None:
    text = json.dumps(webhook())
    for twice in (text.replace('"amount"', '"amount": 1, "amount"'), text.replace('"data"', '"data": {}, "data"')):
        with pytest.raises(InvalidSignature):
            read(twice.encode())
        assert PAYOS.peek(post(twice.encode())) == Peeked()


def test_a_lone_half_of_a_letter_is_refused() -> None:
    body = json.dumps(webhook()).replace("success", "\\ud800").encode()
    with pytest.raises(InvalidSignature):
        read(body)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"7", b"\xff", b"{}", b'{"data": 7}', b"[" * 100_000, '{"a": "é"}'.encode("utf-16")]
)
def test_what_can_not_be_read_is_malformed_and_never_breaks_a_peek(body: bytes) -> None:
    with pytest.raises(MalformedNotification):
        read(body)
    assert PAYOS.peek(post(body)) == Peeked()


def test_a_peek_tells_order_and_link_of_webhook_and_return() -> None:
    assert PAYOS.peek(post(webhook())) == Peeked(reference=str(CODE), session_id=LINK)
    back = RawRequest("GET", f"code=00&id={LINK}&cancel=false&status=PAID&orderCode={CODE}", b"")
    assert PAYOS.peek(back) == Peeked(reference=str(CODE), session_id=LINK)
    assert PAYOS.peek(RawRequest("GET", "orderCode=x&id=a b&x=%ff", b"")) == Peeked()


def test_a_return_is_never_a_proof_of_payment() -> None:
    for status in ("PAID", "PENDING", "CANCELLED"):
        view = PAYOS.read_return(
            ACCOUNT, RawRequest("GET", f"code=00&id={LINK}&cancel=false&status={status}&orderCode={CODE}", b"")
        )
        assert (view.outcome, view.cancelled, view.reference, view.amount) == (Outcome.PENDING, False, str(CODE), None)
        assert view.message_vi
        assert view.message_en


def test_a_return_can_say_that_the_payer_gave_up() -> None:
    view = PAYOS.read_return(ACCOUNT, RawRequest("GET", f"code=00&id={LINK}&cancel=true&status=CANCELLED&orderCode={CODE}", b""))
    assert (view.outcome, view.cancelled) == (Outcome.FAILED, True)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "code=00",
        "orderCode=abc",
        f"cancel=true&orderCode={CODE}",
        f"id={LINK}",
        "x=%ff",
        "&".join(f"a{n}=1" for n in range(100)),
    ],
)
def test_a_return_without_an_order_and_its_link_is_malformed(query: str) -> None:
    with pytest.raises(MalformedNotification):
        PAYOS.read_return(ACCOUNT, RawRequest("GET", query, b""))


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        (AckOutcome.STORED, 200), (AckOutcome.REPEATED, 200), (AckOutcome.UNKNOWN_ORDER, 200), (AckOutcome.WRONG_AMOUNT, 200),
        (AckOutcome.BAD_SIGNATURE, 401), (AckOutcome.UNREADABLE, 400), (AckOutcome.OUR_ERROR, 500),
    ],
)  # fmt: skip
def test_every_outcome_has_payos_answer(outcome: AckOutcome, status: int) -> None:
    answer = PAYOS.acknowledge(outcome, post(webhook()))
    assert (answer.status, answer.content_type) == (status, "application/json")
    assert json.loads(answer.body) == {"success": status == 200}


def test_two_transfers_of_one_link_are_told_apart() -> None:
    numbers = {
        read(webhook(number=f"FT{n}", amount=amount)).report.transfers[0].number for n, amount in ((1, 60_000), (2, 40_000))
    }
    assert numbers == {"FT1", "FT2"}
    assert payos_sign.sign(webhook()["data"], KEY) == webhook()["signature"]

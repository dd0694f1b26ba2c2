"""The flat dialect: off by default; on, one transfer per paid notice."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.payloads.payos_sign import hmac_of
from tests.unit.transactions.providers.payos.payos_helpers import ACCOUNT, FLAT, KEY, PAYLOADS, PAYOS, post, webhook
from transactions.providers.base import InvalidSignature, MalformedNotification, Notification, Outcome, Peeked

SAMPLE = (PAYLOADS / "webhook_flat.json").read_text().strip()


def signed(document: dict[str, Any], *, header: str = "x-signature", **style: Any) -> Any:
    """A notice signed as the older description says: over compact JSON of the parsed body."""
    text = json.dumps(document, separators=(",", ":"), **style)
    return post(json.dumps(document, **style).encode(), {header: hmac_of(text, KEY)})


def read(**changes: Any) -> Notification:
    return PAYOS.read_notification(FLAT, signed({**json.loads(SAMPLE), **changes}))


def test_a_paid_notice_is_a_transfer() -> None:
    report = read().report
    assert (report.outcome, report.reference, report.unknown_code) == (Outcome.PENDING, "123456789", False)
    [transfer] = report.transfers
    assert (transfer.number, transfer.amount, transfer.paid_at, dict(transfer.payer)) == ("TXN123456", 500_000, None, {})
    assert PAYOS.peek(signed(json.loads(SAMPLE))) == Peeked(reference="123456789")


@pytest.mark.parametrize("options", [{}, {"flat_dialect": False}, {"flat_dialect": "true"}, {"flat_dialect": 1}])
def test_the_dialect_is_off_unless_the_account_says_true(options: dict[str, Any]) -> None:
    account = type(ACCOUNT)(environment="sandbox", credentials=ACCOUNT.credentials, options=options)
    with pytest.raises(InvalidSignature):
        PAYOS.read_notification(account, signed(json.loads(SAMPLE)))


def test_the_body_may_be_spaced_or_escaped_and_the_header_written_in_any_case() -> None:
    document = {**json.loads(SAMPLE), "note": "Cảm ơn 🎉", "rate": 1.50}
    for style in ({"ensure_ascii": True}, {"ensure_ascii": False}):
        for header in ("x-signature", "X-Signature"):
            assert PAYOS.read_notification(FLAT, signed(document, header=header, **style)).report.amount == 500_000
    raw = b'{"orderCode": 5, "status": "PAID", "transId": "T", "amount": 1000, "rate": 1.50}'
    assert PAYOS.read_notification(FLAT, post(raw, {"x-signature": hmac_of(raw.decode(), KEY)})).report.amount == 1_000


def test_one_changed_byte_refuses() -> None:
    signature = hmac_of(SAMPLE, KEY)
    assert PAYOS.read_notification(FLAT, post(SAMPLE.encode(), {"x-signature": signature})).report.amount == 500_000
    for place, character in enumerate(SAMPLE):
        other = SAMPLE[:place] + ("0" if character != "0" else "1") + SAMPLE[place + 1 :]
        with pytest.raises((InvalidSignature, MalformedNotification)):
            PAYOS.read_notification(FLAT, post(other.encode(), {"x-signature": signature}))
    for headers in ({}, {"x-signature": ""}, {"x-signature": hmac_of(SAMPLE, "another")}, {"x-sig": signature}):
        with pytest.raises(InvalidSignature):
            PAYOS.read_notification(FLAT, post(SAMPLE.encode(), headers))


@pytest.mark.parametrize("status", ["CANCELLED", "EXPIRED", "FAILED"])
def test_a_closed_state_is_a_failure_with_its_reason(status: str) -> None:
    report = read(status=status).report
    assert (report.outcome, report.failure_code, report.transfers) == (Outcome.FAILED, status, ())
    assert report.failure_vi
    assert report.failure_en


@pytest.mark.parametrize(
    "changes",
    [{"status": "PAYED"}, {"status": None}, {"transId": ""}, {"transId": None}, {"amount": "500000"}, {"currency": "USD"}],
)
def test_what_is_no_countable_transfer_is_flagged(changes: dict[str, Any]) -> None:
    report = read(**changes).report
    assert (report.outcome, report.transfers, report.unknown_code) == (Outcome.PENDING, (), True)


def test_an_account_with_the_dialect_reads_payos_own_webhooks_too() -> None:
    assert PAYOS.read_notification(FLAT, post(webhook())).report.amount == 60_000


def test_a_lone_half_of_a_letter_breaks_nothing() -> None:
    body = SAMPLE.replace("bank_transfer", "\\ud800").encode()
    with pytest.raises(InvalidSignature):
        PAYOS.read_notification(FLAT, post(body, {"x-signature": "0" * 64}))

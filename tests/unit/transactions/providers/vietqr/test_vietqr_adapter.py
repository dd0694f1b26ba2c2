"""Bank transfer by VietQR: the code that the payer scans, the bank's notices, and what is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from payments_site.kernel.http import HttpClient
from tests.payloads.bank_notice import HEADER, body_of, notice, sign
from transactions.providers.base import (
    AccountContext,
    AckOutcome,
    Capability,
    InvalidSignature,
    MalformedNotification,
    Notification,
    Outcome,
    PaymentOrder,
    PaymentRef,
    Peeked,
    ProviderRefused,
    RawRequest,
)
from transactions.providers.emvco import TransferQR, read
from transactions.providers.memo import candidates
from transactions.providers.vietqr.adapter import VietQRAdapter

SECRET = "made-up-webhook-secret"
ACCOUNT = AccountContext(
    environment="sandbox",
    credentials={
        "bin": "970436", "account_number": "0011223344", "account_name": "CTY ACME", "webhook_secret": SECRET,
    },
)  # fmt: skip
VIETQR = VietQRAdapter()
HTTP = HttpClient()
NOW = datetime(2026, 11, 21, 18, 30, tzinfo=UTC)
REFERENCE = VIETQR.reference_for(42, NOW)
ORDER = PaymentOrder(
    reference=REFERENCE,
    amount=100_000,
    description="Đơn hàng #42",
    return_url="https://shop.example.vn/return",
    notify_url="",
    payer_ip="203.0.113.7",
    locale="vi",
    created_at=NOW,
    expires_at=datetime(2026, 11, 21, 18, 45, tzinfo=UTC),
    page_url="https://pay.example.vn/payment/abc",
)
SAMPLE = (Path(__file__).parents[4] / "payloads" / "vietqr" / "notice_paid.json").read_bytes().strip()


def paid(**changes: Any) -> dict[str, Any]:
    return notice(**{"bin": "970436", "account_number": "0011223344", "amount": 100_000, "memo": f"CK {REFERENCE}", **changes})


def signed(fields: Any, *, header: str = HEADER) -> RawRequest:
    body = fields if isinstance(fields, bytes) else body_of(fields)
    return RawRequest("POST", "", body, "application/json", {header: sign(body, SECRET)})


def told(**changes: Any) -> Notification:
    return VIETQR.read_notification(ACCOUNT, signed(paid(**changes)))


def test_the_payer_sees_our_page_and_a_code_with_account_amount_and_memo() -> None:
    session = VIETQR.create_payment(ACCOUNT, ORDER, HTTP)
    assert session.payment_url == "https://pay.example.vn/payment/abc"
    assert read(session.qr_code or "") == TransferQR("970436", "0011223344", 100_000, REFERENCE)
    assert (session.session_id, session.order_info, session.merchant_code) == ("", REFERENCE, "970436:0011223344")
    assert VIETQR.create_payment(ACCOUNT, ORDER, HTTP) == session


@pytest.mark.parametrize("amount", [999, 500_000_000])
def test_an_amount_that_one_transfer_can_not_carry_is_refused(amount: int) -> None:
    with pytest.raises(ProviderRefused):
        VIETQR.create_payment(ACCOUNT, replace(ORDER, amount=amount), HTTP)


def test_an_account_that_no_code_can_hold_is_refused() -> None:
    odd = replace(ACCOUNT, credentials={**ACCOUNT.credentials, "account_number": "1" * 20})
    with pytest.raises(ProviderRefused):
        VIETQR.create_payment(odd, ORDER, HTTP)


def test_a_notice_is_one_transfer_to_be_matched_by_its_memo() -> None:
    found = VIETQR.read_notification(ACCOUNT, signed(SAMPLE))
    report = found.report
    assert (found.by_memo, found.probe, found.refund) == (True, False, False)
    assert (report.outcome, report.reference, report.amount, report.conclusive) == (Outcome.PENDING, "", 100_000, True)
    [transfer] = report.transfers
    assert (transfer.number, transfer.amount) == ("FT26325000001", 100_000)
    assert transfer.paid_at == datetime(2026, 11, 21, 1, 5, 9, tzinfo=UTC)
    assert candidates(transfer.memo) == ("SP00000101",)
    assert transfer.payer == {
        "bank_bin": "970422", "bank_name": "MB Bank", "account_number": "9988776655", "account_name": "NGUYEN THI ANH",
    }  # fmt: skip
    kept = json.dumps(dict(report.fields))
    assert not any(secret in kept for secret in ("NGUYEN", "9988776655", "MBVCB", report.signature or "-"))


def test_the_payer_may_be_unknown_or_known_in_part() -> None:
    assert told(payer=None).report.transfers[0].payer == {}
    assert told(payer={"account_name": " A ", "bank_bin": 7, "other": "x"}).report.transfers[0].payer == {"account_name": "A"}
    fields = paid()
    del fields["payer"]
    assert VIETQR.read_notification(ACCOUNT, signed(fields)).report.amount == 100_000


def test_a_memo_may_be_empty_and_loses_what_no_database_takes() -> None:
    assert told(memo="").report.transfers[0].memo == ""
    assert told(memo="a\0b\nc").report.transfers[0].memo == "a b c"


@pytest.mark.parametrize("header", ["X-Bank-Signature", "x-bank-signature", "X-BANK-SIGNATURE"])
def test_the_headers_name_is_read_in_any_case(header: str) -> None:
    assert VIETQR.read_notification(ACCOUNT, signed(paid(), header=header)).report.amount == 100_000


def test_one_changed_byte_of_body_signature_or_key_refuses() -> None:
    signature = sign(SAMPLE, SECRET)
    for place in range(len(SAMPLE)):
        other = bytearray(SAMPLE)
        other[place] ^= 1
        with pytest.raises(InvalidSignature):
            VIETQR.read_notification(ACCOUNT, RawRequest("POST", "", bytes(other), "application/json", {HEADER: signature}))
    for place, character in enumerate(signature):
        wrong = signature[:place] + ("0" if character != "0" else "1") + signature[place + 1 :]
        with pytest.raises(InvalidSignature):
            VIETQR.read_notification(ACCOUNT, RawRequest("POST", "", SAMPLE, "application/json", {HEADER: wrong}))
    for secret in ("", SECRET[:-1], SECRET + "x"):
        stranger = replace(ACCOUNT, credentials={**ACCOUNT.credentials, "webhook_secret": secret})
        with pytest.raises(InvalidSignature):
            VIETQR.read_notification(stranger, signed(SAMPLE))


@pytest.mark.parametrize("headers", [{}, {HEADER: ""}, {HEADER: "é"}, {"X-Signature": sign(SAMPLE, SECRET)}])
def test_a_notice_without_its_signature_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(InvalidSignature):
        VIETQR.read_notification(ACCOUNT, RawRequest("POST", "", SAMPLE, "application/json", headers))
    nobody = replace(ACCOUNT, credentials={})
    with pytest.raises(InvalidSignature):
        VIETQR.read_notification(nobody, RawRequest("POST", "", SAMPLE, "", {HEADER: sign(SAMPLE, "")}))


@pytest.mark.parametrize(
    "changes", [{"bin": "970422"}, {"account_number": "0011223345"}, {"bin": None}, {"account_number": 11223344}]
)
def test_a_notice_of_another_account_is_refused_though_the_key_fits(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidSignature):
        told(**changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"transfer_id": ""}, {"transfer_id": None}, {"transfer_id": 7}, {"transfer_id": "a b"}, {"transfer_id": "x" * 101},
        {"amount": 0}, {"amount": -1}, {"amount": "100000"}, {"amount": 100000.5}, {"amount": True}, {"amount": None},
        {"amount": 10**15}, {"currency": "USD"}, {"currency": None}, {"memo": None}, {"memo": 7},
        {"transferred_at": None}, {"transferred_at": "2026-11-21 08:05:09"}, {"transferred_at": "soon"},
    ],
)  # fmt: skip
def test_a_signed_notice_against_the_profile_is_malformed(changes: dict[str, Any]) -> None:
    with pytest.raises(MalformedNotification):
        told(**changes)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"7", b"\xff", b"[" * 100_000, b'{"amount": 1, "amount": 2}'])
def test_what_can_not_be_read_is_malformed_and_never_breaks_a_peek(body: bytes) -> None:
    with pytest.raises(MalformedNotification):
        VIETQR.read_notification(ACCOUNT, signed(body))
    assert VIETQR.peek(signed(body)) == Peeked()


def test_a_peek_names_the_account_that_was_paid_into() -> None:
    assert VIETQR.peek(signed(SAMPLE)) == Peeked(identifier="970436:0011223344")
    for changes in ({"bin": "97043"}, {"account_number": "1 2"}, {"bin": 970436}):
        assert VIETQR.peek(signed(paid(**changes))) == Peeked()


@pytest.mark.parametrize(
    ("outcome", "status", "result"),
    [
        (AckOutcome.STORED, 200, "ok"), (AckOutcome.REPEATED, 200, "ok"), (AckOutcome.UNKNOWN_ORDER, 200, "ok"),
        (AckOutcome.WRONG_AMOUNT, 200, "ok"), (AckOutcome.BAD_SIGNATURE, 401, "bad signature"),
        (AckOutcome.UNREADABLE, 400, "unreadable"), (AckOutcome.OUR_ERROR, 500, "error"),
    ],
)  # fmt: skip
def test_every_outcome_has_the_profiles_answer(outcome: AckOutcome, status: int, result: str) -> None:
    answer = VIETQR.acknowledge(outcome, signed(SAMPLE))
    assert (answer.status, json.loads(answer.body)) == (status, {"result": result})


def test_there_is_nobody_to_ask_and_nobody_to_refund() -> None:
    assert VIETQR.capabilities == {Capability.QR, Capability.TRANSFERS, Capability.STATEMENT}
    report = VIETQR.query_payment(ACCOUNT, PaymentRef(REFERENCE, "", NOW), HTTP, NOW)
    assert (report.outcome, report.conclusive, report.transfers) == (Outcome.PENDING, False, ())
    with pytest.raises(ProviderRefused):
        VIETQR.refund(ACCOUNT, None, HTTP)  # type: ignore[arg-type]
    with pytest.raises(MalformedNotification):
        VIETQR.read_return(ACCOUNT, RawRequest("GET", "a=b", b""))


def test_credentials_are_an_account_and_a_key() -> None:
    assert VIETQR.check_credentials(ACCOUNT.credentials) == {}
    wrong = {"bin": "97043", "account_number": "1 2", "account_name": "", "webhook_secret": "short"}
    assert set(VIETQR.check_credentials(wrong)) == set(wrong)

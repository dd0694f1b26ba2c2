"""VietQR's text: vectors of the libraries, what is refused, and that what is written is read again."""

from __future__ import annotations

import json
import string
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transactions.providers import emvco
from transactions.providers.emvco import TransferQR, build, crc16, elements, fold_memo, read

DOCUMENT: dict[str, Any] = json.loads((Path(__file__).parents[4] / "vectors" / "vietqr.json").read_text())
STATIC = "00020101021138530010A0000007270123000697041601092576788590208QRIBFTTA53037045802VN6304AE9F"
DYNAMIC = "00020101021238530010A0000007270123000697041601092576788590208QRIBFTTA53037045405100005802VN62150811Chuyen tien630453E6"


def wants(given_: dict[str, Any]) -> TransferQR:
    """A vector's input; an empty text is an absent one."""
    known = {"bankBin", "bankNumber", "amount", "purpose"}
    assert set(given_) <= known
    amount = given_.get("amount") or None
    return TransferQR(given_["bankBin"], given_["bankNumber"], int(amount) if amount else None, given_.get("purpose") or "")


def built(vector: dict[str, Any]) -> None:
    transfer, text = wants(vector["input"]), vector["expected"]
    assert build(transfer) == text
    assert read(text) == transfer
    assert text[-4:] == vector["crc"]
    assert elements(text[:-4] + vector["crc"].lower())["38"] == elements(text)["38"]


def refused(vector: dict[str, Any]) -> None:
    assert vector["vietnam_qr_pay_1_5_1"] == {"isValid": False}
    with pytest.raises(emvco.EmvcoError):
        read(vector["input"])


def checksum(vector: dict[str, Any]) -> None:
    assert crc16(vector["input"].encode()) == vector["expected"]


BY_OPERATION = {"build": built, "decode": refused, "crc16_ccitt_false": checksum}


def test_every_vector_holds() -> None:
    executed = 0
    for vector in DOCUMENT["vectors"]:
        BY_OPERATION[vector["operation"]](vector)  # an unknown operation is a KeyError
        executed += 1
    assert executed == len(DOCUMENT["vectors"])


def test_the_published_samples_are_written_and_read() -> None:
    assert build(TransferQR("970416", "257678859")) == STATIC
    assert build(TransferQR("970416", "257678859", 10_000, "Chuyển tiền")) == DYNAMIC
    assert read(DYNAMIC) == TransferQR("970416", "257678859", 10_000, "Chuyen tien")


def test_a_transfer_to_a_card_names_the_other_service() -> None:
    text = build(TransferQR("970436", "9704361234567890123", service=emvco.TO_CARD))
    assert "0208QRIBFTTC" in text
    assert read(text).service == emvco.TO_CARD


def test_every_changed_character_is_seen() -> None:
    for place, character in enumerate(DYNAMIC):
        other = "0" if character != "0" else "1"
        with pytest.raises(emvco.BadChecksum):
            read(DYNAMIC[:place] + other + DYNAMIC[place + 1 :])


@pytest.mark.parametrize("length", [0, 3, 4, 8, 20, len(DYNAMIC) - 1])
def test_a_text_cut_short_is_refused(length: int) -> None:
    with pytest.raises(emvco.BadChecksum):
        read(DYNAMIC[:length])


def sealed(body: str) -> str:
    """``body`` with a right CRC, so that only what it says can be wrong."""
    return f"{body}6304{crc16(f'{body}6304'.encode())}"


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("000201" + "3802AB", emvco.NotElements),
        ("000201" + "5303704" + "5303704", emvco.NotElements),
        ("000201" + "0000", emvco.NotElements),
        ("000201" + "AB0212", emvco.NotElements),
        ("000201" + "5399704", emvco.NotElements),
        ("0002 01", emvco.NotElements),
        ("000201", emvco.NotVietQR),
        ("00020126220010A000000775010412345303704", emvco.NotVietQR),
        (DYNAMIC[:-8].replace("5303704", "5303840"), emvco.NotVietQR),
        (DYNAMIC[:-8].replace("540510000", "540510.50"), emvco.NotVietQR),
        (DYNAMIC[:-8].replace("540510000", "5405-1000"), emvco.NotVietQR),
    ],
)
def test_what_is_no_transfer_in_dong_is_refused_by_name(body: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        read(sealed(body))


def test_an_amount_with_zero_decimals_is_whole_dong() -> None:
    assert read(sealed(DYNAMIC[:-8].replace("540510000", "540810000.00"))).amount == 10_000


def test_a_lone_surrogate_is_no_text() -> None:
    with pytest.raises(emvco.NotElements):
        read("\ud800" + DYNAMIC)


@pytest.mark.parametrize(
    "transfer",
    [
        TransferQR("97041", "1"),
        TransferQR("97041A", "1"),
        TransferQR("970416", ""),
        TransferQR("970416", "1" * 20),
        TransferQR("970416", "12 34"),
        TransferQR("970416", "1", amount=0),
        TransferQR("970416", "1", amount=-5),
        TransferQR("970416", "1", amount=10_000_000_000_000),
        TransferQR("970416", "1", memo="A" * 26),
        TransferQR("970416", "1", service="QRPUSH"),
    ],
)
def test_a_value_that_can_not_be_written_is_refused(transfer: TransferQR) -> None:
    with pytest.raises(emvco.BadValue):
        build(transfer)


@pytest.mark.parametrize(
    ("text", "memo"),
    [
        ("Đơn hàng #1: áo, quần", "Don hang 1 ao quan"),
        ("  a--b  ", "a b"),
        ("🎉", ""),
        ("THANH TOAN DON HANG 1234567", "THANH TOAN DON HANG 12345"),
        ("A" * 24 + " B", "A" * 24),
    ],
)
def test_a_memo_is_folded_and_cut(text: str, memo: str) -> None:
    assert fold_memo(text) == memo


@given(
    bank=st.from_regex(r"[0-9]{6}", fullmatch=True),
    account=st.text(string.ascii_letters + string.digits, min_size=1, max_size=19),
    amount=st.none() | st.integers(1, 9_999_999_999_999),
    memo=st.text(max_size=60),
)
def test_what_is_written_is_read_again(bank: str, account: str, amount: int | None, memo: str) -> None:
    transfer = TransferQR(bank, account, amount, fold_memo(memo))
    assert transfer.memo.isascii()
    assert len(transfer.memo) <= 25
    text = build(transfer)
    assert text.isascii()
    assert read(text) == transfer
    assert build(TransferQR(bank, account, amount, transfer.memo)) == text


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    with pytest.raises(emvco.EmvcoError):
        read(text)

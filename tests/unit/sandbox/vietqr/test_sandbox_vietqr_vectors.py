"""Every vector of vietqr.json, made with two public libraries, holds for the sandbox's reader and writer."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sandbox.vietqr.emvco import QrError, TransferOrder, crc16, read, write

DOCUMENT: dict[str, Any] = json.loads((Path(__file__).parents[3] / "vectors" / "vietqr.json").read_text(encoding="utf-8"))
Vector = dict[str, Any]


def order_of(fields: dict[str, str]) -> TransferOrder:
    amount = fields.get("amount")
    memo = fields.get("purpose", "")
    return TransferOrder(fields["bankBin"], fields["bankNumber"], int(amount) if amount else None, memo)


def hold_build(vector: Vector) -> None:
    order = order_of(vector["input"])
    assert write(order) == vector["expected"]
    assert vector["expected"].endswith(vector["crc"])
    assert read(vector["expected"]) == order_of(vector["round_trip"]) == order
    assert read(vector["expected"][:-4] + vector["crc"].lower()) == order


def hold_decode(vector: Vector) -> None:
    assert vector["vietnam_qr_pay_1_5_1"] == {"isValid": False}
    with pytest.raises(QrError):
        read(vector["input"])


def hold_crc(vector: Vector) -> None:
    assert crc16(vector["input"].encode()) == vector["expected"]


KINDS: dict[str, Callable[[Vector], None]] = {"build": hold_build, "decode": hold_decode, "crc16_ccitt_false": hold_crc}
BUILT = [pytest.param(one["expected"], id=one["name"]) for one in DOCUMENT["vectors"] if one["operation"] == "build"]


def execute(document: dict[str, Any]) -> int:
    """Holds every vector of the document; KeyError for an operation nobody knows."""
    for vector in document["vectors"]:
        KINDS[vector["operation"]](vector)
    return len(document["vectors"])


@pytest.mark.parametrize("vector", [pytest.param(one, id=one["name"]) for one in DOCUMENT["vectors"]])
def test_vector_holds(vector: Vector) -> None:
    KINDS[vector["operation"]](vector)


def test_as_many_vectors_are_executed_as_the_file_holds() -> None:
    assert [name for name, rows in DOCUMENT.items() if isinstance(rows, list)] == ["vectors"]
    assert execute(DOCUMENT) == len(DOCUMENT["vectors"]) == len({one["name"] for one in DOCUMENT["vectors"]})


def test_an_unknown_kind_of_vector_fails() -> None:
    with pytest.raises(KeyError, match="hologram"):
        execute({"vectors": [{"operation": "hologram"}]})


@pytest.mark.parametrize("text", BUILT)
def test_any_changed_byte_of_a_qr_text_is_refused(text: str) -> None:
    for position, letter in enumerate(text):
        changes = {chr(ord(letter) ^ 1), "", letter * 2, "é"} | ({chr(ord(letter) ^ 0x20)} if position < len(text) - 4 else set())
        for other in changes:
            with pytest.raises(QrError):
                read(text[:position] + other + text[position + 1 :])


def with_crc(text: str) -> str:
    return text + crc16(text.encode())


ACCOUNT = "38530010A0000007270123000697041601092576788590208QRIBFTTA"
REFUSED = {
    "no account": "00020101021153037045802VN6304",
    "another scheme": "00020101021138530010A0000007750123000697041601092576788590208QRIBFTTA53037045802VN6304",
    "dollars": f"000201010211{ACCOUNT}53038405802VN6304",
    "another country": f"000201010211{ACCOUNT}53037045802US6304",
    "an amount of nothing": f"000201010212{ACCOUNT}5303704540105802VN6304",
    "a decimal amount": f"000201010212{ACCOUNT}53037045405100.55802VN6304",
    "an element twice": f"000201010211{ACCOUNT}530370453037045802VN6304",
    "a length past the end": f"000201010211{ACCOUNT}53037045899VN6304",
    "cash at a machine": f"000201010211{ACCOUNT.replace('QRIBFTTA', 'QRCASH  ')}53037045802VN6304",
    "accents": f"000201010211{ACCOUNT}53037045802VN62090805Chúc 6304",
    "a wrong first element": f"0002 0010211{ACCOUNT}53037045802VN6304",
    "nothing": "",
    "a web address": "https://example.com/pay?x=6304ABCD",
}


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED.keys())
def test_what_no_banking_app_takes_is_refused_though_the_crc_holds(text: str) -> None:
    with pytest.raises(QrError):
        read(with_crc(text) if text.endswith("6304") else text)


UNFIT = {
    "a bin of letters": TransferOrder("9704AB", "1"),
    "an account of twenty": TransferOrder("970416", "1" * 20),
    "an account with a dash": TransferOrder("970416", "12-3"),
    "no amount at all but zero": TransferOrder("970416", "1", 0),
    "fourteen digits": TransferOrder("970416", "1", 10**13),
    "a long memo": TransferOrder("970416", "1", 1, "x" * 26),
    "an accent": TransferOrder("970416", "1", 1, "đơn"),
}


@pytest.mark.parametrize("order", UNFIT.values(), ids=UNFIT.keys())
def test_what_does_not_fit_is_not_written(order: TransferOrder) -> None:
    with pytest.raises(QrError):
        write(order)


def test_a_wallet_account_with_letters_is_read() -> None:
    order = TransferOrder("970454", "99ZP24334000725953", 25_000, "DH 1")
    assert read(write(order)) == order

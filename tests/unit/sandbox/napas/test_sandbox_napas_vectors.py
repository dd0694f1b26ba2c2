"""Every vector of napas.json holds for the sandbox's signing."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sandbox.napas.signing import checksum, seal, unseal, verify_checksum, verify_vpc, vpc_hash, vpc_message

DOCUMENT: dict[str, Any] = json.loads((Path(__file__).parents[3] / "vectors" / "napas.json").read_text(encoding="utf-8"))
LEGACY_SECRET: str = DOCUMENT["legacy_secret"]
CLIENT_SECRET: str = DOCUMENT["dps_client_secret"]
Vector = dict[str, Any]


def hold_legacy(vector: Vector) -> None:
    fields, expected = vector["input"], vector["expected_vpc_SecureHash"]
    assert vpc_message(LEGACY_SECRET, fields) == vector["canonical_string"]
    assert vpc_hash(LEGACY_SECRET, fields) == expected
    for given in (expected, expected.lower()):
        assert verify_vpc(LEGACY_SECRET, fields | {"vpc_SecureHash": given})


def hold_result(vector: Vector) -> None:
    data, expected = vector["data"], vector["expected_checksum"]
    assert vector["canonical_string"] == f"{data}<clientSecret>"
    assert checksum(data, CLIENT_SECRET) == expected
    for given in (expected, expected.lower()):
        assert verify_checksum(data, CLIENT_SECRET, given)
    assert base64.b64decode(data).decode() == vector["decoded_data"]
    assert unseal(data) == json.loads(vector["decoded_data"])
    assert json.loads(vector["napasResult"]) == {"data": data, "checksum": expected}


KINDS: dict[tuple[str, str], Callable[[Vector], None]] = {
    ("legacy_vpc", "secure_hash"): hold_legacy,
    ("dps_rest", "napasResult_checksum"): hold_result,
}


def execute(document: dict[str, Any]) -> int:
    """Holds every vector of the document against the sandbox; KeyError for a kind nobody knows."""
    for vector in document["vectors"]:
        KINDS[vector["profile"], vector["operation"]](vector)
    return len(document["vectors"])


LEGACY = [pytest.param(one, id=one["name"]) for one in DOCUMENT["vectors"] if one["profile"] == "legacy_vpc"]
RESULTS = [pytest.param(one, id=one["name"]) for one in DOCUMENT["vectors"] if one["profile"] == "dps_rest"]
NOT_THESE_DIGITS = ("g", "é", "\0")


@pytest.mark.parametrize("vector", [pytest.param(one, id=one["name"]) for one in DOCUMENT["vectors"]])
def test_vector_holds(vector: Vector) -> None:
    KINDS[vector["profile"], vector["operation"]](vector)


def test_as_many_vectors_are_executed_as_the_file_holds() -> None:
    assert {name for name, rows in DOCUMENT.items() if isinstance(rows, list)} == {"vectors"}
    assert execute(DOCUMENT) == len(DOCUMENT["vectors"]) == len(LEGACY) + len(RESULTS)
    assert len({vector["name"] for vector in DOCUMENT["vectors"]}) == len(DOCUMENT["vectors"])


def test_an_unknown_kind_of_vector_fails() -> None:
    with pytest.raises(KeyError, match="hologram"):
        execute(DOCUMENT | {"vectors": [{"profile": "hologram", "operation": "secure_hash"}]})


@pytest.mark.parametrize("vector", RESULTS)
def test_any_changed_byte_of_the_data_is_refused(vector: Vector) -> None:
    raw = vector["data"].encode()
    for position in range(len(raw)):
        for mask in (0x01, 0x20, 0x80):
            changed = raw[:position] + bytes([raw[position] ^ mask]) + raw[position + 1 :]
            assert not verify_checksum(changed.decode("latin-1"), CLIENT_SECRET, vector["expected_checksum"]), position
        shorter = (raw[:position] + raw[position + 1 :]).decode()
        assert not verify_checksum(shorter, CLIENT_SECRET, vector["expected_checksum"]), position


@pytest.mark.parametrize("vector", LEGACY)
def test_any_changed_byte_of_any_hashed_value_is_refused(vector: Vector) -> None:
    signed = vector["input"] | {"vpc_SecureHash": vector["expected_vpc_SecureHash"]}
    for name, value in vector["input"].items():
        for position in range(len(value or "")):
            changed = value[:position] + chr(ord(value[position]) ^ 1) + value[position + 1 :]
            assert not verify_vpc(LEGACY_SECRET, signed | {name: changed}), (name, position)
            assert not verify_vpc(LEGACY_SECRET, signed | {name: value[:position] + value[position + 1 :]}), (name, position)


@pytest.mark.parametrize("vector", LEGACY + RESULTS)
def test_any_changed_byte_of_the_key_is_refused(vector: Vector) -> None:
    for position, letter in enumerate(key_of(vector)):
        key = key_of(vector)
        assert not holds(vector, key[:position] + chr(ord(letter) ^ 1) + key[position + 1 :], signature_of(vector)), position


@pytest.mark.parametrize("vector", LEGACY + RESULTS)
def test_any_changed_byte_of_the_signature_is_refused(vector: Vector) -> None:
    signature = signature_of(vector)
    for position, digit in enumerate(signature):
        for other in (f"{int(digit, 16) ^ 1:X}", *NOT_THESE_DIGITS):
            assert not holds(vector, key_of(vector), signature[:position] + other + signature[position + 1 :]), position
    for malformed in ("", signature[:-1], signature + "0", f" {signature}", f"{signature}\n"):
        assert not holds(vector, key_of(vector), malformed)


def test_the_legacy_hash_cannot_tell_where_a_value_ends() -> None:
    # A fault of the protocol, not of this code: values are hashed without names and separators.
    fields = {"vpc_Amount": "50000", "vpc_MerchTxnRef": "0ORD1"}
    moved = {"vpc_Amount": "500000", "vpc_MerchTxnRef": "ORD1"}
    assert vpc_hash(LEGACY_SECRET, fields) == vpc_hash(LEGACY_SECRET, moved)


def test_what_is_sealed_keeps_vietnamese_and_can_be_opened() -> None:
    sealed = seal({"paymentResult": {"message": "Số dư không đủ"}}, CLIENT_SECRET)
    assert unseal(sealed["data"]) == {"paymentResult": {"message": "Số dư không đủ"}}
    assert verify_checksum(sealed["data"], CLIENT_SECRET, sealed["checksum"])


@pytest.mark.parametrize("data", ["", "%%%", "bm90IGpzb24=", "W10=", "/w=="])
def test_a_data_text_that_holds_no_result_is_a_value_error(data: str) -> None:
    with pytest.raises(ValueError, match=r"not|Expecting|char"):
        unseal(data)


def key_of(vector: Vector) -> str:
    return LEGACY_SECRET if vector["profile"] == "legacy_vpc" else CLIENT_SECRET


def signature_of(vector: Vector) -> str:
    signature: str = vector.get("expected_vpc_SecureHash") or vector["expected_checksum"]
    return signature


def holds(vector: Vector, key: str, signature: str) -> bool:
    if vector["profile"] == "legacy_vpc":
        return verify_vpc(key, vector["input"] | {"vpc_SecureHash": signature})
    return verify_checksum(vector["data"], key, signature)

"""Every vector of payos.json, made with the vendor's two SDKs, holds for the sandbox's signing."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sandbox.payos.signing import data_message, payout_message, request_message, sign, verify

DOCUMENT: dict[str, Any] = json.loads((Path(__file__).parents[3] / "vectors" / "payos.json").read_text(encoding="utf-8"))
KEY: str = DOCUMENT["checksum_key"]
Vector = dict[str, Any]


def hold_request(vector: Vector) -> None:
    hold_signature(vector, request_message(vector["input"]))


def hold_data(vector: Vector) -> None:
    hold_signature(vector, data_message(vector["input"]))


def hold_payout(vector: Vector) -> None:
    hold_signature(vector, payout_message(vector["input"]))


def hold_signature(vector: Vector, message: str) -> None:
    assert message == vector["canonical_string"]
    assert sign(KEY, message) == signature_of(vector)
    assert verify(KEY, message, signature_of(vector))


def hold_webhook(vector: Vector) -> None:
    body = vector["input"]
    assert verify(KEY, data_message(body["data"]), body["signature"]) is vector["expected_valid"] is True
    for name in body["data"]:
        less = {key: value for key, value in body["data"].items() if key != name}
        assert not verify(KEY, data_message(less), body["signature"]), name
    assert not verify(KEY, data_message(body["data"] | {"added": None}), body["signature"])


def signature_of(vector: Vector) -> str:
    """What all agree on; where they differ, what the SDK wrote that the independent recomputation agrees with."""
    if "expected_signature" in vector:
        return str(vector["expected_signature"])
    return str(vector["python_sdk" if vector["agreement"].startswith("python+independent") else "node_sdk"])


KINDS: dict[str, Callable[[Vector], None]] = {
    "payment_request_signature": hold_request,
    "data_signature": hold_data,
    "payout_header_signature": hold_payout,
    "webhook_verify": hold_webhook,
}


def execute(document: dict[str, Any]) -> int:
    """Holds every vector of the document; KeyError for an operation nobody knows."""
    for vector in document["vectors"]:
        KINDS[vector["operation"]](vector)
    return len(document["vectors"])


def signed_message(vector: Vector) -> tuple[str, str]:
    if vector["operation"] == "webhook_verify":
        return data_message(vector["input"]["data"]), vector["input"]["signature"]
    return vector["canonical_string"], signature_of(vector)


SIGNED = [pytest.param(*signed_message(one), id=one["name"]) for one in DOCUMENT["vectors"]]


@pytest.mark.parametrize("vector", [pytest.param(one, id=one["name"]) for one in DOCUMENT["vectors"]])
def test_vector_holds(vector: Vector) -> None:
    KINDS[vector["operation"]](vector)


def test_as_many_vectors_are_executed_as_the_file_holds() -> None:
    assert [name for name, rows in DOCUMENT.items() if isinstance(rows, list)] == ["vectors"]
    assert execute(DOCUMENT) == len(DOCUMENT["vectors"]) == len({one["name"] for one in DOCUMENT["vectors"]})


def test_an_unknown_kind_of_vector_fails() -> None:
    with pytest.raises(KeyError, match="hologram"):
        execute({"vectors": [{"operation": "hologram"}]})


@pytest.mark.parametrize(("message", "signature"), SIGNED)
def test_any_changed_byte_of_the_message_is_refused(message: str, signature: str) -> None:
    assert verify(KEY, message, signature)
    raw = message.encode()
    for position in range(len(raw)):
        for mask in (0x01, 0x20, 0x80):
            changed = raw[:position] + bytes([raw[position] ^ mask]) + raw[position + 1 :]
            assert not verify(KEY, changed.decode("latin-1"), signature), position
        assert not verify(KEY, (raw[:position] + raw[position + 1 :]).decode("latin-1"), signature), position


@pytest.mark.parametrize(("message", "signature"), SIGNED)
def test_any_changed_byte_of_the_key_is_refused(message: str, signature: str) -> None:
    for position, letter in enumerate(KEY):
        changed = KEY[:position] + chr(ord(letter) ^ 1) + KEY[position + 1 :]
        assert not verify(changed, message, signature), position


@pytest.mark.parametrize(("message", "signature"), SIGNED)
def test_any_changed_byte_of_the_signature_is_refused(message: str, signature: str) -> None:
    for position, digit in enumerate(signature):
        for other in (f"{int(digit, 16) ^ 1:x}", "g", "é", "\0"):
            assert not verify(KEY, message, signature[:position] + other + signature[position + 1 :]), position
    for malformed in ("", signature[:-1], signature + "0", f" {signature}", f"{signature}\n", None, 1):
        assert not verify(KEY, message, malformed)

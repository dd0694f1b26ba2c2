"""Every vector of zalopay.json, made with ZaloPay's own SDK, holds for the sandbox's signing."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest

from sandbox.zalopay import signing
from sandbox.zalopay.checks import read
from sandbox.zalopay.signing import bar_message, key1_message, refund_order, sign, verify
from tests.unit.sandbox.kit import tampering

DOCUMENT: dict[str, Any] = json.loads((Path(__file__).parents[3] / "vectors" / "zalopay.json").read_text(encoding="utf-8"))
KEYS: dict[str, str] = DOCUMENT["keys"]
Vector = dict[str, Any]
Message = Callable[[dict[str, Any]], str]

# How each operation's signed string is made of what arrives.
MESSAGES: dict[str, Message] = {
    "order_create": lambda fields: bar_message(signing.CREATE, fields),
    "order_query": lambda fields: key1_message(fields, KEYS["key1"]),
    "refund": lambda fields: bar_message(refund_order(fields), fields),
    "query_refund": lambda fields: bar_message(signing.QUERY_REFUND, fields),
    "agreement_bind": lambda fields: bar_message(signing.AGREEMENT_BIND, fields),
    "agreement_pay": lambda fields: bar_message(signing.AGREEMENT_PAY, fields),
    "callback_verify": lambda fields: str(fields["data"]),
    "redirect_verify": lambda fields: bar_message(signing.REDIRECT, fields),
}


def arrived(vector: Vector) -> dict[str, Any]:
    """The fields as the other side reads them off the wire; of a vector without a wire form, its input."""
    if "query_string" in vector:
        return dict(parse_qsl(vector["query_string"], keep_blank_values=True))
    wire = vector.get("sdk_sent_body") or vector.get("wire_body")
    return read(wire, "application/json") if wire else vector["input"] | {"mac": vector["expected_mac"]}


def mac_of(vector: Vector) -> str:
    return str(vector.get("expected_mac") or vector["expected_checksum"])


def hold(vector: Vector) -> None:
    message_of, key = MESSAGES[vector["operation"]], KEYS[vector["key"]]
    if vector.get("expected_valid") is False:
        assert not verify(key, message_of(vector["input"]), vector["input"]["mac"])
        assert sign(key, message_of(vector["input"])) == vector["expected_mac"]
        assert sign(KEYS["key1"], message_of(vector["input"])) == vector["input"]["mac"]
        return
    fields = arrived(vector)
    assert message_of(vector["input"]) == message_of(fields) == vector["canonical_string"]
    assert sign(key, vector["canonical_string"]) == mac_of(vector) == fields.get("mac", fields.get("checksum"))
    assert verify(key, message_of(fields), mac_of(vector))
    if "query_string" in vector:
        assert urlencode(vector["input"] | {"checksum": mac_of(vector)}) == vector["query_string"]


def execute(document: dict[str, Any]) -> int:
    """Holds every vector of the document against the sandbox; KeyError for an operation nobody knows."""
    for vector in document["vectors"]:
        hold(vector)
    return len(document["vectors"])


VERIFYING = [one for one in DOCUMENT["vectors"] if "canonical_string" in one]
SIGNED = [pytest.param(KEYS[one["key"]], one["canonical_string"], mac_of(one), id=one["name"]) for one in VERIFYING]


@pytest.mark.parametrize("vector", [pytest.param(one, id=one["name"]) for one in DOCUMENT["vectors"]])
def test_vector_holds(vector: Vector) -> None:
    hold(vector)


def test_as_many_vectors_are_executed_as_the_file_holds() -> None:
    assert [name for name, rows in DOCUMENT.items() if isinstance(rows, list)] == ["vectors"]
    assert execute(DOCUMENT) == len(DOCUMENT["vectors"]) == len({one["name"] for one in DOCUMENT["vectors"]})
    assert {one["operation"] for one in DOCUMENT["vectors"]} == set(MESSAGES)
    assert [one["name"] for one in DOCUMENT["vectors"] if one not in VERIFYING] == ["callback_wrong_key_negative"]


def test_an_unknown_kind_of_vector_fails() -> None:
    with pytest.raises(KeyError, match="hologram"):
        execute({"vectors": [DOCUMENT["vectors"][0] | {"operation": "hologram"}]})


@pytest.mark.parametrize(("key", "message", "mac"), SIGNED)
def test_any_changed_byte_of_the_message_is_refused(key: str, message: str, mac: str) -> None:
    tampering.refuses_every_changed_byte_of_the_message(verify, key, message, mac)


@pytest.mark.parametrize(("key", "message", "mac"), SIGNED)
def test_any_changed_byte_of_the_key_is_refused(key: str, message: str, mac: str) -> None:
    tampering.refuses_every_changed_byte_of_the_key(verify, key, message, mac)


@pytest.mark.parametrize(("key", "message", "mac"), SIGNED)
def test_any_changed_byte_of_the_mac_is_refused(key: str, message: str, mac: str) -> None:
    tampering.refuses_every_changed_byte_of_the_signature(verify, key, message, mac)


@pytest.mark.parametrize("vector", [pytest.param(one, id=one["name"]) for one in VERIFYING])
def test_any_changed_byte_of_a_signed_value_is_refused(vector: Vector) -> None:
    """Each field as it arrives: that it reaches the signed string at all is what this holds."""
    message_of, fields = MESSAGES[vector["operation"]], arrived(vector)
    unsigned = {
        "mac",
        "checksum",
        "type",
        "description",
        "bank_code",
        "callback_url",
        "expire_duration_seconds",
        "title",
        "phone",
    }
    signs_description = vector["operation"] == "refund"
    signed = set(fields) - (unsigned - {"description"} if signs_description else unsigned)
    for name in signed - ({"m_refund_id"} if signs_description else set()):
        value = str(fields[name])
        for position in range(len(value)):
            changed = value[:position] + chr(ord(value[position]) ^ 1) + value[position + 1 :]
            assert not verify(KEYS[vector["key"]], message_of(fields | {name: changed}), mac_of(vector)), (name, position)
        assert not verify(KEYS[vector["key"]], message_of(fields | {name: value + "0"}), mac_of(vector)), name

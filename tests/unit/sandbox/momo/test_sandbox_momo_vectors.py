"""Every vector of momo.json, made with the vendor's own samples, holds for the sandbox's signing."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from sandbox.momo import signing
from sandbox.momo.signing import raw_string, redirect_query, sign, verify
from tests.unit.sandbox.kit import tampering

DOCUMENT: dict[str, Any] = json.loads((Path(__file__).parents[3] / "vectors" / "momo.json").read_text(encoding="utf-8"))
ACCESS_KEY: str = DOCUMENT["made_up_credentials"]["accessKey"]
SECRET: str = DOCUMENT["made_up_credentials"]["secretKey"]
Vector = dict[str, Any]

KEYS: dict[str, tuple[str, ...]] = {
    "create": signing.CREATE,
    "create_response": signing.CREATE_RESPONSE,
    "ipn": signing.RESULT,
    "redirect": signing.RESULT,
    "query": signing.QUERY,
    "refund": signing.REFUND,
    "refund_query": signing.REFUND_QUERY,
    "confirm": signing.CONFIRM,
}


def fields_of(vector: Vector) -> dict[str, Any]:
    """What is signed, as it arrives: a body, or a query decoded once."""
    if vector["kind"] == "redirect":
        return dict(parse_qsl(urlsplit(vector["url"]).query, keep_blank_values=True))
    found: dict[str, Any] = vector.get("request_body") or vector.get("response_body") or vector["body"]
    return found


def raw_of(vector: Vector) -> str:
    return str(vector.get("raw_signature_signed") or vector["raw_signature"])


def hold(vector: Vector) -> None:
    keys, fields = KEYS[vector["kind"]], fields_of(vector)
    assert raw_string(keys, fields, ACCESS_KEY) == raw_of(vector)
    assert sign(SECRET, raw_of(vector)) == vector["signature"] == fields["signature"]
    assert verify(SECRET, raw_string(keys, fields, ACCESS_KEY), fields["signature"])
    if vector["kind"] == "redirect":
        assert redirect_query(fields) == urlsplit(vector["url"]).query


def execute(document: dict[str, Any]) -> int:
    """Holds every vector of the document against the sandbox; KeyError for a kind nobody knows."""
    for vector in document["vectors"]:
        hold(vector)
    return len(document["vectors"])


SIGNED = [pytest.param(raw_of(one), one["signature"], id=one["id"]) for one in DOCUMENT["vectors"]]
VECTORS = [pytest.param(one, id=one["id"]) for one in DOCUMENT["vectors"]]


@pytest.mark.parametrize("vector", VECTORS)
def test_vector_holds(vector: Vector) -> None:
    hold(vector)


def test_as_many_vectors_are_executed_as_the_file_holds() -> None:
    assert [name for name, rows in DOCUMENT.items() if isinstance(rows, list)] == ["vectors"]
    assert execute(DOCUMENT) == len(DOCUMENT["vectors"]) == len({one["id"] for one in DOCUMENT["vectors"]})
    assert {one["kind"] for one in DOCUMENT["vectors"]} == set(KEYS)


def test_an_unknown_kind_of_vector_fails() -> None:
    with pytest.raises(KeyError, match="hologram"):
        execute({"vectors": [DOCUMENT["vectors"][0] | {"kind": "hologram"}]})


@pytest.mark.parametrize(("message", "signature"), SIGNED)
def test_any_changed_byte_of_the_message_is_refused(message: str, signature: str) -> None:
    tampering.refuses_every_changed_byte_of_the_message(verify, SECRET, message, signature)


@pytest.mark.parametrize(("message", "signature"), SIGNED)
def test_any_changed_byte_of_the_key_is_refused(message: str, signature: str) -> None:
    tampering.refuses_every_changed_byte_of_the_key(verify, SECRET, message, signature)


@pytest.mark.parametrize(("message", "signature"), SIGNED)
def test_any_changed_byte_of_the_signature_is_refused(message: str, signature: str) -> None:
    tampering.refuses_every_changed_byte_of_the_signature(verify, SECRET, message, signature)


@pytest.mark.parametrize("vector", VECTORS)
def test_any_changed_byte_of_a_signed_value_is_refused(vector: Vector) -> None:
    """Each field as it arrives: that it reaches the signed string at all is what this holds."""
    keys, fields = KEYS[vector["kind"]], fields_of(vector)

    def hold_changed(name: str, text: str) -> bool:
        return verify(SECRET, raw_string(keys, fields | {name: text}, ACCESS_KEY), fields["signature"])

    for name in set(keys) - {"accessKey"}:
        value = str(fields[name])
        for position in range(len(value)):
            assert not hold_changed(name, value[:position] + chr(ord(value[position]) ^ 1) + value[position + 1 :]), name
        assert not hold_changed(name, value + "0"), name

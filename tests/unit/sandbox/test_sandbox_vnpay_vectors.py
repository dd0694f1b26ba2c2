"""Every vector of vnpay.json, made with the vendors' own tools, holds for the sandbox's signing."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from sandbox.vnpay.checks import read_fields
from sandbox.vnpay.model import ends_retries
from sandbox.vnpay.signing import (
    QUERY_REQUEST,
    QUERY_RESPONSE,
    REFUND_REQUEST,
    REFUND_RESPONSE,
    bar_message,
    read_vietnam_time,
    sign,
    signed_query,
    url_message,
    verify,
    vietnam_time,
)

DOCUMENT: dict[str, Any] = json.loads((Path(__file__).parents[2] / "vectors" / "vnpay.json").read_text(encoding="utf-8"))
SECRET: str = DOCUMENT["made_up_credentials"]["vnp_HashSecret"]
Vector = dict[str, Any]


def hold_payment_url(vector: Vector) -> None:
    fields = vector["fields"]
    query = urlsplit(vector["payment_url"]).query
    assert url_message(fields) == vector["canonical_string"]
    assert sign(SECRET, vector["canonical_string"]) == vector["secure_hash"]
    assert signed_query(SECRET, fields) == query
    assert_arrives_verified(query)
    for other in vector["different_hash_from"].values():
        assert not verify(SECRET, url_message(fields), other["secure_hash"])
        assert sign(SECRET, other["canonical"]) == other["secure_hash"]


def hold_result(vector: Vector) -> None:
    assert url_message(vector["fields_signed"]) == vector["canonical_string"]
    assert sign(SECRET, vector["canonical_string"]) == vector["secure_hash"]
    assert vector["query_string"].startswith(signed_query(SECRET, vector["fields_signed"]))
    assert vector["expected"]["signature_valid"] is True
    assert_arrives_verified(vector["query_string"])


def hold_querydr(vector: Vector) -> None:
    hold_merchant_call(vector, QUERY_REQUEST, QUERY_RESPONSE)


def hold_refund(vector: Vector) -> None:
    hold_merchant_call(vector, REFUND_REQUEST, REFUND_RESPONSE)


def hold_merchant_call(vector: Vector, request_order: list[str], response_order: list[str]) -> None:
    for part, order, body in (
        ("request", request_order, vector["request"]["body"]),
        ("response", response_order, vector["response"]),
    ):
        assert vector[f"{part}_sign_order"] == order
        assert bar_message(order, body) == vector[f"{part}_canonical"]
        assert sign(SECRET, vector[f"{part}_canonical"]) == vector[f"{part}_secure_hash"] == body["vnp_SecureHash"]
        assert verify(SECRET, bar_message(order, body), body["vnp_SecureHash"])


def hold_timezone(vector: Vector) -> None:
    instant = datetime.fromisoformat(vector["instant_utc"])
    assert vietnam_time(instant) == vector["vnp_CreateDate"]
    assert read_vietnam_time(vector["vnp_CreateDate"]) == instant


def hold_ipn_reply(vector: Vector) -> None:
    assert ends_retries(vector["reply"]["RspCode"]) is not vector["vnpay_retries"]


def assert_arrives_verified(query: str) -> None:
    fields = read_fields(query)
    assert verify(SECRET, url_message(fields), fields["vnp_SecureHash"])
    assert verify(SECRET, url_message(fields), fields["vnp_SecureHash"].upper())


KINDS: dict[str, Callable[[Vector], None]] = {
    "payment_url": hold_payment_url,
    "ipn": hold_result,
    "return_url": hold_result,
    "querydr": hold_querydr,
    "refund": hold_refund,
}
TABLES: dict[str, Callable[[Vector], None]] = {"timezone_vectors": hold_timezone, "ipn_reply_table": hold_ipn_reply}


def execute(document: dict[str, Any]) -> int:
    """Holds every vector of the document against the sandbox; KeyError for a kind nobody knows."""
    for vector in document["vectors"]:
        KINDS[vector["kind"]](vector)
    for table, hold in TABLES.items():
        for row in document[table]:
            hold(row)
    return len(document["vectors"]) + sum(len(document[table]) for table in TABLES)


def messages_of(vector: Vector) -> list[tuple[str, str]]:
    if "canonical_string" in vector:
        return [(vector["canonical_string"], vector["secure_hash"])]
    return [(vector[f"{part}_canonical"], vector[f"{part}_secure_hash"]) for part in ("request", "response")]


SIGNED = [
    pytest.param(message, signature, id=f"{vector['id']}-{number}")
    for vector in DOCUMENT["vectors"]
    for number, (message, signature) in enumerate(messages_of(vector))
]


@pytest.mark.parametrize("vector", [pytest.param(one, id=one["id"]) for one in DOCUMENT["vectors"]])
def test_vector_holds(vector: Vector) -> None:
    KINDS[vector["kind"]](vector)


def test_as_many_vectors_are_executed_as_the_file_holds() -> None:
    lists_in_file = {name: rows for name, rows in DOCUMENT.items() if isinstance(rows, list)}
    assert lists_in_file.keys() == {"vectors", *TABLES}
    assert execute(DOCUMENT) == sum(len(rows) for rows in lists_in_file.values())
    assert len({vector["id"] for vector in DOCUMENT["vectors"]}) == len(DOCUMENT["vectors"])


def test_an_unknown_kind_of_vector_fails() -> None:
    with pytest.raises(KeyError, match="hologram"):
        execute(DOCUMENT | {"vectors": [{"kind": "hologram"}]})


@pytest.mark.parametrize(("message", "signature"), SIGNED)
def test_any_changed_byte_of_the_message_is_refused(message: str, signature: str) -> None:
    assert verify(SECRET, message, signature)
    raw = message.encode()
    for position in range(len(raw)):
        for mask in (0x01, 0x20, 0x80):
            changed = raw[:position] + bytes([raw[position] ^ mask]) + raw[position + 1 :]
            assert not verify(SECRET, changed.decode("latin-1"), signature), position
        assert not verify(SECRET, (raw[:position] + raw[position + 1 :]).decode(), signature), position


@pytest.mark.parametrize(("message", "signature"), SIGNED)
def test_any_changed_byte_of_the_key_is_refused(message: str, signature: str) -> None:
    for position, letter in enumerate(SECRET):
        changed = SECRET[:position] + chr(ord(letter) ^ 1) + SECRET[position + 1 :]
        assert not verify(changed, message, signature), position


@pytest.mark.parametrize(("message", "signature"), SIGNED)
def test_any_changed_byte_of_the_signature_is_refused(message: str, signature: str) -> None:
    for position, digit in enumerate(signature):
        for other in (f"{int(digit, 16) ^ 1:x}", "g", "é", "\0"):
            assert not verify(SECRET, message, signature[:position] + other + signature[position + 1 :]), position
    for malformed in ("", signature[:-1], signature + "0", f" {signature}", f"{signature}\n"):
        assert not verify(SECRET, message, malformed)


@pytest.mark.parametrize(
    "query",
    [
        pytest.param(one.get("query_string") or urlsplit(one["payment_url"]).query, id=one["id"])
        for one in DOCUMENT["vectors"]
        if "canonical_string" in one
    ],
)
def test_any_changed_byte_of_the_query_as_it_arrives_is_refused(query: str) -> None:
    signed_length = query.index("&vnp_SecureHash=")
    for position in range(signed_length):
        changed = query[:position] + chr(ord(query[position]) ^ 1) + query[position + 1 :]
        fields = dict(parse_qsl(changed, keep_blank_values=True))
        assert not verify(SECRET, url_message(fields), fields["vnp_SecureHash"]), position

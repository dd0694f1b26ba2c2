"""Every vector made with payOS's own SDKs, against the adapter; and one changed byte of each that verifies."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.unit.transactions.providers.payos.payos_helpers import ACCOUNT, KEY, PAYOS, VECTORS, post
from transactions.providers.base import InvalidSignature, MalformedNotification
from transactions.providers.payos import signing


def reread(value: Any) -> Any:
    """As the adapter reads it: from text."""
    return signing.parse(json.dumps(value, ensure_ascii=False).encode())


def holds(vector: dict[str, Any], text: str) -> None:
    assert text == vector["canonical_string"]
    signature = vector.get("expected_signature") or vector["python_sdk"]  # the two SDKs differ on arrays of texts
    assert signing.sign(text, KEY) == signature
    assert signing.is_signature(signature, text, KEY)


def request_signature(vector: dict[str, Any]) -> None:
    given = vector["input"]
    text = signing.request_string(
        amount=given["amount"], cancel_url=given["cancelUrl"], description=given["description"],
        order_code=given["orderCode"], return_url=given["returnUrl"],
    )  # fmt: skip
    holds(vector, text)


def data_signature(vector: dict[str, Any]) -> None:
    holds(vector, signing.data_string(reread(vector["input"])))


def payout_signature(vector: dict[str, Any]) -> None:
    holds(vector, signing.payout_string(reread(vector["input"])))


def webhook_verify(vector: dict[str, Any]) -> None:
    assert vector["expected_valid"] is True
    notice = PAYOS.read_notification(ACCOUNT, post(vector["input"]))
    assert notice.report.reference == str(vector["input"]["data"]["orderCode"])
    assert notice.probe == (vector.get("expected_http_status") == "2xx")


BY_OPERATION: dict[str, Callable[[dict[str, Any]], None]] = {
    "payment_request_signature": request_signature,
    "data_signature": data_signature,
    "payout_header_signature": payout_signature,
    "webhook_verify": webhook_verify,
}


def test_every_vector_holds() -> None:
    executed = 0
    for vector in VECTORS:
        BY_OPERATION[vector["operation"]](vector)  # an unknown operation is a KeyError
        executed += 1
    assert executed == len(VECTORS)


def changed(text: str) -> Iterator[str]:
    """Every text that differs from ``text`` in one character, which stays no other case of itself."""
    for place, character in enumerate(text):
        other = "0" if character.lower() != "0" else "1"
        yield text[:place] + other + text[place + 1 :]


@pytest.mark.parametrize("vector", [v for v in VECTORS if "canonical_string" in v], ids=lambda vector: vector["name"])
def test_one_changed_byte_refuses(vector: dict[str, Any]) -> None:
    text, signature = vector["canonical_string"], vector.get("expected_signature") or vector["python_sdk"]
    if vector.get("sdk_divergence"):
        signature = vector["python_sdk"]
    assert signing.is_signature(signature.upper(), text, KEY)
    assert not any(signing.is_signature(signature, other, KEY) for other in changed(text))
    assert not any(signing.is_signature(signature, text, other) for other in changed(KEY))
    assert not any(signing.is_signature(other, text, KEY) for other in changed(signature))


@pytest.mark.parametrize("vector", [v for v in VECTORS if v["operation"] == "webhook_verify"], ids=lambda vector: vector["name"])
def test_one_changed_byte_of_a_webhook_refuses_or_says_the_same(vector: dict[str, Any]) -> None:
    text = json.dumps(vector["input"], ensure_ascii=False)
    original = PAYOS.read_notification(ACCOUNT, post(text.encode()))
    survivors = []
    for place, other in enumerate(changed(text)):
        try:
            again = PAYOS.read_notification(ACCOUNT, post(other.encode()))
        except (InvalidSignature, MalformedNotification):
            continue
        survivors.append(place)
        assert again == original
    # Only what stands beside ``data`` is not signed.
    data = range(text.index('"data"'), len(text))
    assert not set(survivors) & set(data)


@pytest.mark.parametrize("key", ["", KEY[:-1], KEY + " "])
def test_another_key_verifies_nothing(key: str) -> None:
    stranger = replace(ACCOUNT, credentials={"checksum_key": key})
    vector = next(v for v in VECTORS if v["name"] == "webhook_good")
    with pytest.raises(InvalidSignature):
        PAYOS.read_notification(stranger, post(vector["input"]))
    with pytest.raises(InvalidSignature):
        PAYOS.read_notification(replace(ACCOUNT, credentials={}), post(vector["input"]))

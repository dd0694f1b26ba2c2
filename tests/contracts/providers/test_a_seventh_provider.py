"""A seventh provider: its vectors, and that its lines are all there is of it. The contract's cases run over it beside this."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from tenants.credentials import FORMS
from tenants.models import PaymentProvider
from tests.factories.acmepay import lines
from tests.factories.acmepay import provider as acmepay_folder
from tests.factories.acmepay.provider.adapter import AcmePayAdapter
from tests.factories.acmepay.sandbox import signature_of
from tests.factories.world import Role
from transactions.providers import registry
from transactions.providers.base import AccountContext, InvalidSignature, MalformedNotification, Outcome, RawRequest

DOCUMENT = json.loads(Path(lines.__file__).with_name("vectors.json").read_text())
KEYS, VECTORS = DOCUMENT["keys"], DOCUMENT["vectors"]
ACCOUNT = AccountContext(environment="sandbox", credentials=KEYS)
ACMEPAY = AcmePayAdapter()
_ROOMS = "payments_site|audit|tenants|transactions|webhooks|sandbox|tests|django"
_OURS = re.compile(rf"^(?:from|import) ((?:{_ROOMS})[\w.]*)", re.MULTILINE)


def request_of(kind: str, payload: str, signature: str) -> RawRequest:
    envelope = {"payload": payload, "signature": signature}
    if kind == "return":
        return RawRequest("GET", urlencode(envelope), b"")
    return RawRequest("POST", "", json.dumps(envelope).encode(), "application/json")


def read(kind: str, payload: str, signature: str) -> Any:
    request = request_of(kind, payload, signature)
    return ACMEPAY.read_return(ACCOUNT, request) if kind == "return" else ACMEPAY.read_notification(ACCOUNT, request).report


def changed(text: str) -> Iterator[str]:
    """The text with one character changed, at every place."""
    for place, old in enumerate(text):
        yield text[:place] + ("1" if old != "1" else "2") + text[place + 1 :]


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["name"] for vector in VECTORS])
def test_the_adapter_reads_every_vector(vector: dict[str, Any]) -> None:
    found = read(vector["kind"], vector["payload"], vector["expected_signature"])
    expected = vector["expected"]
    assert (found.outcome, found.reference, found.amount) == (
        Outcome(expected["outcome"]), expected["reference"], expected["amount"],
    )  # fmt: skip
    assert found.transaction_no == expected["transaction_no"]


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["name"] for vector in VECTORS])
def test_the_sandbox_signs_every_vector_alike(vector: dict[str, Any]) -> None:
    assert signature_of(KEYS["secret"], vector["payload"]) == vector["expected_signature"]


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["name"] for vector in VECTORS])
def test_no_vector_survives_the_change_of_one_character(vector: dict[str, Any]) -> None:
    kind, payload, signature = vector["kind"], vector["payload"], vector["expected_signature"]
    forged = [(text, signature) for text in changed(payload)] + [(payload, text) for text in changed(signature)]
    for one in forged:
        with pytest.raises((InvalidSignature, MalformedNotification)):
            read(kind, *one)
    assert len(forged) == len(payload) + 64


def test_its_lines_are_all_that_the_service_knows_of_it() -> None:
    before = (list(registry.ADAPTERS), list(FORMS))
    with lines.in_place():
        assert registry.get("acmepay").name == "AcmePay"
        assert ("acmepay", "AcmePay") in PaymentProvider.Code.choices
    assert (list(registry.ADAPTERS), list(FORMS)) == before
    assert "acmepay" not in before[0]


def test_its_folder_imports_no_other_provider_and_nothing_above_it() -> None:
    folder = Path(acmepay_folder.__file__).parent
    shared = {"transactions.providers.base", "transactions.providers.jsontext"}
    for path in folder.glob("*.py"):
        for module in _OURS.findall(path.read_text()):
            inside = module.startswith(("payments_site.kernel.", "tests.factories.acmepay.provider"))
            assert inside or module in shared, (path.name, module)


def test_without_its_lines_a_client_can_not_name_it(acme: Role, client: Any) -> None:
    body = {
        "order_id": "ORD-1", "amount": 100_000, "currency": "VND", "description": "x", "provider_code": "acmepay",
        "return_url": "https://shop.example/done",
    }  # fmt: skip
    reply = client.post(f"{acme.base}/transactions", body, "application/json", headers=acme.headers)
    assert (reply.status_code, reply.json()["error_code"]) == (400, "VALIDATION_ERROR")
    assert client.post("/api/v1/webhooks/acmepay", b"{}", "application/json").status_code == 404

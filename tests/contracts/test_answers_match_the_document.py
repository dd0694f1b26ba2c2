"""Real answers, successes and refusals, are what the document says: no member missing, none too many."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.contracts import document as documents
from tests.contracts.conftest import BODY, Belongings, pay
from tests.contracts.schemas import answer_schema, faults
from tests.factories.live import wait_until
from tests.factories.tenants import StaffUserFactory, staff_client
from tests.factories.world import Role, World, make_world

BASE = "/api/v1/{project_code}/{app_code}"


@pytest.fixture
def document(api: APIClient, db: None) -> dict[str, Any]:
    """The document as it is served."""
    return documents.fetch(api)


def check(document: dict[str, Any], answer: Any, template: str, method: str, status: int, code: str | None = None) -> Any:
    """The answer's body, after it was found to be what the document says of this status."""
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/json"
    body = answer.json()
    schema = answer_schema(document, template, method, status)
    assert faults(document, schema, body) == []
    assert body.get("error_code") == code
    assert answer["X-Request-ID"] == body["request_id"]
    if code is not None:
        documented = document["paths"][template][method.lower()]["responses"][str(status)]["description"]
        assert code in documented.split(", ")
    return body


def test_a_created_payment(document: dict[str, Any], api: APIClient, acme: Role) -> None:
    answer = api.post(f"{acme.base}/transactions", BODY, format="json", headers=acme.headers)
    check(document, answer, f"{BASE}/transactions", "POST", 201)


def test_everything_that_a_client_reads(document: dict[str, Any], api: APIClient, belongings: Belongings) -> None:
    read = [one for one in documents.operations(document) if one.method == "GET" and one.schemes == {"tenantKey"}]
    assert len(read) >= 10
    for one in read:
        path = one.path({**belongings.ids, **belongings.place})
        body = check(document, api.get(path, headers=belongings.role.headers), one.template, "GET", 200)
        assert body["data"] or one.template == f"{BASE}/events", str(one)


def test_the_feed_of_committed_events(api: APIClient, committed_db: None) -> None:
    world = make_world()
    made = api.post(f"{world.acme.base}/transactions", BODY, format="json", headers=world.acme.headers)
    url = f"{world.acme.base}/transactions/{made.json()['data']['transaction_id']}"
    pay(api, world.acme, api.get(url, headers=world.acme.headers).json()["data"])
    # The feed waits for every older database transaction, those of the other test workers too.
    events = f"{world.acme.base}/events"
    wait_until(lambda: len(api.get(events, headers=world.acme.headers).json()["data"]) == 2, 90)
    answer = api.get(events, headers=world.acme.headers)
    body = check(documents.fetch(api), answer, f"{BASE}/events", "GET", 200)
    assert [event["event_type"] for event in body["data"]] == ["transaction.created", "transaction.completed"]
    for other in (world.stranger, world.partner):
        assert api.get(f"{other.base}/events", headers=other.headers).json()["data"] == []


def test_a_refund_and_a_cancel(document: dict[str, Any], api: APIClient, belongings: Belongings) -> None:
    url = f"{belongings.role.base}/transactions"
    headers = belongings.role.headers
    body = {"refund_amount": 1_000, "reason": "x", "internal_refund_id": "ANOTHER"}
    paid = f"{url}/{belongings.ids['transaction_id']}"
    template = f"{BASE}/transactions/{{transaction_id}}"
    check(document, api.post(f"{paid}/refund", body, format="json", headers=headers), f"{template}/refund", "POST", 200)
    pending = f"{url}/{belongings.pending_id}"
    check(document, api.post(f"{pending}/cancel", {}, format="json", headers=headers), f"{template}/cancel", "POST", 200)


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"amount": "100000"}, 400, "VALIDATION_ERROR"),
        ({"amount": 1}, 400, "INVALID_AMOUNT"),
        ({"currency": "USD"}, 400, "INVALID_CURRENCY"),
        ({"payment_method": "gold"}, 400, "INVALID_PAYMENT_METHOD"),
        ({"amount": 200_000}, 400, "DUPLICATE_ORDER_ID"),
        ({"order_id": "ANOTHER", "provider_code": "momo"}, 422, "PROVIDER_NOT_CONFIGURED"),
    ],
)
def test_a_refused_create(
    document: dict[str, Any], api: APIClient, belongings: Belongings, change: dict[str, Any], status: int, code: str
) -> None:
    role = belongings.role
    answer = api.post(f"{role.base}/transactions", {**BODY, **change}, format="json", headers=role.headers)
    check(document, answer, f"{BASE}/transactions", "POST", status, code)


def test_a_key_used_with_another_body(document: dict[str, Any], api: APIClient, acme: Role) -> None:
    headers = {**acme.headers, "X-Idempotency-Key": "one-key"}
    for body, status, code in ((BODY, 201, None), ({**BODY, "amount": 1_000_000}, 422, "IDEMPOTENCY_KEY_REUSED")):
        answer = api.post(f"{acme.base}/transactions", body, format="json", headers=headers)
        check(document, answer, f"{BASE}/transactions", "POST", status, code)


def test_the_door(document: dict[str, Any], api: APIClient, world: World) -> None:
    acme, stranger = world.acme, world.stranger
    url, template = f"{acme.base}/transactions", f"{BASE}/transactions"
    check(document, api.get(url), template, "GET", 401, "UNAUTHORIZED")
    check(document, api.get(url, headers={"X-Api-Key": "pk_none"}), template, "GET", 401, "INVALID_API_KEY")
    check(document, api.get(url, headers=stranger.headers), template, "GET", 404, "PROJECT_NOT_FOUND")
    mixed = f"/api/v1/{acme.project_code}/partner/transactions"
    check(document, api.get(mixed, headers=acme.headers), template, "GET", 404, "TENANT_NOT_FOUND")
    check(document, api.get(f"{url}?limit=201", headers=acme.headers), template, "GET", 400, "VALIDATION_ERROR")


def test_above_the_rate_limit(document: dict[str, Any], api: APIClient, acme: Role, settings: Any) -> None:
    settings.RATE_LIMIT_CLIENT = "1/h"
    api.get(f"{acme.base}/status", headers=acme.headers)
    answer = api.get(f"{acme.base}/status", headers=acme.headers)
    check(document, answer, f"{BASE}/status", "GET", 429, "RATE_LIMIT_EXCEEDED")
    documented = document["paths"][f"{BASE}/status"]["get"]["responses"]["429"]["headers"]
    assert set(documented) <= set(answer.headers)


@pytest.mark.parametrize("path", ["/api/v1/status", "/api/v1/version"])
def test_what_needs_no_key(document: dict[str, Any], api: APIClient, path: str) -> None:
    check(document, api.get(path), path, "GET", 200)


def test_what_staff_read_and_are_refused(document: dict[str, Any], api: APIClient, belongings: Belongings) -> None:
    boss, powerless = staff_client(StaffUserFactory(is_superuser=True)), staff_client(StaffUserFactory())
    for one in documents.operations(document):
        if one.method != "GET" or "staffToken" not in one.schemes:
            continue
        path = one.path(belongings.ids)
        check(document, boss.get(path), one.template, "GET", 200)
        check(document, powerless.get(path), one.template, "GET", 403, "FORBIDDEN")
        check(document, api.get(path), one.template, "GET", 401, "UNAUTHORIZED")

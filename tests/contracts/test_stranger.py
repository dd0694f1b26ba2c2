"""``stranger`` tries acme's real ids on every client route and method of the OpenAPI document, and finds nothing."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.contracts.conftest import BODY, EMAIL, IDEMPOTENCY_KEY, REFUND, Belongings, operations_of
from tests.contracts.document import Operation
from tests.factories.world import Role, World
from transactions import selectors
from transactions.models import Transaction

# Bodies that would do harm if the door were open; the order is the caller's own, so that nothing of it is acme's.
OWN_ORDER = {**BODY, "order_id": "MINE-1", "customer_info": {"email": "me@elsewhere.example"}}
BODIES: dict[str, Any] = {
    "create_transaction": OWN_ORDER,
    "refund_transaction": REFUND,
    "cancel_transaction": {"reason": "stranger"},
    "create_callback_endpoint": {"url": "https://elsewhere.example/hook"},
    "update_callback_endpoint": {"url": "https://elsewhere.example/hook", "is_active": False},
    "set_callback_policy": {"retry_delays": [1], "strict_order": True},
    "resend_callbacks": {"from": "2026-01-01T00:00:00+07:00", "to": "2026-01-31T00:00:00+07:00", "status": "delivered"},
    "process_payment": {"booking_id": "MINE-2", "amount": 100_000, "description": "Phòng"},
}
# Nobody here has an account at PayOS: the door is open, the provider is not configured.
NOT_CONFIGURED = {"process_payment"}
# What a tenant always has of its own, so that its list is not empty.
OWN_LISTS = {"list_providers"}
IDS = {"transaction_id", "payment_id", "refund_id", "reference_id", "endpoint_id", "callback_id"}
# Routes without codes in their path: the key alone says whose they are.
KEYED = ("/api/v1/payment/", "/api/v1/notifications/")


def attack(api: APIClient, operation: Operation, caller: Role, place: dict[str, str], belongings: Belongings) -> Any:
    """One request of ``caller`` with acme's ids below ``place`` (project and app code)."""
    path = operation.path({**belongings.ids, **place})
    body = BODIES.get(operation.spec["operationId"], {}) if operation.method != "GET" else None
    return getattr(api, operation.method.lower())(path, body, format=None if body is None else "json", headers=caller.headers)


def place_of(project: Role, app: Role) -> dict[str, str]:
    return {"project_code": project.project_code, "app_code": app.app_code}


def leaks(answer: Any, belongings: Belongings) -> list[str]:
    text = answer.content.decode()
    return [mark for mark in belongings.marks if mark in text]


def intrusions(api: APIClient, caller: Role, place: dict[str, str], belongings: Belongings) -> tuple[dict[str, str], set[str]]:
    """({operation: what it gave away}, every operation that was tried), on the caller's own path or another's."""
    own = place == place_of(caller, caller)
    found: dict[str, str] = {}
    visited = set()
    for operation in operations_of(api, "tenantKey"):
        answer = attack(api, operation, caller, place, belongings)
        visited.add(str(operation))
        by_key = operation.template.startswith(KEYED)
        if not (own or by_key) or operation.parameters & IDS:
            if answer.status_code != 404:
                found[str(operation)] = f"{answer.status_code} {answer.content[:200]!r}"
        elif operation.spec["operationId"] in NOT_CONFIGURED:
            if answer.status_code != 422:
                found[str(operation)] = f"answers {answer.status_code}"
        elif answer.status_code not in (200, 201):
            found[str(operation)] = f"its own route answers {answer.status_code} {answer.content[:200]!r}"
        elif operation.answers_a_list and operation.spec["operationId"] not in OWN_LISTS and answer.json()["data"]:
            found[str(operation)] = "the list is not empty"
        if leaked := leaks(answer, belongings):
            found[str(operation)] = f"gives away {leaked}"
    return found, visited


def every_client_operation(api: APIClient) -> set[str]:
    """What the document says, read without the helper that chose what to visit."""
    paths = api.get("/api/schema/?format=json").json()["paths"]
    client = {path: methods for path, methods in paths.items() if "/{project_code}/" in path or path.startswith(KEYED)}
    return {f"{method.upper()} {path}" for path, methods in client.items() for method in methods}


def test_stranger_on_acmes_path_finds_nothing_on_any_route(api: APIClient, world: World, belongings: Belongings) -> None:
    found, visited = intrusions(api, world.stranger, place_of(world.acme, world.acme), belongings)
    assert found == {}
    assert visited == every_client_operation(api)


def test_stranger_on_its_own_path_finds_nothing_of_acmes_on_any_route(
    api: APIClient, world: World, belongings: Belongings
) -> None:
    # Lists come first, while stranger has nothing of its own; its create is the last request that could fill them.
    found, visited = intrusions(api, world.stranger, place_of(world.stranger, world.stranger), belongings)
    assert found == {}
    assert visited == every_client_operation(api)


@pytest.mark.parametrize(("project", "app"), [("stranger", "acme"), ("acme", "stranger")])
def test_stranger_on_a_path_put_together_of_both_finds_nothing(
    api: APIClient, world: World, belongings: Belongings, project: str, app: str
) -> None:
    found, visited = intrusions(api, world.stranger, place_of(getattr(world, project), getattr(world, app)), belongings)
    assert found == {}
    assert visited == every_client_operation(api)


def test_partner_of_the_same_project_finds_nothing_either(api: APIClient, world: World, belongings: Belongings) -> None:
    for place in (place_of(world.acme, world.acme), place_of(world.partner, world.partner)):
        found, visited = intrusions(api, world.partner, place, belongings)
        assert found == {}
        assert visited == every_client_operation(api)


def test_nothing_of_acmes_has_changed_after_all_attacks(api: APIClient, world: World, belongings: Belongings) -> None:
    before = list(Transaction.objects.filter(tenant__public_id=world.acme.tenant_id).order_by("pk").values())
    for caller in (world.stranger, world.partner):
        for place in (place_of(world.acme, world.acme), place_of(caller, caller)):
            intrusions(api, caller, place, belongings)
    assert list(Transaction.objects.filter(tenant__public_id=world.acme.tenant_id).order_by("pk").values()) == before


def test_acme_itself_is_let_in_with_the_same_requests(api: APIClient, world: World, belongings: Belongings) -> None:
    # What was deleted could not be tried any more.
    for operation in sorted(operations_of(api, "tenantKey"), key=lambda one: one.method == "DELETE"):
        answer = attack(api, operation, world.acme, place_of(world.acme, world.acme), belongings)
        assert answer.status_code not in (401, 403, 404, 405), f"{operation}: {answer.content!r}"


def test_without_a_key_every_route_answers_401(api: APIClient, world: World, belongings: Belongings) -> None:
    for operation in operations_of(api, "tenantKey"):
        path = operation.path({**belongings.ids, **place_of(world.acme, world.acme)})
        for headers, code in (({}, "UNAUTHORIZED"), ({"X-Api-Key": "pk_unknown"}, "INVALID_API_KEY")):
            answer = getattr(api, operation.method.lower())(path, headers=headers)
            assert (answer.status_code, answer.json()["error_code"]) == (401, code), str(operation)


@pytest.mark.parametrize("query", ["search={order}", "search={email}", "cursor={cursor}", "limit=200"])
def test_no_filter_of_a_list_reaches_acmes_payments(api: APIClient, world: World, belongings: Belongings, query: str) -> None:
    filled = query.format(order="ACME/ORD-1", email=EMAIL, cursor=belongings.cursor)
    answer = api.get(f"{world.stranger.base}/transactions?{filled}", headers=world.stranger.headers)
    assert (answer.status_code, answer.json()["data"]) == (200, [])
    shown = api.get(f"{world.acme.base}/transactions?{filled}", headers=world.acme.headers)
    assert shown.json()["data"], "the filter would find nothing for acme either"


def test_the_feed_does_not_begin_after_an_event_of_acme(api: APIClient, world: World, belongings: Belongings) -> None:
    path = f"/events?after={belongings.ids['event_id']}"
    assert api.get(f"{world.stranger.base}{path}", headers=world.stranger.headers).status_code == 404
    assert api.get(f"{world.acme.base}{path}", headers=world.acme.headers).status_code == 200


@pytest.mark.parametrize("reference", ["provider_order_id", "provider_transaction_id", "order_id"])
def test_no_reference_of_acmes_payment_finds_it(api: APIClient, world: World, belongings: Belongings, reference: str) -> None:
    url = f"{world.acme.base}/transactions/{belongings.ids['transaction_id']}"
    value = api.get(url, headers=world.acme.headers).json()["data"][reference]
    for caller, status in ((world.acme, 200), (world.stranger, 404), (world.partner, 404)):
        assert api.get(f"{caller.base}/transactions/ref/{value}", headers=caller.headers).status_code == status


def test_acmes_idempotency_key_and_order_are_free_for_stranger(api: APIClient, world: World, belongings: Belongings) -> None:
    headers = {**world.stranger.headers, "X-Idempotency-Key": IDEMPOTENCY_KEY}
    answer = api.post(f"{world.stranger.base}/transactions", BODY, format="json", headers=headers)
    assert (answer.status_code, answer["X-Idempotency-Cache"]) == (201, "MISS")
    assert answer.json()["data"]["transaction_id"] != belongings.ids["transaction_id"]


def test_a_selector_that_forgot_the_tenant_would_be_caught(
    api: APIClient, world: World, belongings: Belongings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def leaky(*, tenant: Any, transaction_id: str) -> Transaction:
        return Transaction.objects.get(public_id=transaction_id)

    monkeypatch.setattr(selectors, "payment_of", leaky)
    found, _ = intrusions(api, world.stranger, place_of(world.stranger, world.stranger), belongings)
    assert "GET /api/v1/{project_code}/{app_code}/transactions/{transaction_id}" in found

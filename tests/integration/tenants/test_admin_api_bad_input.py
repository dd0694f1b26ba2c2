"""Whatever is sent, the admin API answers 4xx in the envelope and names the field; never 500."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.factories.tenants import ProjectFactory, ProviderAccountFactory, TenantFactory

ADMIN = "/api/v1/admin"
WRONG: list[Any] = [
    None, True, 0, -1, 1.5, 2**63, 10**40, "", " ", "a\x00b", "\ud800", "x" * 5000, [], [None], [[]], {}, {"a": {}}, "\u202e",
]  # fmt: skip
ACCOUNT = {
    "provider_code": "vnpay",
    "environment": "sandbox",
    "credentials": {"tmn_code": "TESTTMN1", "hash_secret": "s"},
    "ip_allowlist": ["203.0.113.9"],
    "ip_allowlist_enforced": True,
    "fee": {"percent": "1", "fixed": 1, "min": 1, "max": 2, "vat_percent": "10"},
    "api_url": "https://x.example/",
    "options": {"priority": 5, "max_calls": 8},
}


def paths(value: Any, prefix: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    for key, inner in value.items() if isinstance(value, dict) else ():
        yield (*prefix, key)
        yield from paths(inner, (*prefix, key))


def mutations(body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path, wrong in itertools.product(paths(body), WRONG):
        mutated = copy.deepcopy(body)
        place = mutated
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = wrong
        yield mutated


@pytest.fixture
def requests(staff: APIClient) -> list[tuple[str, str, dict[str, Any]]]:
    project, tenant, account = ProjectFactory(), TenantFactory(), ProviderAccountFactory()
    one = f"{ADMIN}/tenants/{tenant.public_id}"
    mine = f"{ADMIN}/tenants/{account.tenant.public_id}/providers/{account.public_id}"
    shop = {
        "project_id": project.public_id,
        "app_code": "s1",
        "name": "S",
        "business_type": "other",
        "callback_url": "",
        "is_active": True,
    }
    limits = {"min_amount": 1, "max_amount": 2, "daily_amount": 3, "monthly_amount": 4}
    return [
        ("POST", f"{ADMIN}/projects", {"code": "SM", "name": "M", "description": "", "is_active": True}),
        ("PUT", f"{ADMIN}/projects/{project.public_id}", {"code": project.code, "name": "M", "is_active": True}),
        ("POST", f"{ADMIN}/tenants", shop),
        ("PUT", one, {"name": "N", "business_type": "other", "callback_url": "https://shop.example/h", "is_active": True}),
        ("PUT", f"{one}/limits", limits),
        ("POST", f"{one}/api-keys", {"name": "k", "scopes": ["read"], "expires_at": "2999-01-01T00:00:00+07:00"}),
        ("POST", f"{one}/providers", ACCOUNT),
        ("PUT", mine, {"credentials": {"hash_secret": "n"}, "fee": {"percent": "1"}, "ip_allowlist": [], "is_active": True}),
        ("PUT", mine, {"options": {"priority": 5, "max_calls": None}}),
    ]


def test_no_wrong_value_in_any_field_is_an_error_of_ours(
    staff: APIClient, requests: list[tuple[str, str, dict[str, Any]]]
) -> None:
    for method, path, body in requests:
        for mutated in mutations(body):
            answer = staff.generic(method, path, _json(mutated), content_type="application/json")
            assert answer.status_code in {200, 201, 400, 404}, (method, path, mutated, answer.content)
            if answer.status_code == 400:
                details = answer.json()["details"]
                assert all(each["field"] for each in details.get("fields", [details])), (path, mutated, details)


@pytest.mark.parametrize("raw", ["[]", "5", "null", '"x"', "{", "\xff", "{'a': 1}", '{"a": NaN}', "[" * 100_000])
def test_a_body_that_is_not_a_json_object_is_400(
    raw: str, staff: APIClient, requests: list[tuple[str, str, dict[str, Any]]]
) -> None:
    tenant = TenantFactory()
    rotate = ("POST", f"{ADMIN}/tenants/{tenant.public_id}/callback-secrets", {})
    for method, path, _ in [*requests, rotate]:
        answer = staff.generic(method, path, raw.encode("latin-1"), content_type="application/json")
        assert (answer.status_code, answer.json()["error_code"]) == (400, "VALIDATION_ERROR"), (path, answer.content)


@pytest.mark.parametrize("part", ["%00", "x", "prj_1", "%F0%9F%98%80", "a%0Ab", "tnt_" + "0" * 26, "x" * 300, "%ED%A0%80"])
def test_any_text_in_the_place_of_an_id_is_just_not_found(part: str, staff: APIClient) -> None:
    for path, code in (
        (f"projects/{part}", "PROJECT_NOT_FOUND"),
        (f"tenants/{part}", "TENANT_NOT_FOUND"),
        (f"tenants/{TenantFactory().public_id}/providers/{part}", "NOT_FOUND"),
        (f"tenants/{TenantFactory().public_id}/api-keys/{part}", "NOT_FOUND"),
    ):
        answer = staff.delete(f"{ADMIN}/{path}")
        assert (answer.status_code, answer.json()["error_code"]) == (404, code)


def _json(value: Any) -> str:
    import json

    return json.dumps(value)

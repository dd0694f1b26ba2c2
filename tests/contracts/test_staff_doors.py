"""Every route and method of the admin API in the OpenAPI document is closed without a token and without the permission."""

from __future__ import annotations

from typing import Any

from rest_framework.test import APIClient

from audit.models import AuditEntry
from tests.contracts.conftest import Belongings, operations_of
from tests.contracts.document import Operation
from tests.factories.tenants import StaffUserFactory, staff_client, staff_token

ADMIN = "/api/v1/admin/"
OF_STAFF = (ADMIN, "/api/v1/webhooks/")


def call(client: APIClient, operation: Operation, belongings: Belongings, headers: dict[str, str] | None = None) -> Any:
    ids = belongings.ids
    if operation.template.startswith(f"{ADMIN}projects/"):
        ids = {**ids, "account_id": ids["project_account_id"]}
    path = operation.path(ids)
    return getattr(client, operation.method.lower())(path, {}, format="json", headers=headers or {})


def outcomes(client: APIClient, belongings: Belongings, headers: dict[str, str] | None = None) -> dict[str, int]:
    """{operation: status} of every admin operation, with acme's real ids."""
    found = {str(one): call(client, one, belongings, headers).status_code for one in operations_of(client, "staffToken")}
    assert set(found) == every_admin_operation(client)
    return found


def every_admin_operation(api: APIClient) -> set[str]:
    """What the document says, read without the helper that chose what to visit."""
    paths = api.get("/api/schema/?format=json").json()["paths"]
    return {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods if path.startswith(OF_STAFF)}


def test_without_a_token_every_admin_route_answers_401(api: APIClient, belongings: Belongings) -> None:
    assert set(outcomes(api, belongings).values()) == {401}


def test_an_unknown_token_opens_no_admin_route(api: APIClient, belongings: Belongings) -> None:
    assert set(outcomes(api, belongings, {"Authorization": "Bearer st_nobody"}).values()) == {401}


def test_a_tenants_key_opens_no_admin_route(api: APIClient, belongings: Belongings) -> None:
    key = belongings.role.api_key
    for headers in ({"X-Api-Key": key}, {"Authorization": f"Bearer {key}"}):
        assert set(outcomes(api, belongings, headers).values()) == {401}


def test_staff_without_the_permission_get_403_on_every_admin_route(belongings: Belongings) -> None:
    assert set(outcomes(staff_client(StaffUserFactory()), belongings).values()) == {403}


def test_a_user_who_is_not_staff_gets_403_on_every_admin_route(belongings: Belongings) -> None:
    outsider = StaffUserFactory(is_staff=False, permissions=["tenants.view_tenant", "tenants.view_project"])
    assert set(outcomes(staff_client(outsider), belongings).values()) == {403}


def test_permission_to_look_is_no_permission_to_change(belongings: Belongings) -> None:
    looker = StaffUserFactory(permissions=["tenants.view_tenant", "tenants.view_project", "tenants.view_provideraccount"])
    changes = {name: status for name, status in outcomes(staff_client(looker), belongings).items() if "GET" not in name}
    assert set(changes.values()) == {403}


def test_a_closed_door_changes_and_records_nothing(api: APIClient, belongings: Belongings) -> None:
    before = AuditEntry.objects.count()
    outcomes(api, belongings)
    powerless = StaffUserFactory()
    client = staff_client(powerless)
    after_token = AuditEntry.objects.count()
    outcomes(client, belongings)
    assert AuditEntry.objects.count() == after_token >= before


def test_a_superuser_is_let_in_with_the_same_requests(belongings: Belongings) -> None:
    opened = outcomes(staff_client(StaffUserFactory(is_superuser=True)), belongings)
    assert [name for name, status in opened.items() if status in (401, 403, 404, 405, 500)] == []


def test_a_staff_token_opens_no_client_route(api: APIClient, belongings: Belongings) -> None:
    token = staff_token(StaffUserFactory(is_superuser=True))
    place = {"project_code": belongings.role.project_code, "app_code": belongings.role.app_code}
    for operation in operations_of(api, "tenantKey"):
        for headers in ({"X-Api-Key": token}, {"Authorization": f"Bearer {token}"}):
            path = operation.path({**belongings.ids, **place})
            assert getattr(api, operation.method.lower())(path, headers=headers).status_code == 401, str(operation)

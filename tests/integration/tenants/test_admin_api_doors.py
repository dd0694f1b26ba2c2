"""Who comes in to the admin API: 401 before 403 before 404, on every route and method."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import override_settings
from django.urls import reverse
from rest_framework.test import APIClient

from audit.services import SYSTEM
from payments_site.kernel import clock
from tenants.api.urls import urlpatterns
from tenants.models import StaffToken, StaffUser
from tenants.services.staff_tokens import create_staff_token, revoke_staff_token
from tests.factories.tenants import PASSWORD, StaffUserFactory, TenantFactory, staff_client, staff_token

UNKNOWN = {
    "project_id": "prj_00000000000000000000000000",
    "tenant_id": "tnt_00000000000000000000000000",
    "account_id": "acc_00000000000000000000000000",
    "approval_id": "apr_00000000000000000000000000",
    "key_id": "key_00000000000000000000000000",
}
ROUTES = [
    (method, reverse(route.name, kwargs={name: UNKNOWN[name] for name in route.pattern.converters}), permission)
    for route in urlpatterns
    for method, permission in route.callback.view_class.required_permission.items()
]
PROJECTS = "/api/v1/admin/projects"
MATRIX = pytest.mark.parametrize(("method", "path", "permission"), ROUTES, ids=lambda value: str(value).removeprefix("/api/v1/"))


def test_every_method_of_every_route_names_its_permission() -> None:
    for route in urlpatterns:
        view = route.callback.view_class
        answered = {method.upper() for method in view.http_method_names if hasattr(view, method)} - {"OPTIONS", "HEAD"}
        assert answered == set(view.required_permission), view


@MATRIX
def test_without_a_staff_token_it_is_401_also_with_a_tenants_key(
    method: str, path: str, permission: str, db: None, api: APIClient
) -> None:
    key = TenantFactory().first_api_key
    for headers in ({}, {"X-Api-Key": key}, {"Authorization": f"Bearer {key}"}, {"Authorization": "Bearer st_unknown"}):
        answer = api.generic(method, path, "{}", headers=headers)
        assert (answer.status_code, answer.json()["error_code"]) == (401, "UNAUTHORIZED"), headers
        assert answer["WWW-Authenticate"] == "Bearer"


@MATRIX
def test_without_the_permission_it_is_403_and_with_it_the_door_opens(method: str, path: str, permission: str, db: None) -> None:
    nobody = staff_client(StaffUserFactory())
    answer = nobody.generic(method, path, "{}", content_type="application/json")
    assert (answer.status_code, answer.json()["error_code"]) == (403, "FORBIDDEN")
    allowed = staff_client(StaffUserFactory(permissions=[permission]))
    assert allowed.generic(method, path, "{}", content_type="application/json").status_code in {200, 201, 400, 404}


def test_a_staff_token_does_not_open_the_client_api(boss: StaffUser, api: APIClient) -> None:
    tenant = TenantFactory()
    path = f"/api/v1/{tenant.project.code}/{tenant.app_code}/status"
    answer = api.get(path, headers={"Authorization": f"Bearer {staff_token(boss)}"})
    assert (answer.status_code, answer.json()["error_code"]) == (401, "INVALID_API_KEY")


def test_a_revoked_or_expired_token_and_one_of_an_inactive_user_are_401(boss: StaffUser, api: APIClient) -> None:
    now = clock.now()
    revoked = create_staff_token(username="boss", actor=SYSTEM, now=now)
    revoke_staff_token(token=revoked.token, actor=SYSTEM, now=now)
    expired = create_staff_token(username="boss", expires_at=now + timedelta(hours=1), actor=SYSTEM, now=now)
    StaffToken.objects.filter(pk=expired.token.pk).update(expires_at=now)
    gone = staff_token(StaffUserFactory(is_superuser=True, is_active=False))
    for token in (revoked.plaintext, expired.plaintext, gone):
        assert api.get(PROJECTS, headers={"Authorization": f"Bearer {token}"}).status_code == 401


def test_a_user_who_is_not_staff_is_403_even_with_the_permission(db: None) -> None:
    outsider = StaffUserFactory(is_staff=False, permissions=["tenants.view_project"])
    assert staff_client(outsider).get(PROJECTS).status_code == 403


def test_a_session_reads_freely_and_writes_only_with_the_csrf_token(boss: StaffUser) -> None:
    client = APIClient(enforce_csrf_checks=True)
    assert client.login(username="boss", password=PASSWORD)
    assert client.get(PROJECTS).status_code == 200
    body = {"code": "SM", "name": "SmartPost Mall"}
    refused = client.post(PROJECTS, body, format="json")
    assert (refused.status_code, refused.json()["error_code"]) == (403, "FORBIDDEN")
    client.get("/admin/")
    token = client.get("/admin/tenants/project/add/").cookies["csrftoken"].value
    assert client.post(PROJECTS, body, format="json", headers={"X-CSRFToken": token}).status_code == 201


@override_settings(RATE_LIMIT_ADMIN="3/m")
def test_above_the_limit_it_is_429_with_retry_after_for_this_user_only(staff: APIClient) -> None:
    answers = [staff.get(PROJECTS) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert [answer["RateLimit-Remaining"] for answer in answers] == ["2", "1", "0", "0"]
    assert answers[0]["RateLimit-Limit"] == "3"
    assert int(answers[3]["Retry-After"]) > 0
    assert answers[3].json()["error_code"] == "RATE_LIMIT_EXCEEDED"
    other = staff_client(StaffUserFactory(permissions=["tenants.view_project"]))
    assert other.get(PROJECTS).status_code == 200


def test_whatever_the_client_accepts_the_answer_is_json(staff: APIClient) -> None:
    for accept in ("text/html", "application/xml", "nonsense"):
        answer = staff.get(PROJECTS, headers={"Accept": accept})
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    assert staff.patch(PROJECTS, {}).json()["error_code"] == "METHOD_NOT_ALLOWED"
    assert staff.options(PROJECTS).status_code == 405

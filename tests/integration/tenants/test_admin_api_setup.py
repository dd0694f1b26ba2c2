"""Setting up a project, a tenant and an account through the admin API, exactly as the contract has it."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from django.test import override_settings
from rest_framework.test import APIClient

from tenants.models import ProviderAccount, ProviderCredentials, Tenant
from tests.factories.tenants import ApiKeyFactory, ProjectFactory, ProviderAccountFactory, TenantFactory

ADMIN = "/api/v1/admin"
ACCOUNT = {
    "provider_code": "vnpay",
    "environment": "sandbox",
    "credentials": {"tmn_code": "TESTTMN1", "hash_secret": "SECRETSECRETSECRET"},
    "ip_allowlist": ["113.160.92.202"],
    "fee": {"percent": "1.10", "fixed": 1650, "min": 0, "max": None, "vat_percent": "10"},
}


def data(answer: Any, status: int) -> Any:
    assert answer.status_code == status, answer.content
    assert answer.json()["success"] is True
    return answer.json()["data"]


@override_settings(PUBLIC_BASE_URL="https://pay.example")
def test_the_whole_set_up_of_the_contract(staff: APIClient) -> None:
    project = data(staff.post(f"{ADMIN}/projects", {"code": "SM", "name": "SmartPost Mall"}), 201)
    body = {
        "project_id": project["project_id"],
        "app_code": "shop-01",
        "name": "Shop 01",
        "callback_url": "https://shop.example/hook",
    }
    tenant = data(staff.post(f"{ADMIN}/tenants", body), 201)
    assert tenant["api_key"].startswith("pk_")
    assert len(tenant["api_key"]) >= 35
    assert len(base64.b64decode(tenant["callback_secret"].removeprefix("whsec_"), validate=True)) == 32
    account = data(staff.post(f"{ADMIN}/tenants/{tenant['tenant_id']}/providers", ACCOUNT), 201)
    hook = f"https://pay.example/api/v1/webhooks/vnpay/{account['account_id']}"
    assert (account["webhook_url"], account["return_url"]) == (hook, f"{hook}/return")
    assert account["identifier"] == "TE****N1"
    assert account["fee"] == {**ACCOUNT["fee"], "vat_percent": "10.00"}
    limits = data(staff.put(f"{ADMIN}/tenants/{tenant['tenant_id']}/limits", {}), 200)
    assert limits == {"min_amount": 10000, "max_amount": 500000000, "daily_amount": None, "monthly_amount": None}


def test_the_first_key_opens_the_client_api_and_a_revoked_one_does_not(staff: APIClient, api: APIClient) -> None:
    tenant = TenantFactory()
    path = f"/api/v1/{tenant.project.code}/{tenant.app_code}/status"
    made = data(staff.post(f"{ADMIN}/tenants/{tenant.public_id}/api-keys", {"name": "web", "scopes": ["read"]}), 201)
    assert api.get(path, headers={"X-Api-Key": tenant.first_api_key}).status_code == 200
    assert api.get(path, headers={"X-Api-Key": made["api_key"]}).status_code == 200
    revoke = f"{ADMIN}/tenants/{tenant.public_id}/api-keys/{made['key_id']}"
    first = data(staff.delete(revoke), 200)["revoked_at"]
    assert data(staff.delete(revoke), 200)["revoked_at"] == first
    assert api.get(path, headers={"X-Api-Key": made["api_key"]}).json()["error_code"] == "INVALID_API_KEY"


def test_a_deactivated_tenant_answers_tenant_inactive_until_it_is_switched_on_again(staff: APIClient, api: APIClient) -> None:
    tenant = TenantFactory()
    path = f"/api/v1/{tenant.project.code}/{tenant.app_code}/status"
    assert data(staff.delete(f"{ADMIN}/tenants/{tenant.public_id}"), 200)["is_active"] is False
    answer = api.get(path, headers={"X-Api-Key": tenant.first_api_key})
    assert (answer.status_code, answer.json()["error_code"]) == (403, "TENANT_INACTIVE")
    data(staff.put(f"{ADMIN}/tenants/{tenant.public_id}", {"is_active": True}), 200)
    assert api.get(path, headers={"X-Api-Key": tenant.first_api_key}).status_code == 200


@pytest.mark.parametrize("code", ["admin", "webhooks", "payment", "Docs"])
def test_reserved_codes_are_refused_for_projects_and_tenants(code: str, staff: APIClient) -> None:
    answer = staff.post(f"{ADMIN}/projects", {"code": code, "name": "x"})
    assert (answer.status_code, answer.json()["details"]["field"]) == (400, "code")
    body = {"project_id": ProjectFactory().public_id, "app_code": code, "name": "x"}
    answer = staff.post(f"{ADMIN}/tenants", body)
    assert (answer.status_code, answer.json()["details"]["field"]) == (400, "app_code")


def test_a_code_is_taken_once_but_an_app_code_once_in_each_project(staff: APIClient) -> None:
    tenant = TenantFactory()
    answer = staff.post(f"{ADMIN}/projects", {"code": tenant.project.code, "name": "x"})
    assert (answer.status_code, answer.json()["details"]["field"]) == (400, "code")
    body = {"project_id": tenant.project.public_id, "app_code": tenant.app_code, "name": "x"}
    assert staff.post(f"{ADMIN}/tenants", body).json()["details"]["field"] == "app_code"
    assert staff.post(f"{ADMIN}/tenants", {**body, "project_id": ProjectFactory().public_id}).status_code == 201


def test_a_second_account_with_the_same_identifier_is_refused_even_for_another_owner(staff: APIClient) -> None:
    ProviderAccountFactory(credentials=ACCOUNT["credentials"])
    for owner in (f"tenants/{TenantFactory().public_id}", f"projects/{ProjectFactory().public_id}"):
        answer = staff.post(f"{ADMIN}/{owner}/providers", ACCOUNT)
        assert answer.status_code == 400
        assert answer.json()["error_code"] == "VALIDATION_ERROR"
        assert answer.json()["details"]["field"] == "credentials.tmn_code"
    tenant = TenantFactory()
    production = {**ACCOUNT, "environment": "production"}
    assert staff.post(f"{ADMIN}/tenants/{tenant.public_id}/providers", production).status_code == 201


def test_a_project_with_tenants_stays_one_with_accounts_is_switched_off_an_empty_one_goes(staff: APIClient) -> None:
    with_tenant = TenantFactory().project
    answer = staff.delete(f"{ADMIN}/projects/{with_tenant.public_id}")
    assert (answer.status_code, answer.json()["error_code"]) == (409, "PROJECT_HAS_TENANTS")
    with_account = ProjectFactory()
    ProviderAccountFactory(project=with_account)
    assert data(staff.delete(f"{ADMIN}/projects/{with_account.public_id}"), 200)["deleted"] is False
    detail = data(staff.get(f"{ADMIN}/projects/{with_account.public_id}"), 200)
    assert detail["is_active"] is False
    assert len(detail["providers"]) == 1
    empty = ProjectFactory()
    assert data(staff.delete(f"{ADMIN}/projects/{empty.public_id}"), 200)["deleted"] is True
    assert staff.get(f"{ADMIN}/projects/{empty.public_id}").json()["error_code"] == "PROJECT_NOT_FOUND"


def test_limits_left_out_keep_their_values_and_null_lifts_one(staff: APIClient) -> None:
    path = f"{ADMIN}/tenants/{TenantFactory().public_id}/limits"
    data(staff.put(path, {"daily_amount": 5_000_000, "min_amount": 20_000}), 200)
    assert data(staff.put(path, {"max_amount": 1_000_000}), 200) == {
        "min_amount": 20_000, "max_amount": 1_000_000, "daily_amount": 5_000_000, "monthly_amount": None,
    }  # fmt: skip
    assert data(staff.put(path, {"daily_amount": None}), 200)["daily_amount"] is None
    answer = staff.put(path, {"max_amount": 19_999})
    assert (answer.status_code, answer.json()["details"]["field"]) == (400, "max_amount")


def test_changed_credentials_become_a_new_version_and_supersede_the_old_one(staff: APIClient) -> None:
    account = ProviderAccountFactory(credentials=ACCOUNT["credentials"])
    path = f"{ADMIN}/tenants/{account.tenant.public_id}/providers/{account.public_id}"
    changed = data(staff.put(path, {"credentials": {"hash_secret": "ANOTHERSECRET"}}), 200)
    assert changed["credentials_version"] == 2
    assert data(staff.put(path, {"credentials": {"hash_secret": "ANOTHERSECRET"}}), 200)["credentials_version"] == 2
    first, second = ProviderCredentials.objects.filter(account=account).order_by("version")
    assert first.superseded_at is not None
    assert second.superseded_at is None
    assert json.loads(first.secret) == ACCOUNT["credentials"]
    assert json.loads(second.secret) == {"tmn_code": "TESTTMN1", "hash_secret": "ANOTHERSECRET"}


def test_an_account_keeps_what_is_left_out_and_its_provider_and_environment(staff: APIClient) -> None:
    account = ProviderAccountFactory(ip_allowlist=["203.0.113.9"], fee={"percent": "1"})
    path = f"{ADMIN}/tenants/{account.tenant.public_id}/providers/{account.public_id}"
    changed = data(staff.put(path, {"api_url": "https://sandbox.vnpay.example/api", "fee": {"percent": "2"}}), 200)
    assert (changed["ip_allowlist"], changed["fee"]["percent"]) == (["203.0.113.9"], "2.00")
    for field, value in (("environment", "production"), ("provider_code", "momo")):
        answer = staff.put(path, {field: value})
        assert (answer.status_code, answer.json()["details"]["field"]) == (400, field)
    assert data(staff.delete(path), 200)["is_active"] is False
    assert ProviderAccount.objects.get(pk=account.pk).is_active is False


def test_accounts_keys_and_owners_of_others_are_not_found(staff: APIClient) -> None:
    account, key, other = ProviderAccountFactory(), ApiKeyFactory(), TenantFactory()
    foreign = f"{ADMIN}/tenants/{other.public_id}/providers/{account.public_id}"
    assert staff.put(foreign, {}).json()["error_code"] == "NOT_FOUND"
    assert staff.delete(foreign).json()["error_code"] == "NOT_FOUND"
    as_project = f"{ADMIN}/projects/{account.tenant.project.public_id}/providers/{account.public_id}"
    assert staff.put(as_project, {}).json()["error_code"] == "NOT_FOUND"
    assert staff.delete(f"{ADMIN}/tenants/{other.public_id}/api-keys/{key.public_id}").json()["error_code"] == "NOT_FOUND"
    body = {"project_id": "prj_00000000000000000000000000", "app_code": "shop", "name": "x"}
    answer = staff.post(f"{ADMIN}/tenants", body)
    assert (answer.status_code, answer.json()["error_code"]) == (404, "PROJECT_NOT_FOUND")


def test_addresses_of_tenants_and_projects_do_not_change(staff: APIClient) -> None:
    tenant = TenantFactory()
    path = f"{ADMIN}/tenants/{tenant.public_id}"
    assert data(staff.put(path, {"app_code": tenant.app_code, "name": "Tên mới"}), 200)["name"] == "Tên mới"
    assert staff.put(path, {"app_code": "other"}).json()["details"]["field"] == "app_code"
    assert staff.put(f"{ADMIN}/projects/{tenant.project.public_id}", {"code": "OTHER"}).json()["details"]["field"] == "code"
    assert Tenant.objects.get(pk=tenant.pk).app_code == tenant.app_code

"""Changing credentials, limits, fees or routing where real money goes through takes a second person."""

import pytest
from django.contrib.auth.models import Permission
from rest_framework.test import APIClient

from audit.models import ApprovalRequest, AuditEntry
from audit.services import SYSTEM
from payments_site.kernel import clock
from tenants.models import ProviderAccount, StaffUser, Tenant
from tenants.services.accounts import create_account
from tenants.services.staff_tokens import create_staff_token

RIGHTS = ("change_tenant", "change_provideraccount", "delete_provideraccount", "add_provideraccount", "view_approvalrequest")


def staff(name, *more):
    user = StaffUser.objects.create_user(name, is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=(*RIGHTS, *more)))
    token = create_staff_token(username=name, actor=SYSTEM, now=clock.now())
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {getattr(token, 'plaintext', token)}")
    return client


@pytest.fixture
def maker(db):
    return staff("maker", "decide_approvalrequest")


@pytest.fixture
def checker(db):
    return staff("checker", "decide_approvalrequest")


@pytest.fixture
def account(acme):
    """acme's account that takes real money."""
    return create_account(
        provider_code="vnpay", environment="production", credentials={"tmn_code": "REALTMN1", "hash_secret": "S" * 32},
        tenant_id=acme.tenant_id, actor=SYSTEM, now=clock.now(),
    )  # fmt: skip


def limits(client, acme, **changes):
    return client.put(f"/api/v1/admin/tenants/{acme.tenant_id}/limits", changes, format="json")


def put_account(client, acme, account, **changes):
    return client.put(f"/api/v1/admin/tenants/{acme.tenant_id}/providers/{account.public_id}", changes, format="json")


def decide(client, approval_id, decision="approve"):
    return client.post(f"/api/v1/admin/approvals/{approval_id}/{decision}", {"reason": "ok"}, format="json")


def test_limits_without_a_production_account_apply_at_once(maker, acme):
    assert limits(maker, acme, max_amount=1_000_000).status_code == 200
    assert Tenant.objects.get(public_id=acme.tenant_id).max_amount == 1_000_000


def test_limits_with_a_production_account_wait_for_a_second_person(maker, checker, acme, account):
    asked = limits(maker, acme, max_amount=1_000_000)
    data = asked.json()["data"]
    assert (asked.status_code, data["state"], data["difference"]) == (202, "pending", {"max_amount": [500_000_000, 1_000_000]})
    assert Tenant.objects.get(public_id=acme.tenant_id).max_amount == 500_000_000
    own = decide(maker, data["approval_id"])
    assert (own.status_code, own.json()["error_code"]) == (403, "FORBIDDEN")
    done = decide(checker, data["approval_id"])
    assert (done.status_code, done.json()["data"]["state"], done.json()["data"]["decided_by"]) == (200, "approved", "checker")
    assert Tenant.objects.get(public_id=acme.tenant_id).max_amount == 1_000_000
    again = decide(checker, data["approval_id"], "reject")
    assert (again.status_code, again.json()["error_code"]) == (409, "APPROVAL_ALREADY_DECIDED")
    changed = AuditEntry.objects.get(action="tenant.limits_changed")
    assert changed.user_id == "checker"


def test_a_rejected_change_changes_nothing(maker, checker, acme, account):
    approval_id = limits(maker, acme, max_amount=1_000_000).json()["data"]["approval_id"]
    assert decide(checker, approval_id, "reject").json()["data"]["state"] == "rejected"
    assert Tenant.objects.get(public_id=acme.tenant_id).max_amount == 500_000_000


def test_a_wrong_change_is_refused_before_anybody_is_asked(maker, acme, account):
    assert limits(maker, acme, min_amount=10, max_amount=5).status_code == 400
    assert put_account(maker, acme, account, credentials={"tmn_code": "short"}).status_code == 400
    assert not ApprovalRequest.objects.exists()


def test_new_credentials_wait_and_are_shown_to_nobody(maker, checker, acme, account):
    asked = put_account(maker, acme, account, credentials={"hash_secret": "NEWSECRETVALUE" * 2})
    assert asked.status_code == 202
    assert "NEWSECRET" not in asked.content.decode()
    assert asked.json()["data"]["difference"] == {"credentials_version": [1, 2], "new_credentials": ["hash_secret"]}
    listed = checker.get("/api/v1/admin/approvals", {"state": "pending"})
    assert [row["approval_id"] for row in listed.json()["data"]] == [asked.json()["data"]["approval_id"]]
    assert "NEWSECRET" not in listed.content.decode()
    assert decide(checker, asked.json()["data"]["approval_id"]).status_code == 200
    assert ProviderAccount.objects.get(pk=account.pk).credentials_version == 2


def test_fee_and_switching_off_wait_but_the_address_list_does_not(maker, acme, account):
    assert put_account(maker, acme, account, fee={"percent": "2.00"}).status_code == 202
    assert put_account(maker, acme, account, is_active=False).status_code == 202
    path = f"/api/v1/admin/tenants/{acme.tenant_id}/providers/{account.public_id}"
    assert maker.delete(path).status_code == 202
    assert put_account(maker, acme, account, ip_allowlist=["203.0.113.7"]).status_code == 200
    account.refresh_from_db()
    assert (account.is_active, account.ip_allowlist, account.fees.count()) == (True, ["203.0.113.7"], 0)


def test_an_unknown_request_is_not_found_and_system_logs_are_listed(checker, maker):
    answer = decide(checker, "apr_unknown")
    assert (answer.status_code, answer.json()["error_code"]) == (404, "APPROVAL_NOT_FOUND")
    assert maker.get("/api/v1/admin/system-logs").status_code == 403
    assert staff("operator", "view_operationalevent").get("/api/v1/admin/system-logs").json()["data"] == []

"""Where real money goes through, the admin site changes limits, credentials, fees and routing only with a second person."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from audit import approvals
from audit.models import ApprovalRequest
from audit.services import SYSTEM
from payments_site.kernel import clock
from tenants.models import FeeSchedule, ProviderAccount, StaffUser, Tenant
from tests.factories.tenants import ProviderAccountFactory, StaffUserFactory

LIMITS = {"min_amount": 10_000, "max_amount": 20_000, "daily_amount": "", "monthly_amount": ""}
OTHERS = {"name": "Shop", "business_type": "other", "callback_url": "", "is_active": "on"}


@pytest.fixture
def account(db: None) -> ProviderAccount:
    """An account that takes real money."""
    account: ProviderAccount = ProviderAccountFactory(environment="production")
    return account


def page(model: str, row: Any = None) -> str:
    return reverse(f"admin:tenants_{model}_change", args=[row.pk]) if row else reverse(f"admin:tenants_{model}_add")


def save(site: Client, path: str, body: dict[str, Any]) -> tuple[str, str]:
    """Post a form that is accepted; returns what was told and where it leads."""
    inlines = {
        f"{each.formset.prefix}-{name}": value
        for each in site.get(path).context.get("inline_admin_formsets", ())
        for name, value in each.formset.management_form.initial.items()
    }
    answer = site.post(path, {**inlines, **body, "_save": "1"})
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    return " ".join(str(message) for message in get_messages(answer.wsgi_request)), answer["Location"]


def approve(approval: ApprovalRequest) -> None:
    rights = ["audit.decide_approvalrequest", "tenants.change_tenant", "tenants.change_provideraccount"]
    user = StaffUser.objects.get(pk=StaffUserFactory(permissions=rights).pk)
    approvals.approve(approval_id=approval.public_id, person=user, actor=SYSTEM, now=clock.now())


def test_limits_wait_for_a_second_person_and_the_rest_holds_at_once(site: Client, account: ProviderAccount) -> None:
    tenant = account.tenant
    assert tenant is not None
    told, leads_to = save(site, page("tenant", tenant), {**OTHERS, **LIMITS, "reason": "hợp đồng mới"})
    approval = ApprovalRequest.objects.get()
    assert "Đã gửi phê duyệt" in told
    assert approval.public_id in told
    assert "thành công" not in told
    assert leads_to == page("tenant", tenant)
    assert (approval.requested_by, approval.reason) == ("boss", "hợp đồng mới")
    assert approval.difference == {"max_amount": [500_000_000, 20_000]}
    tenant.refresh_from_db()
    assert (tenant.name, tenant.max_amount) == ("Shop", 500_000_000)
    approve(approval)
    tenant.refresh_from_db()
    assert tenant.max_amount == 20_000


def test_without_a_production_account_limits_hold_at_once(site: Client) -> None:
    tenant = ProviderAccountFactory().tenant
    told, _leads_to = save(site, page("tenant", tenant), {**OTHERS, **LIMITS})
    assert "Đã gửi phê duyệt" not in told
    assert Tenant.objects.get(pk=tenant.pk).max_amount == 20_000
    assert not ApprovalRequest.objects.exists()


@pytest.mark.parametrize(
    "change",
    [{"vnpay_hash_secret": "N" * 32}, {"api_url": "https://pay.example/api"}, {"is_active": ""}],
    ids=["credentials", "api_url", "is_active"],
)
def test_a_production_account_is_changed_only_after_approval(
    change: dict[str, str], site: Client, account: ProviderAccount
) -> None:
    before = ProviderAccount.objects.filter(pk=account.pk).values().get()
    told, _leads_to = save(site, page("provideraccount", account), {"is_active": "on", "ip_allowlist": "", **change})
    assert "Đã gửi phê duyệt" in told
    assert ProviderAccount.objects.filter(pk=account.pk).values().get() == before
    approval = ApprovalRequest.objects.get()
    assert (approval.subject_id, approval.tenant_id) == (account.public_id, account.tenant.public_id)  # type: ignore[union-attr]
    assert "N" * 32 not in str(approval.difference)
    approve(approval)
    assert ProviderAccount.objects.filter(pk=account.pk).values().get() != before


def test_a_fee_of_a_production_account_waits_too(site: Client, account: ProviderAccount) -> None:
    body = {"account": account.pk, "percent": "1.10", "fixed": 1650, "minimum": 0, "maximum": "", "vat_percent": "10"}
    later = {**body, "valid_from_0": "2030-01-01", "valid_from_1": "00:00:00"}
    refused = site.post(page("feeschedule"), {**later, "_save": "1"})
    assert set(refused.context["adminform"].form.errors) == {"valid_from"}
    told, leads_to = save(site, page("feeschedule"), {**body, "reason": "phí mới"})
    assert "Đã gửi phê duyệt" in told
    assert leads_to == reverse("admin:tenants_feeschedule_changelist")
    assert not FeeSchedule.objects.filter(account=account).exists()
    approve(ApprovalRequest.objects.get(reason="phí mới"))
    assert FeeSchedule.objects.get(account=account).basis_points == 110


def test_who_asked_can_not_approve_it_themselves(account: ProviderAccount, site: Client, boss: StaffUser) -> None:
    save(site, page("provideraccount", account), {"is_active": "", "ip_allowlist": ""})
    approval = ApprovalRequest.objects.get()
    address = reverse("admin:audit_approvalrequest_act", args=[approval.pk, "approve"])
    assert site.post(address, {"note": ""}).status_code == 302
    approval.refresh_from_db()
    account.refresh_from_db()
    assert (approval.state, account.is_active) == ("pending", True)


def test_saving_without_a_change_asks_nobody(site: Client, account: ProviderAccount) -> None:
    save(site, page("provideraccount", account), {"is_active": "on", "ip_allowlist": "", "reason": "x"})
    assert not ApprovalRequest.objects.exists()

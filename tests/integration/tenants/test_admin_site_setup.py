"""Setting up from an empty project to a first payment: each page leads to the next, and says what is missing."""

from __future__ import annotations

import secrets
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse

from audit.services import SYSTEM
from payments_site.kernel import clock
from tenants.admin.setup import curl_of, steps_of
from tenants.models import ApiKey, Project, ProviderAccount, Tenant
from tenants.services.staff import ensure_demo_user
from tests.factories.tenants import ProjectFactory, ProviderAccountFactory, StaffUserFactory, TenantFactory


def post(site: Client, path: str, body: dict[str, Any]) -> str:
    answer = site.post(path, {**body, "_save": "1"})
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    return str(answer["Location"])


def test_one_page_leads_to_the_next_with_the_owner_filled_in(site: Client) -> None:
    code = f"P{secrets.token_hex(3)}"
    at = post(site, reverse("admin:tenants_project_add"), {"code": code, "name": "Mall", "description": "", "is_active": "on"})
    project = Project.objects.get(code=code)
    assert at == reverse("admin:tenants_project_change", args=[project.pk])
    add_tenant = f"{reverse('admin:tenants_tenant_add')}?project={project.pk}"
    assert add_tenant in site.get(at).content.decode()
    assert site.get(add_tenant).context["adminform"].form["project"].value() == str(project.pk)
    tenant_body = {"project": project.pk, "app_code": "shop", "name": "Shop", "business_type": "other", "callback_url": "",
                   "is_active": "on", "min_amount": 10_000, "max_amount": 20_000}  # fmt: skip
    at = post(site, add_tenant, tenant_body)
    tenant = Tenant.objects.get(project=project)
    assert at == reverse("admin:tenants_tenant_change", args=[tenant.pk])
    html = site.get(at).content.decode()
    for model in ("provideraccount", "apikey"):
        assert f"{reverse(f'admin:tenants_{model}_add')}?tenant={tenant.pk}" in html
    account = {"tenant": tenant.pk, "provider_code": "vnpay", "environment": "sandbox", "is_active": "on", "ip_allowlist": "",
               "vnpay_tmn_code": secrets.token_hex(4).upper(), "vnpay_hash_secret": "S" * 32}  # fmt: skip
    assert post(site, f"{reverse('admin:tenants_provideraccount_add')}?tenant={tenant.pk}", account) == at
    key = {"tenant": tenant.pk, "name": "web", "scopes": ["read"]}
    assert post(site, f"{reverse('admin:tenants_apikey_add')}?tenant={tenant.pk}", key) == at


def test_the_checklist_says_what_is_done_and_what_is_missing(site: Client) -> None:
    tenant = TenantFactory(callback_url="https://shop.example/hook")
    assert [step.done for step in steps_of(tenant)] == [False, True, True, False]
    ProviderAccountFactory(project=tenant.project)
    ApiKey.objects.filter(tenant=tenant).update(revoked_at=clock.now())
    assert [step.done for step in steps_of(tenant)] == [True, False, True, False]
    ProviderAccount.objects.update(is_active=False)
    Tenant.objects.filter(pk=tenant.pk).update(callback_url="")
    tenant.refresh_from_db()
    assert [step.done for step in steps_of(tenant)] == [False, False, False, False]
    html = site.get(reverse("admin:tenants_tenant_change", args=[tenant.pk])).content.decode()
    assert "Thiết lập" in html
    assert f"/api/v1/{tenant.project.code}/{tenant.app_code}/transactions" in html


def test_the_ready_command_names_the_tenants_own_address() -> None:
    tenant = Tenant(app_code="shop", project=Project(code="SM"), min_amount=50_000)
    assert "/api/v1/SM/shop/transactions" in curl_of(tenant)
    assert '"amount": 50000' in curl_of(tenant)


def test_the_ways_to_add_are_shown_only_to_who_may_add(db: None) -> None:
    project = ProjectFactory()
    client = Client()
    client.force_login(StaffUserFactory(permissions=["tenants.view_project", "tenants.add_tenant"]))
    html = client.get(reverse("admin:tenants_project_change", args=[project.pk])).content.decode()
    assert f"{reverse('admin:tenants_tenant_add')}?project=" in html
    assert f"{reverse('admin:tenants_provideraccount_add')}?project=" not in html


def test_the_demo_roles_have_the_rights_of_their_work(db: None) -> None:
    for role in ("maker", "approver"):
        ensure_demo_user(role=role, known_password=None, actor=SYSTEM, now=clock.now())
    rights = {group.name: set(group.permissions.values_list("codename", flat=True)) for group in Group.objects.all()}
    work = {"view_transaction", "view_payer", "ask_provider", "cancel_payment", "accept_review", "reject_review",
            "change_moneyissue", "change_callbackdelivery", "change_tenant", "change_provideraccount", "add_feeschedule",
            "view_approvalrequest", "view_operationalevent", "view_auditentry"}  # fmt: skip
    assert work <= rights["Finance"]
    assert work | {"decide_approvalrequest"} <= rights["Approvers"]
    assert "decide_approvalrequest" not in rights["Finance"]
    assert not any(name.startswith("delete_") and name != "delete_provideraccount" for name in rights["Approvers"])


def test_rights_are_named_in_the_readers_language(site: Client) -> None:
    group = Group.objects.create(name="Kế toán")
    group.permissions.set(Permission.objects.filter(codename__in=["view_tenant", "reject_review", "decide_approvalrequest"]))
    html = site.get(reverse("admin:auth_group_change", args=[group.pk])).content.decode()
    assert "Được xem: tenant" in html
    assert "Được duyệt hoặc từ chối yêu cầu của người khác" in html
    assert "Can view tenant" not in html


def test_a_missing_step_is_a_link_only_for_who_may_do_it(db: None) -> None:
    tenant = TenantFactory()
    assert steps_of(tenant)[0].url
    assert not steps_of(tenant, lambda permission: False)[0].url

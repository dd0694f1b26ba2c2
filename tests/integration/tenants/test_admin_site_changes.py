"""What is changed in the admin site goes through the services: it leaves an audit entry, and secrets are told once."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from audit.models import AuditEntry, OperationalEvent
from payments_site.kernel import clock
from tenants.models import (
    ApiKey,
    CallbackSecret,
    FeeSchedule,
    PaymentProvider,
    Project,
    ProviderAccount,
    ProviderCredentials,
    StaffUser,
    SystemConfiguration,
    Tenant,
)
from tenants.services.staff_tokens import verify_staff_token
from tests.factories.tenants import (
    PASSWORD,
    ApiKeyFactory,
    ProjectFactory,
    ProviderAccountFactory,
    StaffUserFactory,
    TenantFactory,
)


def address(name: str, page: str = "add", *arguments: Any) -> str:
    return reverse(f"admin:{name}_{page}", args=arguments)


def save(site: Client, path: str, body: dict[str, Any]) -> list[str]:
    """Post a form that is accepted; returns the messages that it left."""
    answer = site.post(path, {**_inlines(site, path), **body, "_save": "1"})
    assert answer.status_code == 302, _errors(answer)
    return [str(message) for message in get_messages(answer.wsgi_request)]


def refused(site: Client, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """Post a form that is refused; returns its errors by field."""
    answer = site.post(path, {**_inlines(site, path), **body, "_save": "1"})
    assert answer.status_code == 200
    return _errors(answer)


def _inlines(site: Client, path: str) -> dict[str, Any]:
    """What the page itself sends of the rows that it only shows."""
    return {
        f"{each.formset.prefix}-{name}": value
        for each in site.get(path).context.get("inline_admin_formsets", ())
        for name, value in each.formset.management_form.initial.items()
    }


def _errors(answer: Any) -> dict[str, Any]:
    return dict(answer.context["adminform"].form.errors) if answer.context else {}


def last_action(by: str = "boss") -> tuple[str, str]:
    entry = AuditEntry.objects.filter(user_id=by).latest("id")
    assert entry.user_type == "staff"
    assert entry.ip_address == "127.0.0.1"
    return entry.action, entry.entity_id


def secret_in(messages: list[str], prefix: str) -> str:
    *_, text = [found.group(1) for message in messages if (found := re.search(rf">({prefix}[^<]+)<", message))]
    return text


TENANT = {
    "name": "Shop",
    "business_type": "other",
    "callback_url": "",
    "is_active": "on",
    "min_amount": 10_000,
    "max_amount": 20_000,
}


def test_a_project_is_made_and_changed(site: Client) -> None:
    save(site, address("tenants_project"), {"code": "SM", "name": "Mall", "description": "", "is_active": "on"})
    project = Project.objects.get(code="SM")
    assert last_action() == ("project.created", project.public_id)
    save(site, address("tenants_project", "change", project.pk), {"name": "Mall 2", "description": ""})
    project.refresh_from_db()
    assert (project.code, project.name, project.is_active) == ("SM", "Mall 2", False)
    assert last_action() == ("project.updated", project.public_id)
    assert set(refused(site, address("tenants_project"), {"code": "admin", "name": "x"})) == {"code"}
    assert set(refused(site, address("tenants_project"), {"code": "SM", "name": "x"})) == {"code"}


def test_a_tenant_is_made_with_its_key_and_secret_told_once(site: Client) -> None:
    project = ProjectFactory()
    messages = save(site, address("tenants_tenant"), {**TENANT, "project": project.pk, "app_code": "shop"})
    tenant = Tenant.objects.get(project=project)
    assert (tenant.app_code, tenant.max_amount) == ("shop", 20_000)
    assert ApiKey.objects.get(tenant=tenant).prefix == secret_in(messages, "pk_")[:10]
    assert CallbackSecret.objects.get(tenant=tenant).secret == secret_in(messages, "whsec_")
    page = site.get(address("tenants_tenant", "change", tenant.pk)).content.decode()
    assert secret_in(messages, "pk_") in page  # the message
    page = site.get(address("tenants_tenant", "change", tenant.pk)).content.decode()
    assert secret_in(messages, "pk_") not in page
    assert secret_in(messages, "whsec_") not in page


def test_a_tenants_limits_and_callback_address_are_judged_in_the_form(site: Client) -> None:
    tenant = TenantFactory()
    path = address("tenants_tenant", "change", tenant.pk)
    assert set(refused(site, path, {**TENANT, "max_amount": 5})) == {"max_amount"}
    assert set(refused(site, path, {**TENANT, "callback_url": "http://10.0.0.1/"})) == {"callback_url"}
    save(site, path, {**TENANT, "daily_amount": 7_000_000})
    tenant.refresh_from_db()
    assert (tenant.daily_amount, tenant.name) == (7_000_000, "Shop")
    actions = set(AuditEntry.objects.filter(entity_id=tenant.public_id, user_id="boss").values_list("action", flat=True))
    assert actions == {"tenant.limits_changed", "tenant.updated"}


def test_an_accounts_credentials_go_in_and_never_come_back(site: Client) -> None:
    tenant = TenantFactory()
    body = {
        "tenant": tenant.pk, "provider_code": "momo", "environment": "sandbox", "is_active": "on",
        "ip_allowlist": "203.0.113.9\n", "momo_partner_code": "MOMOTEST", "momo_access_key": "ACCESSKEY",
        "momo_secret_key": "SECRETKEY",
    }  # fmt: skip
    save(site, address("tenants_provideraccount"), body)
    account = ProviderAccount.objects.get(tenant=tenant)
    assert (account.identifier, account.ip_allowlist) == ("MOMOTEST", ["203.0.113.9"])
    assert last_action() == ("provider_account.created", account.public_id)
    path = address("tenants_provideraccount", "change", account.pk)
    page = site.get(path).content.decode()
    assert "ACCESSKEY" not in page
    assert "SECRETKEY" not in page
    save(site, path, {"is_active": "on", "ip_allowlist": "203.0.113.9", "momo_secret_key": "ANOTHERKEY"})
    newest = ProviderCredentials.objects.filter(account=account).latest("version")
    assert newest.version == 2
    assert json.loads(newest.secret) == {"partner_code": "MOMOTEST", "access_key": "ACCESSKEY", "secret_key": "ANOTHERKEY"}
    save(site, path, {"ip_allowlist": ""})
    account.refresh_from_db()
    assert (account.is_active, account.ip_allowlist, account.credentials_version) == (False, [], 2)


def test_an_account_form_names_the_field_that_is_wrong(site: Client) -> None:
    taken = ProviderAccountFactory()
    path = address("tenants_provideraccount")
    body = {"tenant": taken.tenant_id, "provider_code": "vnpay", "environment": "sandbox", "vnpay_hash_secret": "s"}
    assert set(refused(site, path, body)) == {"vnpay_tmn_code"}
    assert set(refused(site, path, {**body, "vnpay_tmn_code": taken.identifier})) == {"vnpay_tmn_code"}
    good = {**body, "vnpay_tmn_code": "ABCDEFGH"}
    assert set(refused(site, path, {**good, "project": taken.tenant.project_id})) == {"__all__"}
    assert set(refused(site, path, {**good, "ip_allowlist": "shop.example"})) == {"ip_allowlist"}
    assert set(refused(site, path, {**good, "api_url": "x"})) == {"api_url"}


def test_keys_are_made_and_revoked(site: Client) -> None:
    tenant = TenantFactory()
    messages = save(site, address("tenants_apikey"), {"tenant": tenant.pk, "name": "web", "scopes": ["read"]})
    key = ApiKey.objects.get(tenant=tenant, name="web")
    assert (key.scopes, key.prefix) == (["read"], secret_in(messages, "pk_")[:10])
    other = ApiKeyFactory()
    site.post(address("tenants_apikey", "changelist"), {"action": "revoke", "_selected_action": [key.pk]})
    key.refresh_from_db()
    other.refresh_from_db()
    assert key.revoked_at is not None
    assert other.revoked_at is None
    assert last_action() == ("api_key.revoked", key.public_id)
    past = {"tenant": tenant.pk, "name": "x", "scopes": ["read"], "expires_at_0": "2020-01-01", "expires_at_1": "00:00:00"}
    assert set(refused(site, address("tenants_apikey"), past)) == {"expires_at"}


def test_a_callback_secret_is_rotated_from_its_list_and_by_adding_one(site: Client) -> None:
    tenant = TenantFactory()
    first = CallbackSecret.objects.get(tenant=tenant)
    path = address("tenants_callbacksecret", "changelist")
    answer = site.post(path, {"action": "rotate", "_selected_action": [first.pk]})
    told = secret_in([str(message) for message in get_messages(answer.wsgi_request)], "whsec_")
    assert CallbackSecret.objects.filter(tenant=tenant, expires_at__isnull=True).get().secret == told
    messages = save(site, address("tenants_callbacksecret"), {"tenant": tenant.pk})
    assert CallbackSecret.objects.filter(tenant=tenant, expires_at__isnull=True).get().secret == secret_in(messages, "whsec_")
    assert last_action()[0] == "callback_secret.rotated"


def test_only_a_superuser_makes_staff_tokens(site: Client) -> None:
    clerk = StaffUserFactory(permissions=["tenants.add_stafftoken", "tenants.view_stafftoken"])
    messages = save(site, address("tenants_stafftoken"), {"user": clerk.pk, "name": "script"})
    assert verify_staff_token(plaintext=secret_in(messages, "st_"), now=clock.now()) == clerk
    own = Client()
    own.force_login(clerk)
    assert own.get(address("tenants_stafftoken", "changelist")).status_code == 200
    assert own.get(address("tenants_stafftoken")).status_code == 403


def test_a_fee_is_scheduled_as_people_write_it(site: Client) -> None:
    account = ProviderAccountFactory()
    body = {"account": account.pk, "percent": "1.10", "fixed": 1650, "minimum": 0, "maximum": "", "vat_percent": "10"}
    save(site, address("tenants_feeschedule"), body)
    fee = FeeSchedule.objects.get(account=account)
    assert (fee.basis_points, fee.fixed, fee.maximum, fee.vat_basis_points) == (110, 1650, None, 1000)
    assert last_action() == ("fee.scheduled", account.public_id)
    assert set(refused(site, address("tenants_feeschedule"), {**body, "percent": "101"})) == {"percent"}
    assert set(refused(site, address("tenants_feeschedule"), {**body, "minimum": 5, "maximum": 4})) == {"maximum"}
    past = {**body, "percent": "3", "valid_from_0": "2020-01-01", "valid_from_1": "00:00:00"}
    answer = site.post(address("tenants_feeschedule"), past)
    assert "valid_from" in " ".join(str(message) for message in get_messages(answer.wsgi_request))
    assert FeeSchedule.objects.filter(account=account).count() == 1


def test_settings_and_providers_leave_an_operational_event(site: Client) -> None:
    save(site, address("tenants_systemconfiguration"), {"key": "banner", "value": '{"on": true}', "description": ""})
    row = SystemConfiguration.objects.get(key="banner")
    assert (row.value, row.updated_by) == ({"on": True}, "boss")
    save(site, address("tenants_systemconfiguration", "change", row.pk), {"value": '{"on": false}', "description": "x"})
    assert last_action() == ("configuration.changed", "banner")
    momo = PaymentProvider.objects.get(code="momo")
    save(site, address("tenants_paymentprovider", "change", momo.pk), {"name": "MoMo", "position": 1})
    momo.refresh_from_db()
    assert momo.is_active is False
    assert last_action() == ("provider.updated", "momo")
    assert set(OperationalEvent.objects.values_list("kind", flat=True)) == {"configuration.changed", "provider.updated"}


def test_users_groups_and_passwords_are_recorded_without_a_password(site: Client) -> None:
    body = {"username": "moi", "usable_password": "true", "password1": "dai-va-kho-doan-9", "password2": "dai-va-kho-doan-9"}
    save(site, address("tenants_staffuser"), body)
    user = StaffUser.objects.get(username="moi")
    assert user.check_password("dai-va-kho-doan-9")
    assert last_action() == ("staff_user.created", "moi")
    group = Group.objects.create(name="Finance")
    save(site, address("tenants_staffuser", "change", user.pk), {"username": "moi", "is_staff": "on", "groups": [group.pk]})
    assert last_action() == ("staff_user.rights_changed", "moi")
    view = Permission.objects.get(codename="view_tenant")
    save(site, address("auth_group", "change", group.pk), {"name": "Finance", "permissions": [view.pk]})
    entry = AuditEntry.objects.latest("id")
    assert (entry.action, entry.new_values["permissions"]) == ("group.updated", ["tenants.view_tenant"])
    change = reverse("admin:auth_user_password_change", args=[user.pk])
    site.post(change, {"usable_password": "true", "password1": "mot-mat-khau-khac-8", "password2": "mot-mat-khau-khac-8"})
    assert last_action() == ("staff_user.password_changed", "moi")
    trail = json.dumps(list(AuditEntry.objects.values("old_values", "new_values", "additional_data")))
    assert "pbkdf2" not in trail
    assert "md5$" not in trail
    assert "dai-va-kho" not in trail


def test_nobody_raises_their_own_rights_or_touches_a_superuser(boss: StaffUser) -> None:
    names = ["tenants.change_staffuser", "tenants.view_staffuser"]
    clerk = StaffUserFactory(username="clerk", permissions=names)
    client = Client()
    assert client.login(username="clerk", password=PASSWORD)
    answer = client.post(
        address("tenants_staffuser", "change", clerk.pk),
        {"username": "clerk", "is_staff": "on", "is_active": "on", "is_superuser": "on"},
    )
    assert answer.status_code == 302
    clerk.refresh_from_db()
    assert clerk.is_superuser is False
    assert client.post(address("tenants_staffuser", "change", boss.pk), {"username": "x"}).status_code == 403
    change = reverse("admin:auth_user_password_change", args=[boss.pk])
    assert client.post(change, {"password1": "mot-mat-khau-khac-8", "password2": "mot-mat-khau-khac-8"}).status_code == 403
    assert boss.check_password(PASSWORD)


@pytest.mark.parametrize("name", ["tenants_tenant", "tenants_apikey", "tenants_provideraccount", "tenants_staffuser"])
def test_nothing_is_deleted_in_the_admin_site(name: str, site: Client) -> None:
    key = ApiKeyFactory()
    account = ProviderAccountFactory(tenant=key.tenant)
    pk = {"tenants_apikey": key.pk, "tenants_provideraccount": account.pk, "tenants_tenant": key.tenant_id}.get(name)
    pk = pk or StaffUserFactory().pk
    assert site.post(address(name, "delete", pk), {"post": "yes"}).status_code == 403

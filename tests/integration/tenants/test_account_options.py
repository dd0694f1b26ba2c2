"""Options of an account: by the admin API and in the admin site, in the audit trail, and by two people for real money."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from audit import approvals
from audit.models import ApprovalRequest, AuditEntry
from audit.services import SYSTEM
from payments_site.kernel import clock
from tenants.models import ProviderAccount, StaffUser
from tests.factories.tenants import ProviderAccountFactory, StaffUserFactory, TenantFactory

ADMIN = "/api/v1/admin"
NAPAS = {"merchant_id": "SMARTPOST", "client_secret": "c", "username": "u", "password": "p"}
NAPAS_DEFAULTS = {
    "mode": "dps", "access_code": None, "amount_factor": 100, "min_amount": None, "max_amount": None, "channel": None,
    "priority": 100, "offered_from": None, "offered_to": None, "max_calls": None,
}  # fmt: skip


def napas_account(**values: Any) -> ProviderAccount:
    account: ProviderAccount = ProviderAccountFactory(provider_code="napas", credentials=NAPAS, **values)
    return account


def address(account: ProviderAccount) -> str:
    assert account.tenant is not None
    return f"{ADMIN}/tenants/{account.tenant.public_id}/providers/{account.public_id}"


def stored(account: ProviderAccount) -> dict[str, Any]:
    options: dict[str, Any] = ProviderAccount.objects.values_list("options", flat=True).get(pk=account.pk)
    return options


def test_options_are_taken_with_a_new_account_and_come_back_with_the_defaults(staff: APIClient) -> None:
    path = f"{ADMIN}/tenants/{TenantFactory().public_id}/providers"
    body = {"provider_code": "napas", "environment": "sandbox", "credentials": NAPAS}
    made = staff.post(path, {**body, "options": {"priority": 5, "channel": "7399", "max_calls": None}})
    assert made.status_code == 201, made.content
    assert made.json()["data"]["options"] == {**NAPAS_DEFAULTS, "priority": 5, "channel": "7399"}
    account = ProviderAccount.objects.get(public_id=made.json()["data"]["account_id"])
    assert account.options == {"priority": 5, "channel": "7399"}
    entry = AuditEntry.objects.get(action="provider_account.created", entity_id=account.public_id)
    assert entry.new_values["options"] == {"priority": 5, "channel": "7399"}


def test_an_account_without_options_has_the_defaults(staff: APIClient) -> None:
    account = napas_account()
    assert stored(account) == {}
    detail = staff.get(f"{ADMIN}/tenants/{account.tenant.public_id}").json()["data"]  # type: ignore[union-attr]
    assert detail["providers"][0]["options"] == NAPAS_DEFAULTS


def test_a_changed_option_leaves_the_others_and_null_gives_the_default_back(staff: APIClient) -> None:
    account = napas_account(options={"priority": 5, "channel": "7399"})
    changed = staff.put(address(account), {"options": {"priority": None, "min_amount": 20_000}})
    assert changed.status_code == 200, changed.content
    assert changed.json()["data"]["options"] == {**NAPAS_DEFAULTS, "channel": "7399", "min_amount": 20_000}
    assert stored(account) == {"channel": "7399", "min_amount": 20_000}
    entry = AuditEntry.objects.filter(entity_id=account.public_id).latest("id")
    assert entry.action == "provider_account.updated"
    assert entry.old_values["options"] == {"priority": 5, "channel": "7399"}
    assert entry.new_values["options"] == {"channel": "7399", "min_amount": 20_000}
    staff.put(address(account), {"api_url": "https://napas.example/api", "options": {}})
    assert stored(account) == {"channel": "7399", "min_amount": 20_000}


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"auto_capture": True}, "options.auto_capture"),
        ({"priority": "5"}, "options.priority"),
        ({"priority": 1001}, "options.priority"),
        ({"mode": "vpc"}, "options.access_code"),
        ({"max_amount": 19_999}, "options.max_amount"),
        ({"channel": "a\x00b"}, "options.channel"),
        (["mode"], "options"),
        ("dps", "options"),
    ],
)
def test_a_wrong_option_is_refused_by_name_and_changes_nothing(staff: APIClient, options: Any, field: str) -> None:
    account = napas_account(options={"min_amount": 20_000})
    answer = staff.put(address(account), {"options": options, "is_active": False})
    assert (answer.status_code, answer.json()["error_code"]) == (400, "VALIDATION_ERROR")
    assert answer.json()["details"]["field"] == field
    account.refresh_from_db()
    assert (account.options, account.is_active) == ({"min_amount": 20_000}, True)
    path = f"{ADMIN}/tenants/{TenantFactory().public_id}/providers"
    body = {"provider_code": "napas", "environment": "production", "credentials": NAPAS, "options": options}
    if field != "options.max_amount":
        assert staff.post(path, body).json()["details"]["field"] == field


def test_options_of_a_production_account_take_a_second_person(staff: APIClient) -> None:
    account = napas_account(environment="production", options={"priority": 5})
    answer = staff.put(address(account), {"options": {"priority": 7, "max_calls": 4}})
    assert answer.status_code == 202, answer.content
    assert answer.json()["data"]["difference"] == {"options.priority": [5, 7], "options.max_calls": [None, 4]}
    assert stored(account) == {"priority": 5}
    approve(answer.json()["data"]["approval_id"])
    assert stored(account) == {"priority": 7, "max_calls": 4}
    same = staff.put(address(account), {"options": {"priority": 7}})
    assert same.status_code == 200
    refused = staff.put(address(account), {"options": {"priority": -1}})
    assert (refused.status_code, refused.json()["details"]["field"]) == (400, "options.priority")


def approve(approval_id: str) -> None:
    rights = ["audit.decide_approvalrequest", "tenants.change_provideraccount"]
    user = StaffUser.objects.get(pk=StaffUserFactory(permissions=rights).pk)
    approvals.approve(approval_id=approval_id, person=user, actor=SYSTEM, now=clock.now())


def page(account: ProviderAccount | None = None) -> str:
    if account is None:
        return reverse("admin:tenants_provideraccount_add")
    return reverse("admin:tenants_provideraccount_change", args=[account.pk])


def post(site: Client, path: str, body: dict[str, Any]) -> Any:
    """Send the form with what the page itself sends of the rows that it only shows."""
    inlines = {
        f"{each.formset.prefix}-{name}": value
        for each in site.get(path).context.get("inline_admin_formsets", ())
        for name, value in each.formset.management_form.initial.items()
    }
    return site.post(path, {**inlines, "ip_allowlist": "", **body, "_save": "1"})


def errors(answer: Any) -> set[str]:
    assert answer.status_code == 200
    return set(answer.context["adminform"].form.errors)


def test_the_page_for_adding_takes_only_the_chosen_providers_options(site: Client) -> None:
    body = {
        "tenant": TenantFactory().pk, "provider_code": "momo", "environment": "sandbox", "is_active": "on",
        "momo_partner_code": "MOMOTEST", "momo_access_key": "A", "momo_secret_key": "S", "momo_option_auto_capture": "False",
        "momo_option_request_types": '{"card": "payWithCC"}', "napas_option_channel": "7399", "option_priority": "3",
    }  # fmt: skip
    answer = post(site, page(), body)
    assert answer.status_code == 302, errors(answer)
    account = ProviderAccount.objects.get(identifier="MOMOTEST")
    assert account.options == {"auto_capture": False, "request_types": {"card": "payWithCC"}, "priority": 3}


def test_the_page_of_an_account_shows_what_is_set_and_an_empty_field_gives_the_default_back(site: Client) -> None:
    account = napas_account(options={"priority": 5, "channel": "7399", "amount_factor": 1})
    form = site.get(page(account)).context["adminform"].form
    shown = [name for name in form.fields if name.startswith("napas_option_")] + ["option_priority", "option_offered_from"]
    assert {name: form[name].value() for name in shown} == {
        "napas_option_mode": "", "napas_option_access_code": None, "napas_option_amount_factor": "1",
        "napas_option_min_amount": None, "napas_option_max_amount": None, "napas_option_channel": "7399",
        "option_priority": 5, "option_offered_from": None,
    }  # fmt: skip
    same = {"is_active": "on", "napas_option_channel": "7399", "napas_option_amount_factor": "1", "option_priority": "5"}
    assert post(site, page(account), same).status_code == 302
    assert not AuditEntry.objects.filter(entity_id=account.public_id, action="provider_account.updated").exists()
    other = {**same, "napas_option_channel": "", "napas_option_mode": "vpc", "napas_option_access_code": "ACCESS01"}
    assert post(site, page(account), other).status_code == 302
    assert stored(account) == {"priority": 5, "amount_factor": 1, "mode": "vpc", "access_code": "ACCESS01"}


def test_a_wrong_option_is_shown_at_its_field(site: Client) -> None:
    account = napas_account()
    assert errors(post(site, page(account), {"napas_option_mode": "vpc"})) == {"napas_option_access_code"}
    crossed = {"napas_option_min_amount": "2", "napas_option_max_amount": "1"}
    assert errors(post(site, page(account), crossed)) == {"napas_option_max_amount"}
    assert errors(post(site, page(account), {"option_priority": "1001"})) == {"option_priority"}
    assert errors(post(site, page(account), {"napas_option_amount_factor": "10"})) == {"napas_option_amount_factor"}
    momo = ProviderAccountFactory(
        provider_code="momo", credentials={"partner_code": "MOMOTEST", "access_key": "A", "secret_key": "S"}
    )
    for wrong in ("[1]", "{", "5", "[" * 100_000):
        assert errors(post(site, page(momo), {"momo_option_request_types": wrong})) == {"momo_option_request_types"}
    assert stored(account) == {}


def test_in_the_admin_site_too_a_second_person_must_agree_for_real_money(site: Client) -> None:
    account = napas_account(environment="production")
    answer = post(site, page(account), {"is_active": "on", "option_max_calls": "4", "reason": "hợp đồng mới"})
    assert "Đã gửi phê duyệt" in " ".join(str(message) for message in get_messages(answer.wsgi_request))
    assert stored(account) == {}
    approval = ApprovalRequest.objects.get()
    assert approval.difference == {"options.max_calls": [None, 4]}
    approve(approval.public_id)
    assert stored(account) == {"max_calls": 4}

"""Every page of the admin site can be opened, in both languages, with a bounded number of queries."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from audit.models import ApprovalRequest, AuditEntry, OperationalEvent
from audit.services import SYSTEM, raise_event
from payments_site.kernel import clock
from tenants import models
from tenants.services.configuration import set_configuration
from tests.factories.tenants import ApiKeyFactory, ProviderAccountFactory, StaffUserFactory, staff_token

MODELS = [
    *(model for model in admin.site._registry if model._meta.app_label in {"tenants", "audit"}),
    Group,
]
READ_ONLY = {ApprovalRequest, AuditEntry, OperationalEvent}


@pytest.fixture
def rows(site: Client) -> dict[type[Model], Model]:
    """At least one row of each model, with all that hangs on it."""
    fee = {"percent": "1.10", "fixed": 1650}
    account = ProviderAccountFactory(fee=fee)
    ProviderAccountFactory(project=account.tenant.project, fee=fee)
    ApiKeyFactory(tenant=account.tenant)
    staff_token(StaffUserFactory())
    Group.objects.create(name="Finance")
    set_configuration(key="maintenance", value={"on": False}, actor=SYSTEM, now=clock.now())
    ApprovalRequest.objects.create(
        action="tenants.set_limits", subject_type="tenant", subject_id=account.tenant.public_id, payload="{}",
        difference={"max_amount": [1, None]}, requested_by_id=0, requested_by="x", created_at=clock.now(), expires_at=clock.now(),
    )  # fmt: skip
    raise_event(kind="job.ran", now=clock.now(), subject="sweep", seconds=3)
    return {model: model._default_manager.order_by("-pk").first() for model in MODELS}


def address(model: type[Model], page: str, *arguments: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=arguments)


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_list_add_and_change_pages_open(model: type[Model], language: str, site: Client, rows: dict[type[Model], Model]) -> None:
    site.cookies["django_language"] = language
    assert site.get(address(model, "changelist")).status_code == 200
    assert site.get(address(model, "changelist"), {"q": "abc"}).status_code == 200
    assert site.get(address(model, "change", rows[model].pk)).status_code == 200
    closed = model in READ_ONLY or model is models.PaymentProvider
    assert site.get(address(model, "add")).status_code == (403 if closed else 200)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_a_list_asks_the_database_as_often_for_many_rows_as_for_one(
    model: type[Model], site: Client, rows: dict[type[Model], Model], django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(5):
        account = ProviderAccountFactory(fee={"percent": "2"})
        ApiKeyFactory(tenant=account.tenant)
        staff_token(StaffUserFactory())
    with django_assert_max_num_queries(10):
        assert site.get(address(model, "changelist")).status_code == 200


def test_every_model_of_this_app_but_the_credentials_has_its_pages() -> None:
    shown = {model.__name__ for model in MODELS if model._meta.app_label == "tenants"}
    assert shown == set(models.__all__) - {"ProviderCredentials"}


@pytest.mark.parametrize("model", sorted(READ_ONLY, key=str), ids=lambda model: model.__name__)
def test_the_audit_trail_can_not_be_changed_or_deleted_even_by_a_superuser(
    model: type[Model], site: Client, rows: dict[type[Model], Model]
) -> None:
    row = rows[model]
    assert site.post(address(model, "change", row.pk), {"action": "x"}).status_code == 403
    assert site.post(address(model, "delete", row.pk), {"post": "yes"}).status_code == 403
    assert model._default_manager.filter(pk=row.pk).exists()

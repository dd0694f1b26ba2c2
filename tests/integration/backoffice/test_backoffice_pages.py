"""Every registered page opens in both languages; money rows are only looked at; no list asks more for more rows."""

from __future__ import annotations

import secrets
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django_celery_beat.models import PeriodicTask
from rest_framework.test import APIClient

from audit.services import SYSTEM
from payments_site.kernel import clock
from reconciliation.models import Holiday, ReconciliationRules
from tenants.models import PaymentProvider
from tenants.services.configuration import set_configuration
from tests.factories.backoffice import eventful_payment
from tests.factories.desk_of_reconciliation import one_of_each
from tests.factories.tenants import ApiKeyFactory, ProviderAccountFactory, StaffUserFactory, staff_token
from tests.factories.world import Role
from transactions.admin.base import MoneyRowAdmin
from transactions.models import Transaction
from webhooks.outbound.models import CallbackPolicy

MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
MONEY = [model for model in MODELS if isinstance(admin.site._registry[model], MoneyRowAdmin)]
# None grows by payments: providers come with an adapter, jobs with a migration, holidays with the year.
CLOSED = {PaymentProvider, PeriodicTask, Holiday}
OURS = [model for model in MODELS if model._meta.app_label in {"transactions", "webhooks", "reconciliation"}]


def name_of(model: type[Model]) -> str:
    return model._meta.label


def page(model: type[Model], name: str, *arguments: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=arguments)


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("model", MODELS, ids=name_of)
def test_list_add_and_change_page_open(model: type[Model], language: str, site: Client, payment: Transaction) -> None:
    site.cookies["django_language"] = language
    assert site.get(page(model, "changelist")).status_code == 200
    assert site.get(page(model, "changelist"), {"q": "abc"}).status_code == 200
    assert site.get(page(model, "add")).status_code in ({403} if model in MONEY else {200, 403})
    row = model._default_manager.first()
    assert row is not None or model not in OURS
    if row is not None:
        assert site.get(page(model, "change", row.pk)).status_code == 200


@pytest.mark.parametrize("model", MONEY, ids=name_of)
def test_money_rows_are_not_added_changed_or_deleted_even_by_a_superuser(
    model: type[Model], site: Client, payment: Transaction
) -> None:
    before = list(model._default_manager.order_by("pk").values())
    row = model._default_manager.first()
    assert row is not None
    assert site.post(page(model, "add"), {"status": "completed", "amount": "1"}).status_code == 403
    assert site.post(page(model, "change", row.pk), {"status": "completed", "amount": "1"}).status_code == 403
    assert site.get(page(model, "delete", row.pk)).status_code == 403
    assert site.post(page(model, "delete", row.pk), {"post": "yes"}).status_code == 403
    chosen = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
    site.post(page(model, "changelist"), chosen)
    assert list(model._default_manager.order_by("pk").values()) == before


def more_of_everything(api: APIClient, role: Role) -> None:
    """At least one more row of every model that is not a closed list."""
    one_of_each(eventful_payment(api, role))
    account = ProviderAccountFactory(fee={"percent": "2"})
    ReconciliationRules.objects.create(account=account)
    ApiKeyFactory(tenant=account.tenant)
    CallbackPolicy.objects.create(tenant=account.tenant)
    staff_token(StaffUserFactory())
    Group.objects.create(name=secrets.token_hex(4))
    key = secrets.token_hex(4)
    set_configuration(key=key, value={"on": False}, actor=SYSTEM, now=clock.now())


@pytest.mark.parametrize("model", MODELS, ids=name_of)
def test_a_list_makes_no_more_queries_with_twice_the_rows(
    model: type[Model], site: Client, payment: Transaction, api: APIClient, acme: Role
) -> None:
    if model not in OURS:
        more_of_everything(api, acme)
    site.get(page(model, "changelist"))
    with CaptureQueriesContext(connection) as few:
        site.get(page(model, "changelist"))
    rows = model._default_manager.count()
    while model not in CLOSED and model._default_manager.count() < 2 * rows:
        before = model._default_manager.count()
        more_of_everything(api, acme)
        assert model._default_manager.count() > before
    with CaptureQueriesContext(connection) as many:
        site.get(page(model, "changelist"))
    assert len(many) <= len(few)


def test_the_dashboard_makes_no_more_queries_with_twice_the_rows(
    site: Client, payment: Transaction, api: APIClient, acme: Role
) -> None:
    with CaptureQueriesContext(connection) as few:
        site.get(reverse("admin:index"))
    eventful_payment(api, acme)
    with CaptureQueriesContext(connection) as many:
        site.get(reverse("admin:index"))
    assert len(many) <= len(few)

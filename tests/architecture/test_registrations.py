"""What Django and Celery find by themselves is what is meant to be found: no admin class, task or schedule is lost."""

from __future__ import annotations

import ast
import re

import pytest
from celery import current_app
from django.apps import apps
from django.contrib import admin
from django.core.management import call_command
from django_celery_beat.models import PeriodicTask

from payments_site.kernel import queues
from tests.architecture.source import ROOT, last_name, modules

OURS = ("payments_site", "audit", "tenants", "transactions", "webhooks", "reconciliation")
TASKS = {
    "audit.expire_approvals",
    "reconciliation.start_nightly",
    "reconciliation.take_in_statements",
    "reconciliation.work_due",
    "transactions.audit_books",
    "transactions.delete_idempotency_records",
    "transactions.expire_due",
    "transactions.raise_alerts",
    "transactions.resolve_due",
    "webhooks.inbound.retry_notices",
    "webhooks.outbound.sweep_callbacks",
}
PAGES = {
    *("audit.ApprovalRequest", "audit.AuditEntry", "audit.OperationalEvent"),
    *("tenants.ApiKey", "tenants.CallbackSecret", "tenants.FeeSchedule", "tenants.PaymentProvider", "tenants.Project"),
    *("tenants.ProviderAccount", "tenants.StaffToken", "tenants.StaffUser", "tenants.SystemConfiguration", "tenants.Tenant"),
    *("transactions.MoneyIssue", "transactions.PaymentAttempt", "transactions.Receipt", "transactions.Refund"),
    *("transactions.Transaction", "transactions.TransactionEvent"),
    *("reconciliation.Holiday", "reconciliation.MappingProfile", "reconciliation.Match", "reconciliation.Reconciliation"),
    *("reconciliation.ReconciliationItem", "reconciliation.ReconciliationRules", "reconciliation.Settlement"),
    "reconciliation.Statement",
    *("webhooks.CallbackDelivery", "webhooks.CallbackEndpoint", "webhooks.CallbackPolicy", "webhooks.ProviderNotification"),
}
WITHOUT_A_PAGE = {
    "tenants.ProviderCredentials": "versions are listed on their account's page, never shown",
    "reconciliation.BadLine": "listed on its statement's page",
    "reconciliation.StatementChunk": "a part of a sealed file, never shown",
    "reconciliation.StatementLine": "listed on its statement's page",
    "webhooks.CallbackAttempt": "listed on its delivery's page",
    "transactions.DataKey": "never shown",
    "transactions.DailyVolume": "a counter",
    "transactions.IdempotencyRecord": "housekeeping",
    "transactions.RefundAllocation": "listed on its refund's page",
}


def registered_models() -> set[str]:
    return {model._meta.label for model in admin.site._registry if model._meta.app_label in OURS}


def our_models() -> set[str]:
    return {model._meta.label for model in apps.get_models() if model._meta.app_label in OURS}


def our_tasks() -> set[str]:
    current_app.loader.import_default_modules()
    return {name for name in current_app.tasks if name.startswith(OURS)}


def shim(name: str) -> str:
    return (ROOT / "webhooks" / f"{name}.py").read_text(encoding="utf-8")


def test_the_tasks_are_those_that_are_meant() -> None:
    assert our_tasks() == TASKS


def test_every_task_has_its_queue_and_its_time_in_the_one_table() -> None:
    assert set(queues.TASKS) == TASKS
    assert {route.queue for route in queues.TASKS.values()} | {queues.DEFAULT_QUEUE} <= set(queues.QUEUES)


@pytest.mark.parametrize("name", sorted(TASKS))
def test_celery_goes_by_the_table(name: str) -> None:
    current_app.loader.import_default_modules()
    task, route = current_app.tasks[name], queues.route(name)
    assert (task.soft_time_limit, task.time_limit) == (route.soft, route.hard)
    assert 0 < route.soft < route.hard < queues.REDELIVERED_AFTER
    assert current_app.amqp.router.route({}, name)["queue"].name == route.queue


def test_no_task_is_defined_where_celery_does_not_look() -> None:
    defined: list[str] = []
    for module in modules(*OURS):
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and last_name(node.func) in ("shared_task", "task"):
                defined += [ast.literal_eval(word.value) for word in node.keywords if word.arg == "name"]
    assert sorted(defined) == sorted(TASKS)


def test_the_admin_shows_every_model_that_is_meant() -> None:
    assert registered_models() == PAGES
    assert len(PAGES) == 31


def test_every_model_has_a_page_or_a_reason_for_none() -> None:
    assert our_models() == PAGES | set(WITHOUT_A_PAGE)


@pytest.mark.parametrize("kind", ["admin", "models", "tasks"])
def test_the_shims_of_webhooks_import_every_floor_that_has_something(kind: str) -> None:
    floors = [floor for floor in ("inbound", "outbound") if (ROOT / "webhooks" / floor / f"{kind}.py").exists()]
    assert floors
    assert [floor for floor in floors if f"from webhooks.{floor}.{kind} import" not in shim(kind)] == []


@pytest.mark.parametrize("floor", ["inbound", "outbound"])
def test_the_shim_of_the_models_names_every_model(floor: str) -> None:
    tree = ast.parse((ROOT / "webhooks" / floor / "models.py").read_text(encoding="utf-8"))
    names = [node.name for node in tree.body if isinstance(node, ast.ClassDef)]
    assert [name for name in names if not re.search(rf"\b{name}\b", shim("models"))] == []


@pytest.mark.django_db
def test_every_schedule_names_a_task_that_exists_and_a_queue_that_is_worked() -> None:
    rows = PeriodicTask.objects.all()
    assert {row.task for row in rows} <= our_tasks()
    assert {(row.task, row.queue) for row in rows} == {(row.task, queues.route(row.task).queue) for row in rows}
    assert rows.count() >= len(TASKS)


@pytest.mark.django_db
def test_every_periodic_task_has_a_schedule() -> None:
    scheduled = set(PeriodicTask.objects.filter(enabled=True).values_list("task", flat=True))
    assert TASKS - scheduled == set()


def test_every_nudge_names_a_task_that_exists() -> None:
    assert {"transactions.resolve_due"} <= set(nudges()) <= our_tasks()


def nudges() -> list[str]:
    """``enqueue("task")`` everywhere."""
    calls = [node for module in modules(*OURS) for node in ast.walk(module.tree) if isinstance(node, ast.Call)]
    return [ast.literal_eval(call.args[0]) for call in calls if last_name(call.func) == "enqueue" and _names_a_task(call)]


def _names_a_task(call: ast.Call) -> bool:
    return bool(call.args) and isinstance(call.args[0], ast.Constant)


@pytest.mark.django_db
def test_the_models_and_the_migrations_agree() -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=1)

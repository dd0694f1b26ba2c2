"""The sidebar: what there is, by what people come for, and only what they may see."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from payments_site.backoffice.approvals import approvals_waiting

Item = tuple[str, str]  # model label, icon

REPORTS_BELOW = _("Payments")
ACCOUNTS_BELOW = _("Tenants and access")
SYSTEM_BELOW = _("System")
RECONCILIATION = _("Reconciliation")
GROUPS: list[tuple[Promise, list[Item]]] = [
    (
        REPORTS_BELOW,
        [
            ("transactions.transaction", "payments"),
            ("transactions.refund", "undo"),
            ("transactions.receipt", "receipt_long"),
            ("transactions.paymentattempt", "swap_horiz"),
        ],
    ),
    (_("To be decided"), [("transactions.moneyissue", "report"), ("audit.approvalrequest", "how_to_reg")]),
    (
        RECONCILIATION,
        [
            ("reconciliation.reconciliationitem", "difference"),
            ("reconciliation.reconciliation", "balance"),
            ("reconciliation.statement", "description"),
            ("reconciliation.settlement", "savings"),
            ("reconciliation.match", "link"),
            ("reconciliation.mappingprofile", "view_column"),
            ("reconciliation.reconciliationrules", "rule_settings"),
            ("reconciliation.holiday", "event"),
        ],
    ),
    (
        _("Webhooks"),
        [
            ("webhooks.providernotification", "call_received"),
            ("webhooks.callbackdelivery", "call_made"),
            ("webhooks.callbackendpoint", "link"),
            ("webhooks.callbackpolicy", "rule"),
        ],
    ),
    (
        ACCOUNTS_BELOW,
        [
            ("tenants.project", "folder"),
            ("tenants.tenant", "storefront"),
            ("tenants.provideraccount", "account_balance"),
            ("tenants.feeschedule", "percent"),
            ("tenants.apikey", "key"),
            ("tenants.callbacksecret", "lock"),
            ("tenants.staffuser", "person"),
            ("auth.group", "group"),
            ("tenants.stafftoken", "badge"),
        ],
    ),
    (_("Audit"), [("audit.auditentry", "history"), ("audit.operationalevent", "notifications")]),
]
SYSTEM: list[Item] = [
    ("tenants.paymentprovider", "tune"),
    ("tenants.systemconfiguration", "settings"),
    ("django_celery_beat.periodictask", "schedule"),
]
# Reached from a payment's page; a list of its own would only be noise.
UNLISTED = {"transactions.transactionevent"}


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """unfold's navigation. A model that no group names is found under System, so that none is lost."""
    pages = {model._meta.label_lower: model_admin for model, model_admin in admin.site._registry.items()}
    named = {label for _title, items in GROUPS for label, _icon in items} | {label for label, _icon in SYSTEM} | UNLISTED
    rest: list[Item] = [(label, "dataset") for label in sorted(pages) if label not in named]
    groups: list[dict[str, Any]] = [{"items": [_overview()]}]
    for title, items in [*GROUPS, (SYSTEM_BELOW, [*SYSTEM, *rest])]:
        shown = [_item(request, label, icon, pages[label]) for label, icon in items if _may_see(request, pages.get(label))]
        if title is REPORTS_BELOW and shown and _may_see(request, pages.get("transactions.transaction")):
            shown.append(_revenue(request))
        if title is ACCOUNTS_BELOW and request.user.has_perm("tenants.view_provideraccount"):
            shown.append(_connections(request))
        if title is SYSTEM_BELOW and request.user.has_perm("django_celery_beat.view_periodictask"):
            shown.append(_queues(request))
        if shown:
            groups.append({"title": title, "items": shown})
    return groups


def _may_see(request: HttpRequest, model_admin: Any) -> bool:
    return model_admin is not None and bool(model_admin.has_view_or_change_permission(request))


def _overview() -> dict[str, Any]:
    return {"title": _("Overview"), "icon": "dashboard", "link": reverse("admin:index")}


def _revenue(request: HttpRequest) -> dict[str, Any]:
    link = reverse("admin:transactions_transaction_revenue")
    return {"title": _("Revenue"), "icon": "bar_chart", "link": link, "active": request.path == link}


def _connections(request: HttpRequest) -> dict[str, Any]:
    link = reverse("admin:transactions_transaction_connections")
    return {"title": _("Connections to providers"), "icon": "cable", "link": link, "active": request.path == link}


def _queues(request: HttpRequest) -> dict[str, Any]:
    link = reverse("admin:django_celery_beat_periodictask_queues")
    return {"title": _("Queues"), "icon": "low_priority", "link": link, "active": request.path == link}


def _item(request: HttpRequest, label: str, icon: str, model_admin: Any) -> dict[str, Any]:
    link = reverse(f"admin:{label.replace('.', '_')}_changelist")
    others = {reverse(f"admin:transactions_transaction_{page}") for page in ("revenue", "connections")}
    others.add(reverse("admin:django_celery_beat_periodictask_queues"))
    waiting = approvals_waiting() if label == "audit.approvalrequest" else 0
    return {
        **({"badge": "99+" if waiting > 99 else str(waiting), "badge_variant": "warning"} if waiting else {}),
        "title": capfirst(str(model_admin.model._meta.verbose_name_plural)),
        "icon": icon,
        "link": link,
        "active": request.path.startswith(link) and request.path not in others,
    }

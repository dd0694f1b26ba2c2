"""Setting up a tenant: what is done, what is missing, and the way to each next step."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from payments_site.kernel import clock
from tenants.models import ApiKey, Project, ProviderAccount, Tenant


@dataclass(frozen=True)
class Step:
    """One line of the checklist."""

    text: str
    done: bool
    hint: str = ""
    url: str = ""


FirstPayment = Callable[[Tenant], bool]
_first_payment: list[FirstPayment] = []


def register_first_payment(paid: FirstPayment) -> None:
    """Say how to find out whether a tenant was ever paid: payments live a floor above."""
    _first_payment[:] = [paid]


def steps_of(tenant: Tenant, may: Callable[[str], bool] = lambda permission: True) -> list[Step]:
    """The checklist of a tenant, in the order in which things are set up; with links to what the person may add."""
    now, own = clock.now(), f"tenant={tenant.pk}"
    accounts = ProviderAccount.objects.filter(Q(tenant=tenant) | Q(project=tenant.project_id), is_active=True)
    keys = ApiKey.objects.filter(Q(expires_at=None) | Q(expires_at__gt=now), tenant=tenant, revoked_at=None)
    return [
        Step(
            _("An account at a provider"), accounts.exists(), _("its own, or one of the project"),
            f"{reverse('admin:tenants_provideraccount_add')}?{own}" if may("tenants.add_provideraccount") else "",
        ),
        Step(
            _("An API key"), keys.exists(), _("for the shop's server"),
            f"{reverse('admin:tenants_apikey_add')}?{own}" if may("tenants.add_apikey") else "",
        ),
        Step(_("A callback URL"), bool(tenant.callback_url), _("where the shop hears of payments; without it only by asking")),
        Step(
            _("A first paid payment"), any(paid(tenant) for paid in _first_payment),
            _("make one with the command below and open its payment_url"),
        ),
    ]  # fmt: skip


def curl_of(tenant: Tenant) -> str:
    """A command that makes a first payment; only the key is missing."""
    body = {
        "order_id": "TEST-1", "amount": max(tenant.min_amount, 10_000), "currency": "VND", "description": "Test",
        "return_url": "https://example.com/done",
    }  # fmt: skip
    url = f"{settings.PUBLIC_BASE_URL}/api/v1/{tenant.project.code}/{tenant.app_code}/transactions"
    return f"curl -X POST {url} \\\n  -H 'X-Api-Key: pk_...' -H 'Content-Type: application/json' \\\n  -d '{json.dumps(body)}'"


def to_add(request: HttpRequest, owner: Project | Tenant, labels: Mapping[str, str | Promise]) -> list[dict[str, Any]]:
    """Buttons that lead to the form of a new row with its owner filled in; ``labels`` says which, by model name."""
    prefilled = urlencode({str(owner._meta.model_name): owner.pk})
    return [
        {
            "label": label, "icon": "add", "tone": "neutral", "at_once": False,
            "url": f"{reverse(f'admin:tenants_{model}_add')}?{prefilled}",
        }
        for model, label in labels.items()
        if request.user.has_perm(f"tenants.add_{model}")
    ]  # fmt: skip


class SetupPage:
    """Adds the checklist to the page of a tenant."""

    change_form_outer_before_template = "admin/sp_setup.html"

    def next_page(self, obj: Tenant) -> str:
        """Its page, with the checklist."""
        return reverse("admin:tenants_tenant_change", args=[obj.pk])

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """With the checklist, once there is a tenant."""
        tenant = kwargs.get("obj")
        if tenant is not None:
            context["acts"] = to_add(request, tenant, {"provideraccount": _("Add an account"), "apikey": _("New key")})
            context["steps"], context["curl"] = steps_of(tenant, request.user.has_perm), curl_of(tenant)
        return super().render_change_form(request, context, *args, **kwargs)  # type: ignore[misc]

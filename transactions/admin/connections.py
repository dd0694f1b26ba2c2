"""How the provider accounts can be reached just now, and closing a circuit by hand."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from payments_site.kernel import clock
from tenants.actors import actor_of
from tenants.models import ProviderAccount
from transactions.admin.cells import badge, moment, row_link
from transactions.availability import HEALTH, circuits_of
from transactions.providers.circuits import Circuit, State
from transactions.services.calls import close_breaker
from transactions.timeline import Tone

WORDS = {
    State.CLOSED: (gettext_lazy("Reachable"), Tone.GOOD),
    State.HALF_OPEN: (gettext_lazy("The next call is a trial"), Tone.WARNING),
    State.PROBING: (gettext_lazy("A trial call is under way"), Tone.WARNING),
    State.OPEN: (gettext_lazy("Not called for the moment"), Tone.BAD),
}
VIEW, CLOSE = "tenants.view_provideraccount", "tenants.change_provideraccount"
PAGE = "transactions_transaction_connections"


class ConnectionsPage:
    """Adds the page to the admin of payments."""

    admin_site: admin.AdminSite
    opts: Any

    def get_urls(self) -> list[Any]:
        """With the page and its button."""
        wrap = self.admin_site.admin_view
        routes = [
            path("connections/", wrap(self.connections_view), name=PAGE),
            path("connections/<int:account_id>/close/", wrap(self.close_view), name=f"{PAGE}_close"),
        ]
        return [*routes, *super().get_urls()]  # type: ignore[misc]

    def connections_view(self, request: HttpRequest) -> HttpResponse:
        """Every active account, those that can not be reached first."""
        if not request.user.has_perm(VIEW):
            raise PermissionDenied
        accounts = list(ProviderAccount.objects.filter(is_active=True).select_related("provider", "project", "tenant"))
        found = circuits_of(accounts)
        may_close = request.user.has_perm(CLOSE)
        lines = [_line(account, found[account.pk], may_close) for account in accounts]
        context = {
            **self.admin_site.each_context(request), "opts": self.opts, "title": _("Connections to providers"),
            "lines": sorted(lines, key=lambda line: bool(line["health"] == "healthy")), "may_close": may_close,
        }  # fmt: skip
        return TemplateResponse(request, "admin/sp_connections.html", context)

    def close_view(self, request: HttpRequest, account_id: int) -> HttpResponse:
        """Let calls through again at once."""
        if not request.user.has_perm(CLOSE):
            raise PermissionDenied
        if request.method == "POST":
            account = get_object_or_404(ProviderAccount.objects.select_related("tenant"), pk=account_id)
            if close_breaker(account=account, actor=actor_of(request), now=clock.now()):
                messages.success(request, _("The account is called again."))
            else:
                messages.warning(request, _("This does not fit the present state any more."))
        return HttpResponseRedirect(reverse(f"admin:{PAGE}"))


def _line(account: ProviderAccount, circuit: Circuit, may_close: bool) -> dict[str, Any]:
    words, tone = WORDS[circuit.state]
    closable = may_close and circuit.state is not State.CLOSED
    return {
        "health": HEALTH[circuit.state],
        "cells": [
            badge(str(words), tone),
            row_link(account),
            str(account.tenant or account.project),
            moment(circuit.opened_at) if circuit.opened_at else "",
        ],
        "close_url": reverse(f"admin:{PAGE}_close", args=[account.pk]) if closable else "",
    }

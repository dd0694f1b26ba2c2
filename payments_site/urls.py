"""All routes of the installation."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver, include, path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView
from rest_framework.negotiation import DefaultContentNegotiation

from payments_site.api.envelope import error_response
from payments_site.api.throttling import tell_usage
from payments_site.backoffice.health_api import SystemHealth
from payments_site.health import Status, Version
from payments_site.kernel.errors import REGISTRY
from transactions.api.system_views import SystemMetrics
from transactions.api.urls import keyed
from webhooks.inbound.views import notify


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Unknown routes of the API answer in its envelope; an empty path part is named as such."""
    parts = request.path.split("/")[3:]
    missing = len(parts) > 1 and "" in parts[:2]
    code = "MISSING_PROJECT_OR_APP_CODE" if missing else "NOT_FOUND"
    return tell_usage(request, error_response(request, REGISTRY[code]))


# The PayOS document's address for notices, which names no account.
one_hook = path("webhook/<str:provider_code>", notify)

api: list[URLPattern | URLResolver] = [
    path("status", Status.as_view()),
    path("version", Version.as_view()),
    path("admin/", include("tenants.api.urls")),
    path("admin/", include("reconciliation.api.urls")),
    path("admin/system/health", SystemHealth.as_view()),
    path("admin/system/metrics", SystemMetrics.as_view()),
    path("webhooks/", include("webhooks.urls")),
    *keyed,
    one_hook,
    path("<str:project_code>/<str:app_code>/", include("transactions.api.urls")),
    path("<str:project_code>/<str:app_code>/", include("webhooks.outbound.api.urls")),
]

# The PayOS document's addresses; the same views are documented below ``/api/v1``.
undocumented: list[URLPattern | URLResolver] = [*keyed, one_hook]

# The document comes as YAML or JSON, as the reader asks; the API itself has one form.
document: dict[str, Any] = {"content_negotiation_class": DefaultContentNegotiation}

urlpatterns: list[URLPattern | URLResolver] = [
    path("", lambda request: redirect("admin:index")),
    path("admin/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    path("api/schema/", SpectacularAPIView.as_view(**document), name="schema"),
    path("api/docs/", SpectacularSwaggerView.as_view(url_name="schema", **document), name="docs"),
    path("api/v1/", include(api)),
    path("api/", include(undocumented)),
    path("", include(undocumented)),
    path("", include("transactions.checkout.urls")),
    re_path(r"^api/", not_found),
]

"""What the admin's scripts say: Django's own catalogue, and ours where that has no Vietnamese."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.views.i18n import JavaScriptCatalog


class _Catalog(JavaScriptCatalog):
    packages = ["django.contrib.admin"]

    def get_paths(self, packages: list[str]) -> list[Any]:
        """Ours comes last and so wins."""
        return [*super().get_paths(packages), *settings.LOCALE_PATHS]


def catalogue(request: HttpRequest, extra_context: Any = None) -> HttpResponseBase:
    """Takes the place of ``AdminSite.i18n_javascript``."""
    return _Catalog.as_view()(request)

"""The back office's look."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

UNFOLD = {
    "SITE_TITLE": "SmartPost Payments",
    "SITE_HEADER": "SmartPost Payments",
    "SITE_SUBHEADER": _("Payment back office"),
    "SITE_SYMBOL": "payments",
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_LANGUAGES": True,
    "SIDEBAR": {"show_search": True, "show_all_applications": False},
}

"""The back office's look."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

FORMAT_MODULE_PATH = ["payments_site.backoffice.formats"]

# Where the login page leads whoever opened it by itself.
LOGIN_REDIRECT_URL = "admin:index"

UNFOLD = {
    "SITE_TITLE": "SmartPost Payments",
    "SITE_HEADER": "SmartPost Payments",
    "SITE_SUBHEADER": _("Payment back office"),
    "SITE_SYMBOL": "payments",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": "payments_site.backoffice.look.icon"}],
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_LANGUAGES": True,
    "SHOW_BACK_BUTTON": True,
    "STYLES": ["payments_site.backoffice.look.stylesheet"],
    "DASHBOARD_CALLBACK": "payments_site.backoffice.dashboard.fill",
    "SIDEBAR": {
        "show_search": True,
        "show_all_applications": False,
        "navigation": "payments_site.backoffice.navigation.sidebar",
    },
    "BORDER_RADIUS": "6px",
    "COLORS": {
        # Tailwind's sky: calm, and apart from the green, orange and red that mean something here.
        "primary": {
            "50": "oklch(97.7% .013 236.62)",
            "100": "oklch(95.1% .026 236.824)",
            "200": "oklch(90.1% .058 230.902)",
            "300": "oklch(82.8% .111 230.318)",
            "400": "oklch(74.6% .16 232.661)",
            "500": "oklch(68.5% .169 237.323)",
            "600": "oklch(50% .134 242.749)",
            "700": "oklch(44.3% .11 240.79)",
            "800": "oklch(39.1% .09 240.876)",
            "900": "oklch(35% .08 240)",
            "950": "oklch(29.3% .066 243.157)",
        },
    },
}

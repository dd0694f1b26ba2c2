"""How values look in the back office: money, moments, coloured labels, links to other pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString

from audit.cells import EMPTY, badge, code, moment
from payments_site.kernel.money import format_vnd
from tenants.models import PaymentProvider
from transactions.timeline import Tone

TRANSACTION_TONES: dict[str, Tone] = {
    "completed": Tone.GOOD,
    "partially_refunded": Tone.GOOD,
    "failed": Tone.BAD,
    "under_review": Tone.WARNING,
    "pending": Tone.WARNING,
}
ATTEMPT_TONES: dict[str, Tone] = {
    "paid": Tone.GOOD,
    "failed": Tone.BAD,
    "suspected": Tone.WARNING,
    "unknown": Tone.WARNING,
}
REFUND_TONES: dict[str, Tone] = {"completed": Tone.GOOD, "failed": Tone.BAD, "unknown": Tone.WARNING}
REFUND_TONES |= {"awaiting_approval": Tone.WARNING, "awaiting_transfer": Tone.WARNING}
APPROVAL_TONES: dict[str, Tone] = {"pending": Tone.WARNING, "approved": Tone.GOOD, "rejected": Tone.BAD}
DELIVERY_TONES: dict[str, Tone] = {"delivered": Tone.GOOD, "dead": Tone.BAD, "pending": Tone.WARNING}


def money(amount: int | None) -> str:
    """``100.000 ₫``; a dash where there is none yet."""
    return EMPTY if amount is None else format_vnd(amount).replace(" ", "\N{NO-BREAK SPACE}")


def provider_name(provider_code: str | None) -> str:
    """The provider as people call it."""
    return str(dict(PaymentProvider.Code.choices).get(provider_code or "", provider_code or EMPTY))


def page_url(label: str, pk: int | None) -> str:
    """The page of a row (``"transactions.receipt"``, 7); empty where the model has no page."""
    try:
        return reverse(f"admin:{label.replace('.', '_')}_change", args=[pk]) if pk is not None else ""
    except NoReverseMatch:
        return ""


def link(text: str | Promise, url: str) -> SafeString:
    """A link, or only its text where there is nowhere to go."""
    return format_html('<a class="sp-link" href="{}">{}</a>', url, text) if url else format_html("{}", text)


def row_link(row: Any, text: str | None = None) -> SafeString | str:
    """A link to the page of ``row``."""
    return EMPTY if row is None else link(text or str(row), page_url(row._meta.label_lower, row.pk))


def money_column(name: str, description: Any) -> Callable[[Any], str]:
    """A list column for the amount ``name``; the style sheet sets columns ``*_money`` to the right."""

    def column(row: Any) -> str:
        return money(getattr(row, name))

    column.__name__ = f"{name}_money"
    shown: Callable[[Any], str] = admin.display(description=description)(column)
    return shown


def status_column(tones: dict[str, Tone], description: Any, name: str = "status") -> Callable[[Any], SafeString]:
    """A list column for the state ``name`` as a coloured label."""

    def column(row: Any) -> SafeString:
        return badge(getattr(row, f"get_{name}_display")(), tones.get(getattr(row, name), Tone.NEUTRAL))

    column.__name__ = f"{name}_badge"
    shown: Callable[[Any], SafeString] = admin.display(description=description)(column)
    return shown


def provider_column(description: Any) -> Callable[[Any], str]:
    """A list column for the provider's name."""

    def provider(row: Any) -> str:
        return provider_name(row.provider_code)

    shown: Callable[[Any], str] = admin.display(description=description)(provider)
    return shown


__all__ = [
    "APPROVAL_TONES",
    "ATTEMPT_TONES", "DELIVERY_TONES", "EMPTY", "REFUND_TONES", "TRANSACTION_TONES", "badge", "code", "link", "moment", "money",
    "money_column", "page_url", "provider_column", "provider_name", "row_link", "status_column",
]  # fmt: skip

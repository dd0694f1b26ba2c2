"""How values look on every page of the back office: labels, references, JSON, what was before and what is after."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext

EMPTY = "–"


def badge(text: str | Promise, tone: str = "neutral") -> SafeString:
    """A coloured label; tones are ``neutral``, ``good``, ``warning`` and ``bad``."""
    return format_html('<span class="sp-badge sp-badge--{}">{}</span>', tone, text)


def code(text: str | None) -> SafeString | str:
    """A reference, in letters of equal width."""
    return format_html('<code class="sp-code">{}</code>', text) if text else EMPTY


def moment(value: datetime | None) -> str:
    """Vietnam's time, to the second."""
    return EMPTY if value is None else date_format(localtime(value), "DATETIME_FORMAT")


def pretty(value: Any) -> SafeString | str:
    """Indented JSON."""
    return raw(json.dumps(value, ensure_ascii=False, indent=2)) if value else EMPTY


def raw(text: str) -> SafeString:
    """Text as it is, line by line."""
    return format_html('<pre class="sp-raw">{}</pre>', text)


def before_and_after(rows: Iterable[tuple[str, str, str, bool]]) -> SafeString:
    """A table of ``(name, before, after, changed)``, the changed ones marked."""
    head = format_html(
        '<tr><th scope="col">{}</th><th scope="col">{}</th><th scope="col">{}</th></tr>',
        gettext("field"), gettext("before"), gettext("after"),
    )  # fmt: skip
    body = format_html_join(
        "", '<tr class="{}"><td>{}{}</td><td>{}</td><td>{}</td></tr>',
        (("sp-changed" if changed else "", "● " if changed else "", name, old, new) for name, old, new, changed in rows),
    )  # fmt: skip
    return format_html('<div class="sp-scroll"><table class="sp-table sp-difference">{}{}</table></div>', head, body)


def shown(value: Any) -> str:
    """A stored value as people read it."""
    if value is None or value == "" or value == []:
        return EMPTY
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {shown(part)}" for name, part in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)

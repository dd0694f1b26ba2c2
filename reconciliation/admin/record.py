"""One page with everything about a row: state, figures, both sides, tables, and what can be done with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from reconciliation.reports.sides import FIELDS, MONEY, Pair
from reconciliation.reports.words import KINDS, STATUSES
from tenants.models import ProviderAccount
from transactions.admin.cells import EMPTY, moment, money, provider_name
from transactions.admin.tables import Table

Text = str | Promise | SafeString
# How often a page reads itself again while something works on its row.
REFRESH_SECONDS = 3


@dataclass(frozen=True)
class Compared:
    """One line of both sides next to each other."""

    name: Text
    ours: Text
    theirs: Text
    differs: bool


@dataclass(frozen=True)
class Button:
    """Something to do that is a page or a file of its own."""

    label: Text
    icon: str
    url: str


@dataclass
class Record:
    """What the template shows, from above to below. ``busy``: the page reads itself again."""

    badges: list[SafeString]
    figures: list[tuple[Text, Text]] = field(default_factory=list)
    text: Text = ""
    facts: list[tuple[Text, Text]] = field(default_factory=list)
    compared: list[Compared] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    buttons: list[Button] = field(default_factory=list)
    busy: bool = False
    # Of 100; None where nobody can say.
    percent: int | None = None

    @property
    def labelled(self) -> list[tuple[str, list[str], list[list[tuple[str, Text]]]]]:
        """The tables that have rows, each cell with its column's name: on a phone they stand below one another."""
        return [
            (table.title, table.columns, [list(zip(table.columns, row, strict=True)) for row in table.rows])
            for table in self.tables
            if table.rows
        ]


class RecordPage:
    """Adds to a ``ModelAdmin`` a page that is a ``Record``, made by ``record_of``."""

    change_form_template = "admin/sp_record.html"
    change_form_outer_before_template: str | None = None

    def record_of(self, request: HttpRequest, row: Any) -> Record:
        """What there is to say."""
        raise NotImplementedError

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """With the record; read again by itself while something works on the row."""
        row = kwargs.get("obj")
        record = self.record_of(request, row) if row is not None else None
        context["record"] = record
        answer: HttpResponse = super().render_change_form(request, context, *args, **kwargs)  # type: ignore[misc]
        if record is not None and record.busy:
            answer["Refresh"] = str(REFRESH_SECONDS)
        return answer


def compared(pairs: list[Pair]) -> list[Compared]:
    """Pairs as people read them."""
    return [
        Compared(_name(pair.field), spoken(pair.field, pair.ours), spoken(pair.field, pair.theirs), pair.differs)
        for pair in pairs
    ]


def spoken(name: str, value: Any) -> Text:
    """A value of a field: money as money, times as times, states in words."""
    if value is None or value == "":
        return EMPTY
    if name in MONEY and isinstance(value, int):
        return money(value)
    if hasattr(value, "hour"):
        return moment(value)
    if hasattr(value, "year"):
        return date_format(value, "d/m/Y")
    if name in ("time", "date") and isinstance(value, str):
        return moment(datetime.fromisoformat(value)) if "T" in value else day_words(date.fromisoformat(value))
    words: dict[str, Any] = {"kind": KINDS, "status": STATUSES}.get(name, {})
    return str(words.get(value, value))


def day_words(day: Any) -> str:
    """A day as Vietnam writes it."""
    return date_format(day, "d/m/Y") if day is not None else EMPTY


def account_words(account: ProviderAccount) -> str:
    """Provider and owner, for lists: shorter than the account's own name."""
    owner = account.tenant or account.project
    return f"{provider_name(account.provider.code)} · {owner.app_code if account.tenant else owner.code}"  # type: ignore[union-attr]


def list_url(model: str, **params: Any) -> str:
    """The list of a model of this room, filtered."""
    query = "&".join(f"{name}={value}" for name, value in params.items())
    url = reverse(f"admin:reconciliation_{model}_changelist")
    return f"{url}?{query}" if query else url


def _name(name: str) -> Text:
    return capfirst(str(FIELDS.get(name, name)))

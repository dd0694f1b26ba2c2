"""``docs/columns.md`` names a place that exists for every column of the older tables, and forgets none of them."""

from __future__ import annotations

import json
import re

import pytest
from django.apps import apps
from django.core.exceptions import FieldDoesNotExist

from tests.architecture.source import ROOT

# As the two documents list them.
SOURCES: dict[str, list[str]] = json.loads((ROOT / "tests" / "data" / "source_columns.json").read_text(encoding="utf-8"))
PAGE = (ROOT / "docs" / "columns.md").read_text(encoding="utf-8")
OURS = {
    model.__name__: model
    for model in apps.get_models()
    if model.__module__.split(".")[0] in ("audit", "tenants", "transactions", "webhooks", "reconciliation")
}
_PLACE = re.compile(r"`([A-Z]\w+)\.(\w+)`")


def rows_of(table: str) -> list[list[str]]:
    """The rows of the table's section: column, place, reason."""
    section = PAGE.split(f": `{table}`\n", 1)[1].split("\n## ", 1)[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if line.startswith("| `")]


@pytest.mark.parametrize("table", SOURCES)
def test_every_source_column_has_its_row_in_order(table: str) -> None:
    assert [row[0].strip("`") for row in rows_of(table)] == SOURCES[table]


@pytest.mark.parametrize("table", SOURCES)
def test_every_row_names_a_place(table: str) -> None:
    assert [row[0] for row in rows_of(table) if not _PLACE.search(row[1])] == []


def test_every_place_is_a_field_of_a_model() -> None:
    places = _PLACE.findall(PAGE)
    assert len(places) > sum(map(len, SOURCES.values()))
    missing = []
    for model, name in places:
        try:
            OURS[model]._meta.get_field(name)
        except (KeyError, FieldDoesNotExist):
            missing.append(f"{model}.{name}")
    assert missing == []


def test_a_column_under_another_name_says_why() -> None:
    """A reader who looks for the old name has to be told."""
    silent = []
    for table in SOURCES:
        for column, place, why in rows_of(table):
            fields = [name for _, name in _PLACE.findall(place)]
            renamed = not any(column.strip("`").removeprefix("vnp_").removeprefix("payos_") == name for name in fields)
            if renamed and not why and table != "vnpay_transactions":
                silent.append(f"{table}.{column}")
    assert silent == []

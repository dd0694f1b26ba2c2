"""Statements over the working tables of one run. Values are put in by the client: what makes a table takes no parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection


def execute(statement: str, values: Mapping[str, Any] | None = None) -> int:
    """Run it; how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(_composed(statement, values))
        return int(cursor.rowcount)


def rows(statement: str, values: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
    """What it gives."""
    with connection.cursor() as cursor:
        cursor.execute(_composed(statement, values))
        return list(cursor.fetchall())


def value(statement: str, values: Mapping[str, Any] | None = None) -> Any:
    """The first column of its first row; None if there is none."""
    found = rows(statement, values)
    return found[0][0] if found else None


def _composed(statement: str, values: Mapping[str, Any] | None) -> str:
    return str(connection.ops.compose_sql(statement, values or {}))  # type: ignore[attr-defined]

"""Numbers taken from a table's own sequence before the row is written: references at providers are made from them."""

from __future__ import annotations

from django.db import connection


def next_number(table: str) -> int:
    """The next id of ``table``; a number that is not used leaves a gap, nothing more."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [table])
        row = cursor.fetchone()
    return int(row[0])

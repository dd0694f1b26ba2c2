"""One law: its name, what it says, and the query that finds what breaks it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Law:
    """A query that returns ``(row, expected, found)`` for every falsehood and nothing where all is well.

    Words in capitals stand for tables, whole or narrowed to the payments that are looked at (``runner.py``): PAYMENTS, EVENTS,
    ATTEMPTS, RECEIPTS, REFUNDS, ISSUES and DELIVERIES hold all rows of those payments; NOBODYS the receipts of no payment, KEYS
    the idempotency records, VOLUMES the counters of days. Words in lower case are whole tables. ``DAY(x)`` is the Vietnam day
    of a moment. A query must hold of every committed state, for it is asked while payments are made.
    """

    name: str
    says: str
    sql: str


def filled(sql: str, **words: str) -> str:
    """A query with pieces that several share in the place of their words."""
    for word, meaning in words.items():
        sql = sql.replace(word, meaning)
    return sql

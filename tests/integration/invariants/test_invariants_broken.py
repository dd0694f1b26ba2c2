"""For each law, what a bug would do to one row, done in SQL behind the triggers: the law names that row, and no other shop's."""

from __future__ import annotations

import pytest
from django.db import connection

from tests.factories.books import Books
from tests.factories.world import World
from tests.integration.invariants.corruptions import CORRUPTIONS, HELD_BY_A_CONSTRAINT, statement
from transactions.invariants import LAWS, Broken, check


def corrupt(books: Books, world: World, law: str) -> set[str]:
    """The ids of what was done, past triggers and foreign keys."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM tenants_tenant WHERE public_id = %s", [world.stranger.tenant_id])
        other = cursor.fetchone()[0]
        cursor.execute("SELECT id FROM tenants_provideraccount WHERE public_id = %s", [world.stranger.account_id])
        account = cursor.fetchone()[0]
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what waits for the commit was sound so far
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement(law), {"mine": books.tenant.pk, "other": other, "account": account})
        rows = {row[0] for row in cursor.fetchall()}
        cursor.execute("SET LOCAL session_replication_role = origin")
    return rows


def told(found: list[Broken]) -> dict[str, set[str]]:
    return {one.law.name: {row.row for row in one.rows} for one in found}


@pytest.mark.parametrize("law", CORRUPTIONS)
def test_a_row_that_breaks_the_law_is_told(books: Books, world: World, law: str) -> None:
    assert check(now=books.now) == []
    [row] = corrupt(books, world, law)
    assert told(check(now=books.now, names=[law])) == {law: {row}}
    by_window = told(check(now=books.now, since=world.acme.now, tenants=[world.acme.tenant_id]))
    assert by_window[law] == {row}
    assert check(now=books.now, tenants=[world.partner.tenant_id]) == []


def test_every_law_is_broken_by_a_test_or_by_nobody() -> None:
    assert set(CORRUPTIONS) | HELD_BY_A_CONSTRAINT == {law.name for law in LAWS}

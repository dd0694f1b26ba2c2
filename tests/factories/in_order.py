"""After a test that has committed: the books of every tenant that it made are in order, by the laws of ``check_invariants``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest

from payments_site.kernel import clock
from tenants.models import Tenant
from transactions.invariants import LAWS, callbacks, check

# Tenants without a key were not made by the services: rows were written for them of which nothing but deliveries is complete.
_DELIVERIES = [law.name for law in callbacks.LAWS]


def disorder(tenants: Iterable[str], *, names: Iterable[str] | None = None) -> dict[str, list[tuple[str, str, str]]]:
    """{law: rows} of these tenants, by public id; {} where all is well."""
    asked = [law.name for law in LAWS] if names is None else list(names)
    found = check(now=clock.now(), tenants=list(tenants), names=asked)
    return {one.law.name: [(row.row, row.expected, row.found) for row in one.rows] for one in found}


@pytest.fixture(autouse=True)
def _books_in_order(request: pytest.FixtureRequest) -> Iterator[None]:
    """Looks only after tests with real commits; what is rolled back is looked at by the tests that are about it."""
    if "committed_db" not in request.fixturenames:
        yield
        return
    request.getfixturevalue("committed_db")
    newest = Tenant.objects.order_by("-id").values_list("id", flat=True).first() or 0
    yield
    made = Tenant.objects.filter(pk__gt=newest)
    whole = made.filter(api_keys__isnull=False).distinct()
    found = disorder(whole.values_list("public_id", flat=True))
    found |= disorder(made.filter(api_keys=None).values_list("public_id", flat=True), names=_DELIVERIES)
    assert found == {}, f"the books are not in order: {found}"

"""Finding by the ids of the API, and why nothing was found."""

from __future__ import annotations

from typing import Any

from payments_site.kernel.errors import DomainError, InvalidInput
from reconciliation.models import Match, Reconciliation, ReconciliationItem, Statement
from reconciliation.reports.export import items_of
from reconciliation.reports.sides import with_sides
from tenants.models import ProviderAccount

_LONGEST = 40


class ReconciliationNotFound(DomainError):
    """No run, difference, match or statement has this id; ``details`` repeats it."""

    code = "NOT_FOUND"


def run_or_404(public_id: str) -> Reconciliation:
    """A run with its account. Raises ``ReconciliationNotFound``."""
    run: Reconciliation = _found(runs().filter(public_id=_clean(public_id)), reconciliation_id=public_id)
    return run


def runs() -> Any:
    """Runs with what their answers name."""
    return Reconciliation.objects.select_related("account__provider", "account__tenant")


def detail_or_404(run: Reconciliation, public_id: str) -> ReconciliationItem:
    """A difference of this run's account and day. Raises ``ReconciliationNotFound``."""
    item: ReconciliationItem = _found(with_sides(items_of(run)).filter(public_id=_clean(public_id)), detail_id=public_id)
    return item


def statement_or_404(public_id: str) -> Statement:
    """A statement. Raises ``ReconciliationNotFound``."""
    statement: Statement = _found(statements().filter(public_id=_clean(public_id)), statement_id=public_id)
    return statement


def statements() -> Any:
    """Statements with what their answers name."""
    return Statement.objects.select_related("account__provider", "profile")


def match_or_404(match_id: str) -> Match:
    """A match. Raises ``ReconciliationNotFound``."""
    known = match_id if match_id.isascii() and match_id.isdigit() and len(match_id) < 19 else "0"
    match: Match = _found(matches().filter(pk=int(known)), match_id=match_id)
    return match


def matches() -> Any:
    """Matches with what their answers name."""
    return Match.objects.select_related("account__provider", "line__statement", "receipt", "refund")


def account_of(given: dict[str, Any]) -> ProviderAccount:
    """The account that the fields of a body name: its own id, or tenant, provider and (where there are two) environment.

    Raises ``InvalidInput``.
    """
    accounts = ProviderAccount.objects.select_related("provider", "tenant")
    if "account_id" in given:
        account = accounts.filter(public_id=given["account_id"]).first()
        if account is None:
            raise InvalidInput({"field": "account_id", "constraint": "an account is expected"})
        return account
    found = accounts.filter(tenant__public_id=given["tenant_id"], provider__code=given["provider_code"])
    if "environment" in given:
        found = found.filter(environment=given["environment"])
    some = list(found.order_by("id")[:2])
    if not some:
        raise InvalidInput({"field": "tenant_id", "constraint": "a tenant with an account at this provider is expected"})
    if len(some) > 1:
        raise InvalidInput({"field": "account_id", "constraint": "the tenant has several accounts: name one by account_id"})
    return some[0]


def _found(rows: Any, **ids: str) -> Any:
    row: Any = rows.first()
    if row is None:
        raise ReconciliationNotFound({name: value[:_LONGEST] for name, value in ids.items()})
    return row


def _clean(public_id: str) -> str:
    return public_id[:_LONGEST].replace("\x00", "")

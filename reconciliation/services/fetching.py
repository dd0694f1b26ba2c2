"""Statements that the provider itself hands out, asked for by day."""

from __future__ import annotations

import io
from datetime import date, datetime
from typing import cast

from audit.services import Actor
from payments_site.kernel.errors import DomainError
from payments_site.kernel.http import HttpClient, ProviderSilent, ProviderUnreachable
from reconciliation.models import Statement
from reconciliation.services.intake import read, take_in
from reconciliation.services.statement_errors import StatementKnown
from tenants.models import ProviderAccount
from transactions.providers import registry
from transactions.providers.base import Capability, CredentialsRefused, FateUnknown, ProviderRefused
from transactions.providers.optional import FetchesStatement, StatementFile
from transactions.services import calls
from transactions.services.accounts import context_of


class StatementNotFetched(DomainError):
    """The provider did not hand it out, or could not be asked."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__()


def can_fetch(account: ProviderAccount) -> bool:
    """Whether the account's provider hands statements out at all."""
    adapter = registry.ADAPTERS.get(account.provider.code)
    return adapter is not None and Capability.STATEMENT in adapter.capabilities


def fetch(*, account: ProviderAccount, day: date, actor: Actor, now: datetime) -> Statement | None:
    """The provider's file of its business day, brought in; the earlier statement where it is the same file still.

    None: the provider has no file of that day, or hands none out. May be repeated. Raises ``StatementNotFetched`` and what
    ``take_in`` raises. Does HTTP: never inside a database transaction.
    """
    file = _asked(account, day, now) if can_fetch(account) else None
    if file is None:
        return None
    try:
        return take_in(
            account=account, kind=Statement.Kind.PROVIDER, file=io.BytesIO(file.content), file_name=file.name,
            source=Statement.Source.FETCHED, actor=actor, now=now, day=day,
        )  # fmt: skip
    except StatementKnown as error:
        if error.earlier is None:
            raise
        return read(statement_id=error.earlier.pk, now=now)


def _asked(account: ProviderAccount, day: date, now: datetime) -> StatementFile | None:
    adapter = registry.get(account.provider.code)
    context = context_of(account, account.credentials_version)

    def ask(http: HttpClient) -> StatementFile | None:
        return cast(FetchesStatement, adapter).fetch_statement(context, day, http, now)

    try:
        return calls.call(account, adapter, ask, idempotent=True, background=True)
    except CredentialsRefused as error:
        raise StatementNotFetched("PROVIDER_AUTHENTICATION_FAILED") from error
    except ProviderRefused as error:
        raise StatementNotFetched("PROVIDER_INVALID_RESPONSE") from error
    except (FateUnknown, ProviderSilent, ProviderUnreachable) as error:
        raise StatementNotFetched("PROVIDER_CONNECTION_ERROR") from error

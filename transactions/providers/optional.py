"""What only some adapters have, besides ``base.Provider``; callers look at the capability first, then ``cast``."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol, runtime_checkable

from payments_site.kernel.http import HttpClient
from transactions.providers.base import AccountContext, PayerForm, PaymentOrder, PaymentRef, RefundOrder, RefundReport


class Cancels(Protocol):
    """What an adapter with ``Capability.CANCEL`` has besides."""

    def cancel_payment(self, account: AccountContext, payment: PaymentRef, reason: str, http: HttpClient, now: datetime) -> None:
        """Ask the provider to take no more money for it, or to release a hold. Raises as ``query_payment`` when it did not."""


class Captures(Protocol):
    """What an adapter with ``Capability.CAPTURE`` has besides."""

    def capture_payment(self, account: AccountContext, payment: PaymentRef, http: HttpClient, now: datetime) -> None:
        """Take held money. Its success is only known by the next query. Raises as ``query_payment``."""


@dataclass(frozen=True)
class StatementFile:
    """A day's file as the provider gave it, byte for byte. It may name payers: it is kept sealed and never logged."""

    name: str
    content: bytes = field(repr=False)
    content_type: str


class FetchesStatement(Protocol):
    """What an adapter with ``Capability.STATEMENT`` has besides."""

    def fetch_statement(self, account: AccountContext, day: date, http: HttpClient, now: datetime) -> StatementFile | None:
        """The provider's file of its business day. None: it has none of that day (yet), or no address is known to ask at.

        Raises ``CredentialsRefused``, ``FateUnknown``, ``ProviderUnreachable``, ``ProviderSilent``; asking again is safe.
        """


class HasPayerForm(Protocol):
    """What an adapter with ``Capability.PAYER_FORM`` has besides."""

    def open_form(self, account: AccountContext, order: PaymentOrder, http: HttpClient) -> PayerForm:
        """The form for a payer who has just opened our page. Raises as ``create_payment``."""


class QueriesRefunds(Protocol):
    """What an adapter with ``Capability.QUERY_REFUND`` has besides."""

    def query_refund(self, account: AccountContext, refund: RefundOrder, http: HttpClient) -> RefundReport:
        """What became of a refund asked for earlier; asks for nothing new. Raises as ``query_payment``; PENDING = no news."""


@runtime_checkable
class RegistersWebhook(Protocol):
    """What an adapter has whose provider is told over its API where to send notices; no capability, for clients need not know."""

    def confirm_webhook(self, account: AccountContext, url: str, http: HttpClient) -> None:
        """Register ``url``; the provider tries it before it answers. Raises as ``create_payment``."""

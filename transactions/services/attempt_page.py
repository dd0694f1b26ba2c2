"""What our own page of one attempt shows: the QR code of a transfer, or the provider's form fetched for this payer."""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast

from payments_site.kernel.http import ProviderSilent, ProviderUnreachable
from transactions.models import PaymentAttempt, Transaction
from transactions.providers import emvco, registry
from transactions.providers.banks.directory import name_of
from transactions.providers.base import Capability, FateUnknown, PayerForm, ProviderRefused
from transactions.providers.optional import HasPayerForm
from transactions.services import calls
from transactions.services.accounts import Route, context_of_attempt
from transactions.services.attempts import ProviderTrouble
from transactions.services.orders import order_of


@dataclass(frozen=True)
class TransferDetails:
    """A transfer as the payer has to make it, and the QR text that says the same. Amounts in đồng."""

    qr_text: str
    bank: str
    account_number: str
    account_name: str
    amount: int
    memo: str


def transfer_details(*, payment: Transaction, attempt: PaymentAttempt, language: str = "vi") -> TransferDetails | None:
    """What is still to be transferred; None where the attempt is not paid by a VietQR transfer."""
    if not attempt.qr_code:
        return None
    try:
        asked = emvco.read(attempt.qr_code)
    except emvco.EmvcoError:
        return None  # another kind of QR code (a wallet's own)
    missing = payment.amount - payment.received_amount
    if asked.amount is not None and 0 < missing < asked.amount:
        asked = replace(asked, amount=missing)
    credentials = context_of_attempt(attempt).credentials
    return TransferDetails(
        qr_text=emvco.build(asked),
        bank=name_of(asked.bin, locale=language) or asked.bin,
        account_number=asked.account,
        account_name=credentials.get("account_name", ""),
        amount=asked.amount or missing,
        memo=asked.memo,
    )


def payer_form(*, payment: Transaction, attempt: PaymentAttempt, now: datetime) -> PayerForm | None:
    """The provider's form for the payer who has just opened the page; None where the provider has none.

    Does HTTP. Raises ``ProviderTrouble``; the attempt stays as it is, and opening the page again asks again.
    """
    adapter = registry.get(attempt.provider_code)
    if Capability.PAYER_FORM not in adapter.capabilities:
        return None
    route = Route(attempt.account, adapter, attempt.credentials_version)
    ask = functools.partial(cast(HasPayerForm, adapter).open_form, route.context, order_of(payment, attempt, route, now))
    try:
        return calls.call(route.account, adapter, ask)
    except ProviderRefused as error:
        raise ProviderTrouble("PROVIDER_INVALID_RESPONSE", payment, fate_known=True) from error
    except (FateUnknown, ProviderSilent, ProviderUnreachable) as error:
        raise ProviderTrouble("PROVIDER_CONNECTION_ERROR", payment, fate_known=False) from error

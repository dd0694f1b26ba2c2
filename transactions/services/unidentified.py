"""Money on our account that names no order of ours: matched by its memo where that is certain, else kept for a person."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from audit.services import record
from tenants.models import ProviderAccount
from transactions.lifecycle import IssueType
from transactions.models import PaymentAttempt, Receipt
from transactions.providers.base import Outcome, StatusReport, Transfer
from transactions.providers.memo import candidates
from transactions.services import _transition
from transactions.services._settling import Source


def attempt_named_in_memo(*, account: ProviderAccount, report: StatusReport) -> int | None:
    """The attempt whose reference the memo of the report's transfer holds; None where there is none, or no telling which.

    A memo with several of our references names the one that still wants exactly this amount, if only one does.
    """
    if not report.transfers:
        return None
    transfer = report.transfers[0]
    known = Receipt.objects.filter(account=account, provider_transaction_no=transfer.number).first()
    if known is not None and known.attempt_id is not None:
        return known.attempt_id  # told again, perhaps after a person put it where it belongs
    named = list(
        PaymentAttempt.objects.select_related("transaction").filter(
            account=account, provider_reference__in=candidates(transfer.memo)
        )
    )
    if len(named) > 1:
        named = [attempt for attempt in named if _wants(attempt) == transfer.amount]
    return named[0].pk if len(named) == 1 else None


def _wants(attempt: PaymentAttempt) -> int:
    return attempt.transaction.amount - attempt.transaction.received_amount


def keep_unidentified(*, account: ProviderAccount, report: StatusReport, source: Source, now: datetime) -> list[Receipt]:
    """A receipt without a payment for each new transfer, and a MoneyIssue for a person. A repeat adds nothing.

    What a card or wallet paid for an order that nobody here made is no receipt of ours, but a MoneyIssue all the same.
    """
    if report.outcome in (Outcome.PAID, Outcome.SUSPECTED) and not report.transfers:
        _transition.open_issue(
            IssueType.UNIDENTIFIED_MONEY,
            cause=f"{account.public_id}:{report.reference}:{report.transaction_no}",
            amount=max(report.amount or 0, 0),
            now=now,
            account_id=account.pk,
            notice_id=source.notice_id,
            data={"reference": report.reference, "number": report.transaction_no},
        )
    return [receipt for transfer in report.transfers if (receipt := _keep(account, transfer, source, now)) is not None]


@transaction.atomic
def _keep(account: ProviderAccount, transfer: Transfer, source: Source, now: datetime) -> Receipt | None:
    receipt = Receipt(
        account=account,
        provider_transaction_no=transfer.number,
        amount=transfer.amount,
        source=source.kind,
        notice_id=source.notice_id,
        received_at=transfer.paid_at or now,
        created_at=now,
    )
    Receipt.objects.bulk_create([receipt], ignore_conflicts=True)
    kept = Receipt.objects.get(account=account, provider_transaction_no=transfer.number)
    if kept.public_id != receipt.public_id:
        return None
    _transition.open_issue(
        IssueType.UNIDENTIFIED_MONEY,
        cause=kept.public_id,
        amount=kept.amount,
        now=now,
        receipt=kept,
        account_id=account.pk,
        notice_id=source.notice_id,
        data={"number": transfer.number},
    )
    record(
        actor=source.actor, action="money_unidentified", entity_type="receipt", entity_id=kept.public_id, now=now,
        extra={"account_id": account.public_id, "amount": kept.amount, "notice_id": source.notice_id},
    )  # fmt: skip
    return kept

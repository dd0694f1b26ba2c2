"""Refunds that a person transfers at the bank: to which account, in which list, and that it was done.

One person says that a transfer was made and gives the bank's reference; a second one confirms it. Nothing is sent from here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_noop

from audit import approvals
from audit.approvals import Person
from audit.models import ApprovalRequest
from audit.services import Actor, record
from payments_site.kernel.errors import DomainError, InvalidInput
from transactions.models import Refund, Transaction
from transactions.services._refunds import complete, fail, lock_refund
from transactions.services.payees import account_to_pay, came_from, sealed_account
from transactions.transfers.account import BankAccount

MARK_PAID = "transactions.mark_refund_paid"
RIGHT = "transactions.pay_refund"
_REFERENCE = re.compile(r"[A-Z0-9][A-Z0-9./_-]{3,49}")
_REFERENCE_WORDS = gettext_noop("4 to 50 letters, digits or . / _ - are expected")


class NotAwaitingTransfer(DomainError):
    """The refund is not (or no longer) one that waits for a transfer by hand."""

    code = "TRANSACTION_ALREADY_PROCESSED"


class AlreadyReported(DomainError):
    """Somebody has said that the transfer was made, and a second person has not decided yet."""

    code = "APPROVAL_ALREADY_DECIDED"

    def __init__(self, request: ApprovalRequest) -> None:
        super().__init__(
            {"approval_id": request.public_id, "requested_by": request.requested_by},
            message_vi=f"{request.requested_by} đã báo chuyển tiền, đang chờ người thứ hai xác nhận ({request.public_id})",
            message_en=f"{request.requested_by} has reported the transfer, a second person has to decide ({request.public_id})",
        )


class BankReferenceUsed(DomainError):
    """Another refund of the account was paid by this transfer, or is said to have been."""

    code = "VALIDATION_ERROR"

    def __init__(self, reference: str, refund_id: str) -> None:
        super().__init__(
            {"bank_reference": reference, "refund_id": refund_id},
            message_vi=f"Mã giao dịch ngân hàng {reference} đã dùng cho khoản hoàn {refund_id}",
            message_en=f"The bank reference {reference} belongs to the refund {refund_id} already",
        )


class NoAccountToPay(DomainError):
    """Nobody has said to which account the money goes."""

    code = "VALIDATION_ERROR"

    def __init__(self, refund_id: str) -> None:
        super().__init__(
            {"refund_id": refund_id},
            message_vi="Chưa có tài khoản nhận tiền hoàn",
            message_en="There is no account to pay yet",
        )


@transaction.atomic
def change_account(*, refund_id: int, account: BankAccount, actor: Actor, now: datetime) -> Refund:
    """Say to which account a manual refund goes. It has to be exported (again) then.

    Raises ``NotAwaitingTransfer``, ``AlreadyReported``, ``InvalidInput``, ``PayerErased``.
    """
    payment, refund = _open(refund_id, now)
    before = account_to_pay(refund)
    refund.payee_sealed, refund.exported_at, refund.updated_at = sealed_account(account, payment), None, now
    refund.save(update_fields=["payee_sealed", "exported_at", "updated_at"])
    record(
        actor=actor, action="refund_account_changed", entity_type="refund", entity_id=refund.public_id, now=now,
        tenant_id=payment.tenant.public_id, old={"payee": before.masked if before else None}, new={"payee": account.masked},
    )  # fmt: skip
    return refund


@transaction.atomic
def report_paid(*, refund_id: int, bank_reference: str, person: Person, actor: Actor, now: datetime) -> ApprovalRequest:
    """Put before a second person that the bank has made the transfer under ``bank_reference``.

    Raises ``NotAwaitingTransfer``, ``AlreadyReported``, ``InvalidInput``, ``BankReferenceUsed``, ``NoAccountToPay``, and what
    ``audit.approvals.ask`` raises.
    """
    reference = _read_reference(bank_reference)
    payment, refund = _open(refund_id, now)
    account = account_to_pay(refund)
    if account is None:
        raise NoAccountToPay(refund.public_id)
    _refuse_used(refund, reference, now)
    source = came_from(refund)
    return approvals.ask(
        action=MARK_PAID, subject_type="refund", subject_id=refund.public_id, tenant_id=payment.tenant.public_id,
        payload={"refund_id": refund.public_id, "bank_reference": reference},
        difference={
            "refund_amount": refund.amount, "bank_reference": [None, reference],
            "payee": [source.masked if source else None, account.masked],
        },
        reason=refund.reason, person=person, actor=actor, now=now,
    )  # fmt: skip


def apply_paid(payload: dict[str, Any], actor: Actor, now: datetime) -> Mapping[str, Any]:
    """What a confirmed transfer does (``audit.approvals``): the refund is completed. Raises as ``report_paid``."""
    reference = str(payload["bank_reference"])
    payment, refund = lock_refund(Refund.objects.values_list("pk", flat=True).get(public_id=payload["refund_id"]))
    if refund.status != Refund.Status.AWAITING_TRANSFER:
        raise NotAwaitingTransfer({"refund_id": refund.public_id, "status": str(refund.status)})
    if (other := _paid_by(refund, reference)) is not None:
        raise BankReferenceUsed(reference, other.public_id)
    refund.provider_refund_id = reference
    try:
        with transaction.atomic():
            complete(payment, refund, actor=actor, now=now)
    except IntegrityError as error:
        other = _paid_by(refund, reference)
        if other is None:
            raise
        raise BankReferenceUsed(reference, other.public_id) from error
    return {"refund_id": refund.public_id, "bank_reference": reference}


@transaction.atomic
def report_unpaid(*, refund_id: int, reason: str, actor: Actor, now: datetime) -> Refund:
    """The transfer can not be made: the refund fails and the money is free again; the client is told ``reason``.

    Raises ``NotAwaitingTransfer``, ``AlreadyReported``.
    """
    payment, refund = _open(refund_id, now)
    texts = (f"Không chuyển khoản được: {reason}", f"The transfer could not be made: {reason}")
    fail(payment, refund, code="TRANSFER_NOT_MADE", texts=texts, actor=actor, now=now)
    return refund


def waiting_report(refund: Refund, now: datetime) -> ApprovalRequest | None:
    """The report of a transfer that still waits for a second person."""
    return ApprovalRequest.objects.filter(
        subject_type="refund", subject_id=refund.public_id, action=MARK_PAID, state=ApprovalRequest.State.PENDING,
        expires_at__gt=now,
    ).first()  # fmt: skip


def _open(refund_id: int, now: datetime) -> tuple[Transaction, Refund]:
    payment, refund = lock_refund(refund_id)
    if refund.status != Refund.Status.AWAITING_TRANSFER:
        raise NotAwaitingTransfer({"refund_id": refund.public_id, "status": str(refund.status)})
    if (request := waiting_report(refund, now)) is not None:
        raise AlreadyReported(request)
    return payment, refund


def _read_reference(text: str) -> str:
    """In upper case and without spaces, as two people would write the same one. Raises ``InvalidInput``."""
    reference = "".join(text.split()).upper()
    if not _REFERENCE.fullmatch(reference):
        raise InvalidInput({"field": "bank_reference", "constraint": _REFERENCE_WORDS})
    return reference


def _refuse_used(refund: Refund, reference: str, now: datetime) -> None:
    """Raises ``BankReferenceUsed``; a transfer that somebody else has reported for another refund counts as well."""
    other = _paid_by(refund, reference)
    reported = ApprovalRequest.objects.filter(
        action=MARK_PAID, state=ApprovalRequest.State.PENDING, expires_at__gt=now, difference__bank_reference__1=reference
    ).values_list("subject_id", flat=True)
    other = other or Refund.objects.filter(public_id__in=list(reported), account_id=refund.account_id).first()
    if other is not None:
        raise BankReferenceUsed(reference, other.public_id)


def _paid_by(refund: Refund, reference: str) -> Refund | None:
    paid = Refund.objects.filter(account_id=refund.account_id, manual=True, provider_refund_id=reference)
    return paid.exclude(pk=refund.pk).first()

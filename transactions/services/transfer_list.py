"""The list of transfers that a person makes at the bank, out of refunds that wait for one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from audit.models import ApprovalRequest
from audit.services import Actor, record
from payments_site.kernel.clock import iso
from payments_site.kernel.errors import DomainError
from transactions.models import Refund
from transactions.services.manual_refund import MARK_PAID
from transactions.services.payees import account_to_pay
from transactions.transfers.lines import Line

MOST = 500


class TooLong(DomainError):
    """More refunds than one list may have."""

    code = "VALIDATION_ERROR"

    def __init__(self) -> None:
        super().__init__(
            {"most": MOST},
            message_vi=f"Mỗi danh sách có tối đa {MOST} khoản hoàn",
            message_en=f"A list has at most {MOST} refunds",
        )


@dataclass(frozen=True)
class TransferList:
    """What to transfer, and the refunds (public ids) that were asked for and are not in it."""

    lines: tuple[Line, ...]
    not_waiting: tuple[str, ...]
    reported: tuple[str, ...]
    without_account: tuple[str, ...]


@transaction.atomic
def make_transfer_list(*, refund_ids: Sequence[int], actor: Actor, now: datetime) -> TransferList:
    """The transfers of these refunds, each noted as exported. Raises ``TooLong``.

    Left out is what does not wait for a transfer, what somebody says was transferred already, and what has no account to go to.
    """
    if len(refund_ids) > MOST:
        raise TooLong
    rows = Refund.objects.select_for_update(of=("self",), no_key=True).select_related("transaction__data_key", "tenant")
    refunds = list(rows.filter(pk__in=refund_ids).order_by("id"))
    waiting = [one for one in refunds if one.status == Refund.Status.AWAITING_TRANSFER]
    reported = _reported(waiting, now)
    lines, without = [], []
    for refund in (one for one in waiting if one.public_id not in reported):
        account = account_to_pay(refund)
        if account is None or not account.can_be_paid:
            without.append(refund.public_id)
            continue
        order_id = refund.transaction.order_id
        lines.append(Line(refund.public_id, order_id, refund.provider_reference, account, refund.amount))
        _note(refund, actor, now)
    return TransferList(
        lines=tuple(lines),
        not_waiting=tuple(one.public_id for one in refunds if one not in waiting),
        reported=tuple(sorted(reported)),
        without_account=tuple(without),
    )


def _reported(refunds: Sequence[Refund], now: datetime) -> set[str]:
    asked = ApprovalRequest.objects.filter(
        action=MARK_PAID, subject_type="refund", subject_id__in=[one.public_id for one in refunds],
        state=ApprovalRequest.State.PENDING, expires_at__gt=now,
    )  # fmt: skip
    return set(asked.values_list("subject_id", flat=True))


def _note(refund: Refund, actor: Actor, now: datetime) -> None:
    before, refund.exported_at = refund.exported_at, now
    refund.save(update_fields=["exported_at"])
    record(
        actor=actor, action="refund_exported", entity_type="refund", entity_id=refund.public_id, now=now,
        tenant_id=refund.tenant.public_id, old={"exported_at": iso(before)}, new={"exported_at": iso(now)},
    )  # fmt: skip

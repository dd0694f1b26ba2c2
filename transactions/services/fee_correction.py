"""The fee that a provider really took, where it differs from the one that was expected."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from audit.services import Actor, record
from payments_site.kernel.errors import InvalidInput
from transactions.models import Transaction
from transactions.services import _transition


@transaction.atomic
def correct_fee(*, transaction_id: str, by: int, actor: Actor, now: datetime) -> tuple[int, int]:
    """Change a paid payment's fee by so many đồng, and its net amount with it; returns the fee before and after.

    Raises ``InvalidInput`` where the payment has no fee, or the new one is no part of its amount.
    """
    payment = _transition.lock_payment(Transaction.objects.values_list("pk", flat=True).get(public_id=transaction_id))
    before = payment.transaction_fee
    if before is None or not 0 <= before + by <= payment.amount:
        raise InvalidInput({"field": "fee", "constraint": "a part of the amount is expected", "transaction_id": transaction_id})
    payment.transaction_fee, payment.net_amount, payment.updated_at = before + by, payment.amount - before - by, now
    payment.save(update_fields=["transaction_fee", "net_amount", "updated_at"])
    record(
        actor=actor, action="fee_corrected", entity_type="transaction", entity_id=payment.public_id, now=now,
        tenant_id=payment.tenant.public_id,
        old={"transaction_fee": before}, new={"transaction_fee": payment.transaction_fee},
    )  # fmt: skip
    return before, payment.transaction_fee

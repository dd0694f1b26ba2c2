"""Payments whose deadline has passed."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import transaction

from audit.services import SYSTEM
from payments_site.kernel.faults import fault_point
from transactions.lifecycle import Status, Trigger
from transactions.models import Transaction
from transactions.services import _transition
from transactions.services._transition import Happening

logger = logging.getLogger(__name__)


def expire_due(*, now: datetime, batch: int = 500) -> int:
    """Expire up to ``batch`` pending payments past their deadline; returns how many. Money that comes later is late, not lost."""
    due = Transaction.objects.filter(status=Status.PENDING, expires_at__lte=now).order_by("expires_at")
    expired = 0
    for transaction_id in list(due.values_list("pk", flat=True)[:batch]):
        try:
            expired += expire_one(transaction_id, now)
        except Exception:
            # One damaged row must not keep the others open; it is tried again by the next sweep.
            logger.exception("payment could not be expired: id=%s", transaction_id)
        fault_point("expire.done")
    return expired


@transaction.atomic
def expire_one(transaction_id: int, now: datetime) -> bool:
    """Expire one payment if it is pending and past its deadline; False where a notice was faster."""
    payment = _transition.lock_payment(transaction_id)
    if payment.status != Status.PENDING or payment.expires_at > now:
        return False  # a notice was faster
    _transition.give_back_volume(payment)
    _transition.transition(payment, Happening(Trigger.DEADLINE_PASSED, SYSTEM, now))
    return True

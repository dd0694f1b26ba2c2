"""Faults planted into the service, to show that the world finds them: each changes one line of the true code while it is planted.

``found_by`` is the lowest seed that finds it. A fault counts as planted only if its target is there and was called.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from django.db import transaction

from payments_site.kernel.rows import load
from transactions.models import Transaction
from transactions.services import _transition, idempotency, refund
from webhooks.outbound import claim
from webhooks.outbound.enqueue import enqueue_callbacks


@dataclass
class Fault:
    """What is wrong, in words; how it is put in; and the lowest seed that finds it."""

    words: str
    put_in: Callable[[Fault], AbstractContextManager[Any]]
    found_by: int
    calls: int = 0

    @contextmanager
    def planted(self) -> Iterator[None]:
        """The service has the fault inside the block. ``calls`` counts how often it was reached."""
        self.calls = 0
        with self.put_in(self):
            yield

    def called(self) -> None:
        """The faulty line was reached."""
        self.calls += 1


def _unlocked(fault: Fault) -> Callable[[int], Transaction]:
    def lock_payment(transaction_id: int) -> Transaction:
        fault.called()
        return load(Transaction, transaction_id, "data_key", "tenant")

    return lock_payment


def _no_row_lock(fault: Fault) -> AbstractContextManager[Any]:
    return patch.object(_transition, "lock_payment", _unlocked(fault))


def _outbox_after_commit(fault: Fault) -> AbstractContextManager[Any]:
    true = enqueue_callbacks

    def afterwards(**facts: Any) -> None:
        def write() -> None:
            fault.called()
            with transaction.atomic():
                true(**facts)

        transaction.on_commit(write)

    return patch.object(_transition, "enqueue_callbacks", afterwards)


def _changed_claim(fault: Fault, old: str, new: str) -> AbstractContextManager[Any]:
    if claim._CLAIM.count(old) != 1:
        raise LookupError(f"the claim has no {old!r} any more")
    stack = contextlib.ExitStack()
    stack.enter_context(patch.object(claim, "_CLAIM", claim._CLAIM.replace(old, new)))
    true = claim._values

    def values(*arguments: Any) -> dict[str, Any]:
        fault.called()
        return true(*arguments)

    stack.enter_context(patch.object(claim, "_values", values))
    return stack


def _lease_not_moved(fault: Fault) -> AbstractContextManager[Any]:
    return _changed_claim(fault, "THEN %(until)s ELSE", "THEN least(%(until)s, old.next_attempt_at) ELSE")


def _order_swapped(fault: Fault) -> AbstractContextManager[Any]:
    return _changed_claim(fault, "earlier.event_id < old.event_id", "earlier.event_id > old.event_id")


def _refund_sum_unlocked(fault: Fault) -> AbstractContextManager[Any]:
    class Unlocked:
        lock_payment = staticmethod(_unlocked(fault))

        def __getattr__(self, name: str) -> Any:
            return getattr(_transition, name)

    return patch.object(refund, "_transition", Unlocked())


def _idempotency_not_reserved(fault: Fault) -> AbstractContextManager[Any]:
    """The record is written with the answer, not before the work."""
    waiting: dict[int, dict[str, Any]] = {}
    reserve, store = idempotency.reserve, idempotency.store_answer

    def reserve_nothing(**facts: Any) -> int:
        fault.called()
        number = -len(waiting) - 1
        waiting[number] = facts
        return number

    def store_all(record_id: int, **answer: Any) -> None:
        facts = waiting.get(record_id)
        if facts is not None:
            with contextlib.suppress(idempotency.InProgress), transaction.atomic():
                record_id = reserve(**facts)
        store(record_id, **answer)

    stack = contextlib.ExitStack()
    stack.enter_context(patch.object(idempotency, "reserve", reserve_nothing))
    stack.enter_context(patch.object(idempotency, "store_answer", store_all))
    return stack


PLANTED = {
    "no-row-lock": Fault("a transition does not lock the payment's row", _no_row_lock, 0),
    "outbox-after-commit": Fault("the callback is written after the commit", _outbox_after_commit, 2),
    "lease-not-moved": Fault("a claimed callback stays due", _lease_not_moved, 0),
    "refund-sum-unlocked": Fault("what is left to refund is read without a lock", _refund_sum_unlocked, 0),
    "order-swapped": Fault("strict order lets the later event go first", _order_swapped, 3),
    "idempotency-not-reserved": Fault("a key is written with the answer, not before the work", _idempotency_not_reserved, 0),
}

"""What a result makes of its delivery. Pure, so that every case of a lost lease can be tested without a race."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from webhooks.outbound.parcel import Result
from webhooks.outbound.schedule import Verdict, next_delay

PENDING, DELIVERED, DEAD = "pending", "delivered", "dead"


@dataclass(frozen=True, slots=True)
class DeliveryState:
    """The columns of a delivery that a result may change."""

    id: int
    status: str
    attempts: int
    next_attempt_at: datetime | None
    last_status: int | None
    last_response: str
    last_error: str
    delivered_at: datetime | None
    failed_at: datetime | None
    tries_before: int = 0


def settle(state: DeliveryState, result: Result, *, now: datetime, chance: float) -> DeliveryState:
    """The delivery after this result: every try counts, but only the holder of the lease decides what happens next.

    One exception: a 2xx delivers whoever holds the lease, for the receiver has it. The lease is the claimed
    ``next_attempt_at``; whoever claims or changes the row after us has another one.
    """
    tried = result.verdict is not Verdict.WITHDRAWN
    state = replace(state, attempts=state.attempts + 1) if tried else state
    if result.verdict is Verdict.DELIVERED:
        return state if state.status == DELIVERED else _delivered(state, result, now)
    if state.status != PENDING or state.next_attempt_at != result.parcel.lease_until:
        return state
    delay = None
    if result.verdict is Verdict.RETRY:
        delay = next_delay(state.attempts - state.tries_before, chance, result.retry_after, result.parcel.delays)
    failed = _answered(state, result)
    if delay is None:
        return replace(failed, status=DEAD, next_attempt_at=None, failed_at=now)
    return replace(failed, next_attempt_at=now + delay)


def _delivered(state: DeliveryState, result: Result, now: datetime) -> DeliveryState:
    answered = _answered(state, result)
    return replace(answered, status=DELIVERED, next_attempt_at=None, delivered_at=now, failed_at=None)


def _answered(state: DeliveryState, result: Result) -> DeliveryState:
    return replace(state, last_status=result.status, last_response=result.body, last_error=result.error)

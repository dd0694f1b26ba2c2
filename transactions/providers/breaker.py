"""The circuit breaker around a call to a provider: pybreaker's states over circuits that all processes share.

pybreaker decides what a call in each state leads to. Its own Redis storage is not used: that one reads, decides and writes in
separate steps, so that many processes probe at once and failures are lost. ``_Shared`` answers from one script a step instead,
and lives as long as one call, because a breaker object holds a lock while it calls.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from enum import Enum

from pybreaker import (
    STATE_CLOSED,
    STATE_HALF_OPEN,
    STATE_OPEN,
    CircuitBreaker,
    CircuitBreakerError,
    CircuitBreakerListener,
    CircuitBreakerState,
    CircuitBreakerStorage,
)

from transactions.providers.circuits import Circuits, State

_LIBRARY_STATES = {
    State.CLOSED: STATE_CLOSED,
    State.HALF_OPEN: STATE_HALF_OPEN,
    State.OPEN: STATE_OPEN,
    State.PROBING: STATE_OPEN,
}


class Refused(Exception):
    """The circuit is open, or another call is its probe: nothing was sent."""


class Verdict(Enum):
    """What a failed call says of the provider: it is in trouble, it answered (a refusal is an answer), or nothing at all."""

    TROUBLE = "trouble"
    ANSWERED = "answered"
    NOTHING = "nothing"


Judge = Callable[[BaseException], Verdict]
# Called with True when this call opened the circuit, with False when it closed it; never for a probe that failed.
Tell = Callable[[bool], None]


class Passage:
    """A call that was let through. A probe of several requests renews its lease with each, or another would go beside it."""

    def __init__(self, storage: _Shared) -> None:
        self._storage = storage

    def renew(self) -> None:
        """Another request of the same call begins."""
        self._storage.renew()


@contextlib.contextmanager
def passage(circuits: Circuits, name: str, *, lease_seconds: int, judge: Judge, tell: Tell) -> Iterator[Passage]:
    """Run the block if the circuit ``name`` lets it through, and count how it ends. Raises ``Refused``.

    A probe that does not end within ``lease_seconds`` of its last request is taken for dead, and another may go.
    """
    storage = _Shared(circuits, name, lease_seconds)
    breaker = CircuitBreaker(
        fail_max=circuits.thresholds.failures,
        reset_timeout=circuits.thresholds.open_seconds,
        exclude=[lambda error: not _is_trouble(error, judge, storage)],
        listeners=[_Teller(tell)],
        state_storage=storage,
        name=name,
        throw_new_error_on_trip=False,
    )
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(breaker.calling())
        except CircuitBreakerError:
            raise Refused(name) from None
        try:
            yield Passage(storage)
        except StopIteration as error:
            # The library reads it as the end of its own generator: the block would seem to have succeeded.
            raise RuntimeError("StopIteration in a call to a provider") from error


def _is_trouble(error: BaseException, judge: Judge, storage: _Shared) -> bool:
    verdict = judge(error)
    if verdict is Verdict.NOTHING:
        storage.abandon()
    return verdict is Verdict.TROUBLE


class _Teller(CircuitBreakerListener):
    """Passes on what this call changed. A probe that failed opens what was never closed: that is no news."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell

    def state_change(self, cb: CircuitBreaker, old_state: CircuitBreakerState | None, new_state: CircuitBreakerState) -> None:
        """Called by the library, and only where ``_Shared`` said that this call made the change."""
        if new_state.name == STATE_CLOSED or old_state is None or old_state.name == STATE_CLOSED:
            self._tell(new_state.name == STATE_OPEN)


class _Shared(CircuitBreakerStorage):
    """One call's view of its circuit: asked once, when the call begins. What the library counts is counted in one step each."""

    def __init__(self, circuits: Circuits, name: str, lease_seconds: int) -> None:
        super().__init__("shared")
        self._circuits, self._circuit, self._lease = circuits, name, lease_seconds
        token = secrets.token_hex(8)
        admission = circuits.admit(name, token=token, lease_seconds=lease_seconds)
        self._state = _LIBRARY_STATES[State(admission.state)]
        self._probe = token if self._state == STATE_HALF_OPEN else ""
        self._failures_before = admission.count
        self._abandoned = self._opened = self._closed = False

    def renew(self) -> None:
        """Only a probe has something to renew."""
        if self._probe:
            self._circuits.renew(self._circuit, token=self._probe, lease_seconds=self._lease)

    def abandon(self) -> None:
        """Whatever the library makes of this call's end does not count."""
        self._abandoned = True
        if self._probe:
            self._circuits.release(self._circuit, token=self._probe)

    @property
    def state(self) -> str:
        """As it was when the call began."""
        return self._state

    @state.setter
    def state(self, state: str) -> None:
        self._state = state  # in Redis the step that led to it has done it already

    @property
    def opened_at(self) -> datetime | None:
        """Just now: whether an open circuit may be probed was decided by the script, which said no."""
        return datetime.now(UTC)

    @opened_at.setter
    def opened_at(self, datetime: datetime) -> None:
        """The script has written it."""

    @property
    def counter(self) -> int:
        """The threshold, if this call's failure was the one that opened the circuit."""
        return self._circuits.thresholds.failures if self._opened else 0

    def increment_counter(self) -> None:
        """This call failed."""
        self._opened = self._circuits.failed(self._circuit, token=self._probe)

    def reset_counter(self) -> None:
        """This call was answered. A healthy circuit, which has nothing to forget, is not asked a second time."""
        if self._state == STATE_CLOSED and self._failures_before and not self._abandoned:
            self._circuits.succeeded(self._circuit)

    @property
    def success_counter(self) -> int:
        """1, if this probe closed the circuit."""
        return 1 if self._closed else 0

    def increment_success_counter(self) -> None:
        """The probe was answered."""
        if self._probe and not self._abandoned:
            self._closed = self._circuits.succeeded(self._circuit, token=self._probe)

    def reset_success_counter(self) -> None:
        """One answer closes: there is nothing to count."""

"""The circuits as they stand in Redis, one a provider account, shared by all processes of all machines.

A circuit that is closed has no hash, at most a list of its newest failures in a row. Every question and every change is one
script, so that no two processes can see or make half of one; time is Redis' own, so that no machine's clock matters. Without
Redis every answer is "closed": payments do not stop because a convenience is away.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from redis import Redis
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

# How long a Redis that did not answer is not asked again: a web request pays its time limit at most once in this time.
AWAY_SECONDS = 1

# KEYS: the circuit's hash, its list of failures. ARGV: what to do, token, failures, window, open for, lease (milliseconds).
_STEP = """
local circuit, failures = KEYS[1], KEYS[2]
local what, token = ARGV[1], ARGV[2]
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local open_until = tonumber(redis.call('HGET', circuit, 'open_until') or '')
local mine = token ~= '' and redis.call('HGET', circuit, 'token') == token

if what == 'admit' then
  if not open_until then return {'closed', redis.call('LLEN', failures)} end
  if now < open_until then return {'open', 0} end
  if now < tonumber(redis.call('HGET', circuit, 'lease_until') or '0') then return {'probing', 0} end
  redis.call('HSET', circuit, 'token', token, 'lease_until', now + ARGV[6])
  return {'half_open', 0}
elseif what == 'failed' and token == '' then
  if open_until then return {'open', 0} end
  redis.call('RPUSH', failures, now)
  redis.call('LTRIM', failures, -ARGV[3], -1)
  redis.call('PEXPIRE', failures, ARGV[4])
  local oldest = tonumber(redis.call('LINDEX', failures, 0))
  if redis.call('LLEN', failures) < tonumber(ARGV[3]) or now - oldest > tonumber(ARGV[4]) then return {'closed', 0} end
  redis.call('HSET', circuit, 'opened_at', now, 'open_until', now + ARGV[5])
  redis.call('DEL', failures)
  return {'open', 1}
elseif what == 'failed' and mine then
  redis.call('HSET', circuit, 'open_until', now + ARGV[5])
  redis.call('HDEL', circuit, 'token', 'lease_until')
  return {'open', 1}
elseif what == 'succeeded' and token == '' then
  redis.call('DEL', failures)
elseif what == 'succeeded' and mine then
  redis.call('DEL', circuit, failures)
  return {'closed', 1}
elseif what == 'renew' and mine then
  redis.call('HSET', circuit, 'lease_until', now + ARGV[6])
elseif what == 'release' and mine then
  redis.call('HDEL', circuit, 'token', 'lease_until')
elseif what == 'close' then
  local was_open = redis.call('EXISTS', circuit)
  redis.call('DEL', circuit, failures)
  return {'closed', was_open}
end
return {'', 0}
"""

# KEYS: hashes of circuits. Returns for each: state, opened_at.
_LOOK = """
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local found = {}
for _, circuit in ipairs(KEYS) do
  local known = redis.call('HMGET', circuit, 'open_until', 'lease_until', 'opened_at')
  local state = 'closed'
  if known[1] then
    state = now < tonumber(known[1]) and 'open' or now < tonumber(known[2] or '0') and 'probing' or 'half_open'
  end
  table.insert(found, {state, known[3] or '0'})
end
return found
"""


class State(StrEnum):
    """What a call meets: CLOSED goes through; HALF_OPEN makes the next call the one probe; OPEN and PROBING refuse."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"
    PROBING = "probing"


@dataclass(frozen=True)
class Thresholds:
    """Opens when the last ``failures`` calls failed within ``window_seconds``; lets a probe through after ``open_seconds``."""

    failures: int
    window_seconds: int
    open_seconds: int


@dataclass(frozen=True)
class Circuit:
    """A circuit as it stands, and since when it is not closed."""

    state: State
    opened_at: datetime | None = None


@dataclass(frozen=True)
class Step:
    """What a script answered. ``changed``: this very step opened or closed the circuit, so no other process did."""

    state: str
    count: int

    @property
    def changed(self) -> bool:
        """Whether this very step made the change."""
        return self.count == 1


class Circuits:
    """The circuits of one Redis. Thread-safe. No method raises for Redis' sake; ``failed_open`` counts what it could not ask."""

    def __init__(self, redis: Redis, thresholds: Thresholds, *, prefix: str = "smartpost:circuit") -> None:
        self.thresholds = thresholds
        self.failed_open = 0
        self._prefix = prefix
        self._step = redis.register_script(_STEP)
        self._look = redis.register_script(_LOOK)
        self._lock = threading.Lock()
        self._ask_again_at: Any = 0

    def admit(self, name: str, *, token: str, lease_seconds: int) -> Step:
        """Whether a call may go: CLOSED (``count`` failures in a row so far), HALF_OPEN (it is the probe), OPEN or PROBING."""
        return self._run_step(name, "admit", token, lease_seconds) or Step(State.CLOSED, 0)

    def failed(self, name: str, *, token: str = "") -> bool:
        """Count a failure, or with ``token`` that of the probe. True where this opened the circuit (again)."""
        step = self._run_step(name, "failed", token)
        return step is not None and step.changed

    def succeeded(self, name: str, *, token: str = "") -> bool:
        """The row of failures is broken, or with ``token`` the probe got through. True where this closed the circuit."""
        step = self._run_step(name, "succeeded", token)
        return step is not None and step.changed

    def renew(self, name: str, *, token: str, lease_seconds: int) -> None:
        """The probe is still at work."""
        self._run_step(name, "renew", token, lease_seconds)

    def release(self, name: str, *, token: str) -> None:
        """The probe ended without showing anything: the next call is the probe."""
        self._run_step(name, "release", token)

    def close(self, name: str) -> bool:
        """Close it by hand; whoever probes now changes nothing any more. True where it was not closed."""
        step = self._run_step(name, "close")
        return step is not None and step.changed

    def look(self, names: Sequence[str]) -> dict[str, Circuit]:
        """All of ``names`` in one round trip."""
        if not names:
            return {}
        answer = self._run(lambda: self._look(keys=[self._key(name) for name in names]))
        rows = answer if answer is not None else [(b"closed", b"0")] * len(names)
        return {name: _circuit(*row) for name, row in zip(names, rows, strict=True)}

    def _run_step(self, name: str, what: str, token: str = "", lease_seconds: int = 0) -> Step | None:
        limits = self.thresholds
        times = (limits.window_seconds * 1000, limits.open_seconds * 1000, lease_seconds * 1000)
        key = self._key(name)
        answer = self._run(lambda: self._step(keys=[key, f"{key}:failures"], args=[what, token, limits.failures, *times]))
        return None if answer is None else Step(answer[0].decode(), int(answer[1]))

    def _key(self, name: str) -> str:
        return f"{self._prefix}:{{{name}}}"

    def _run(self, ask: Callable[[], Any]) -> Any:
        """The answer, or None where Redis is away; for the next second nobody of this process asks it again."""
        if time.monotonic() >= self._ask_again_at:
            try:
                return ask()
            except (RedisError, OSError) as error:
                logger.warning("circuits are taken for closed, Redis is away: %s", type(error).__name__)
                self._ask_again_at = time.monotonic() + AWAY_SECONDS
        with self._lock:
            self.failed_open += 1
        return None


def _circuit(state: bytes, opened_at: bytes) -> Circuit:
    milliseconds = int(opened_at)
    return Circuit(State(state.decode()), datetime.fromtimestamp(milliseconds // 1000, UTC) if milliseconds else None)

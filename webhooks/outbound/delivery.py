"""Sending one parcel over HTTP: signed, guarded, never redirected, never longer than the timeout, never raising."""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

import aiohttp
from aiohttp.abc import AbstractResolver

from payments_site import __version__
from webhooks.outbound import exchange
from webhooks.outbound.guard import GuardedResolver, refusal
from webhooks.outbound.parcel import INTERNAL_ERROR, Obstacle, Parcel, Result
from webhooks.outbound.schedule import Verdict, judge, read_retry_after
from webhooks.outbound.signing import UnusableSecretError, sign

logger = logging.getLogger(__name__)

# Shorter than any server's: a POST on a connection that the other side has just dropped would count as a failed try.
_KEEPALIVE_SECONDS = 1.5


@dataclass(frozen=True, slots=True)
class Rules:
    """What the installation allows: ``timeout`` in seconds for the whole exchange, hosts freed of the network rules."""

    timeout: float
    allowed_hosts: frozenset[str]
    require_https: bool


class Sender:
    """Turns parcels into results. Bound to one event loop; made by ``open_sender``."""

    def __init__(self, session: aiohttp.ClientSession, rules: Rules, now: Callable[[], datetime]) -> None:
        self._session = session
        self._rules = rules
        self._now = now

    async def send(self, parcel: Parcel) -> Result:
        """One try. Whatever goes wrong is a result too; only cancellation comes out as an exception."""
        started_at, begun = self._now(), time.monotonic()

        def result(verdict: Verdict, error: str, answer: exchange.Answer | None = None) -> Result:
            return Result(
                parcel=parcel,
                verdict=verdict,
                started_at=started_at,
                duration_ms=int((time.monotonic() - begun) * 1000),
                status=answer.status if answer else None,
                body=answer.text if answer else "",
                error=error[:255],
                retry_after=read_retry_after(answer.retry_after, started_at) if answer else None,
            )

        if parcel.obstacle:
            return result(Verdict.WITHDRAWN if parcel.obstacle.is_final else Verdict.RETRY, parcel.obstacle.value)
        try:
            answer = await self._exchange(parcel, int(started_at.timestamp()))
        except exchange.FailedError as failure:
            return result(Verdict.RETRY, str(failure))
        except Exception:  # one parcel's trouble, foreseen or not, must not stop the others
            logger.exception("callback failed unexpectedly: delivery=%s", parcel.delivery_id)
            return result(Verdict.RETRY, INTERNAL_ERROR)
        return result(judge(answer.status), exchange.complaint(answer.status), answer)

    async def _exchange(self, parcel: Parcel, timestamp: int) -> exchange.Answer:
        rules = self._rules
        refused = refusal(parcel.url, allowed_hosts=rules.allowed_hosts, require_https=rules.require_https)
        if refused:
            raise exchange.FailedError(refused)
        try:
            headers = sign(parcel.body, parcel.secrets, parcel.event_id, timestamp, parcel.attempt, __version__)
        except UnusableSecretError as error:
            raise exchange.FailedError(Obstacle.UNSIGNABLE.value) from error
        return await exchange.post(self._session, parcel.url, parcel.body, headers, timeout=rules.timeout)


@asynccontextmanager
async def open_sender(
    rules: Rules, now: Callable[[], datetime], resolver: AbstractResolver | None = None
) -> AsyncIterator[Sender]:
    """A sender with its own connections, kept alive between deliveries and closed at the end. ``resolver``: else the system's."""
    guarded = GuardedResolver(rules.allowed_hosts, resolver)
    connector = aiohttp.TCPConnector(limit=0, resolver=guarded, keepalive_timeout=_KEEPALIVE_SECONDS)
    session = aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None),  # exchange.post keeps the time
        auto_decompress=False,
        headers={"Accept-Encoding": "identity"},
    )
    async with session:
        yield Sender(session, rules, now)

"""Notices: the provider tells the merchant's server what happened, and again by its schedule until that is acknowledged."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import aiohttp
from yarl import URL

from sandbox.faults import Fault, Faults
from sandbox.kit.ledger import Ledger
from sandbox.kit.model import Delivery, Notice, Payment
from sandbox.kit.settings import Settings
from sandbox.state import JsonObject

_AFTER_RETURN_SECONDS = 1.0
_BETWEEN_SUBJECTS_SECONDS = 0.2
_WRONG_BY = 1_000
_MOST_BODY = 500


@dataclass(frozen=True)
class Message:
    """One HTTP call as it leaves. An empty url is sent nowhere."""

    url: str
    body: str | None = None
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=lambda: {"Content-Type": "application/json; charset=UTF-8"})


@dataclass(frozen=True)
class Wanted:
    """What a notice should be: of which subject ("" = the payment), and what differs from the truth.

    `overrides` are put in before signing, null drops a field; `amount_off` is added to the amount, rightly signed; `spoilt`: the
    signature is wrong; `told_paid`: tell a success that has not happened; `options`: what else the control call said.
    """

    subject: str = ""
    overrides: JsonObject = field(default_factory=dict)
    amount_off: int = 0
    spoilt: bool = False
    told_paid: bool = False
    options: JsonObject = field(default_factory=dict)

    def apply(self, fields: JsonObject) -> JsonObject:
        """The fields with the overrides in their place."""
        merged = fields | self.overrides
        return {name: value for name, value in merged.items() if value is not None or name not in self.overrides}


class Writer(Protocol):
    """Who writes a provider's notices."""

    def notice(self, payment: Payment, wanted: Wanted) -> Message: ...
    def acknowledged(self, status: int, body: str) -> bool: ...


class Postman:
    """Delivers notices in the background and records every try with its answer."""

    def __init__(self, ledger: Ledger, settings: Settings, faults: Faults, writer: Writer, changed: Callable[[], None]) -> None:
        self._ledger = ledger
        self._settings = settings
        self._faults = faults
        self._writer = writer
        self._changed = changed
        self._session: aiohttp.ClientSession | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Opens the connection pool and takes up deliveries that a restart interrupted."""
        # No cookies, no limit: what scripts ask to be sent at once must leave at once.
        self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), cookie_jar=aiohttp.DummyCookieJar())
        for delivery in self._ledger.deliveries:
            self._in_background(delivery)

    async def stop(self) -> None:
        self.forget()
        if self._session is not None:
            await self._session.close()

    def forget(self) -> None:
        """Drops all deliveries under way."""
        for task in self._tasks:
            task.cancel()

    def tell(self, payment: Payment, subjects: list[str], mode: str, seconds: float | None = None) -> list[asyncio.Event]:
        """Starts a delivery of each subject; each event is set when its first answer (or failure) is in."""
        if mode == "none":
            return []
        slow = self._settings.slow_seconds if seconds is None else seconds
        first = time.time() + {"after_return": _AFTER_RETURN_SECONDS, "slow": slow}.get(mode, 0)
        events = []
        for place, subject in enumerate(subjects):
            delivery = Delivery(
                token=payment.token,
                subject=subject,
                spoilt=mode == "bad_signature",
                amount_off=_WRONG_BY if mode == "wrong_amount" else 0,
                repeats=1 if mode == "twice" else 0,
                next_at=first + place * _BETWEEN_SUBJECTS_SECONDS,
            )
            self._ledger.deliveries.append(delivery)
            events.append(self._in_background(delivery))
        return events

    async def send(self, message: Message, *, kind: str, subject: str = "") -> Notice:
        """One call, whatever comes of it."""
        notice = Notice(kind=kind, url=message.url, at=time.strftime("%Y-%m-%dT%H:%M:%S%z"), subject=subject)
        started = time.monotonic_ns()
        try:
            await self._exchange(message, notice)
        except TimeoutError:
            notice.error = "timeout"
        except (aiohttp.ClientError, ValueError, OSError) as error:
            notice.error = type(error).__name__
        notice.milliseconds = (time.monotonic_ns() - started) // 1_000_000
        return notice

    async def _exchange(self, message: Message, notice: Notice) -> None:
        assert self._session is not None  # noqa: S101 - started before it is given work
        request = self._session.request(
            message.method,
            URL(message.url, encoded=True),  # byte for byte as it was signed
            data=message.body.encode() if message.body is not None else None,
            headers=dict(message.headers),
            timeout=aiohttp.ClientTimeout(total=self._settings.notice_timeout),
            allow_redirects=False,
        )
        async with request as response:
            body = await response.text(errors="replace")
            notice.status, notice.body = response.status, body[:_MOST_BODY]
            notice.acknowledged = self._writer.acknowledged(response.status, body)

    def _in_background(self, delivery: Delivery) -> asyncio.Event:
        first_answer = asyncio.Event()
        task = asyncio.create_task(self._deliver(delivery, first_answer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return first_answer

    async def _deliver(self, delivery: Delivery, first_answer: asyncio.Event) -> None:
        payment = self._ledger.by_token(delivery.token)
        try:
            while payment is not None and delivery in self._ledger.deliveries:
                await asyncio.sleep(max(0.0, delivery.next_at - time.time()))
                notice = await self._try(payment, delivery)
                payment.notices.append(notice)
                self._plan_next(delivery, notice)
                self._changed()
                if delivery.next_at > time.time():
                    first_answer.set()
        finally:
            first_answer.set()

    def _plan_next(self, delivery: Delivery, notice: Notice) -> None:
        waits = self._settings.notice_intervals
        delivery.next_at = time.time()
        if notice.acknowledged and delivery.repeats:
            delivery.repeats -= 1
        elif notice.acknowledged or delivery.tries >= len(waits):
            self._ledger.deliveries.remove(delivery)
        else:
            delivery.next_at += waits[delivery.tries]
            delivery.tries += 1

    async def _try(self, payment: Payment, delivery: Delivery) -> Notice:
        fault = self._faults.take("notice")
        mode = fault.mode if fault else ""
        wanted = Wanted(
            subject=delivery.subject,
            spoilt=delivery.spoilt or mode == "garbage",
            amount_off=_WRONG_BY if mode == "tampered" else delivery.amount_off,
        )
        message = self._writer.notice(payment, wanted)
        if mode == "drop" or not message.url:
            error = "dropped by a fault" if mode == "drop" else "no address to tell"
            return Notice("auto", message.url, time.strftime("%Y-%m-%dT%H:%M:%S%z"), delivery.subject, error=error)
        if fault and mode == "slow":
            await asyncio.sleep(fault.seconds)
        return _lose_answer(await self.send(message, kind="auto", subject=delivery.subject), fault)


def _lose_answer(notice: Notice, fault: Fault | None) -> Notice:
    if fault and fault.mode in {"500", "lost"}:
        notice.status, notice.body, notice.acknowledged, notice.error = None, "", False, "answer lost by a fault"
    return notice

"""The client systems' own servers, in the place of aiohttp's session: they verify, remember, and answer as their mood is."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import aiohttp

# The shortest wait between two tries is four seconds; some hands may send it once more in between.
_AT_ONCE, _MOST_AT_ONCE = timedelta(seconds=2), 5
MOODS = ("well", "500", "hang", "reset", "lost", "410", "429")


@dataclass
class Arrival:
    """One POST that came in, and the status that the sender saw (0: none)."""

    event_id: str
    sequence: int
    transaction_id: str
    status: int
    body: dict[str, Any]
    at: datetime


@dataclass
class Receiver:
    """One address. ``mood``: what it does with the next POST."""

    url: str
    secret: str
    strict: bool = False
    is_endpoint: bool = False
    mood: str = "well"
    was_gone: bool = False
    arrivals: list[Arrival] = field(default_factory=list)

    def delivered(self) -> set[str]:
        """Events that were answered with 2xx."""
        return {one.event_id for one in self.arrivals if 200 <= one.status < 300}

    def refused_for_good(self) -> set[str]:
        """Events that were answered with 410."""
        return {one.event_id for one in self.arrivals if one.status == 410}


@dataclass
class Answering:
    """As much of aiohttp's response as the exchange reads."""

    status: int
    headers: dict[str, str]

    @property
    def content(self) -> Answering:
        return self

    async def read(self, _most: int) -> bytes:
        """No body."""
        return b""

    def at_eof(self) -> bool:
        """Nothing more comes."""
        return True

    def release(self) -> None:
        """Nothing is held."""

    close = release


class Receivers:
    """All addresses. What is wrong with a POST is written into ``falsehoods``."""

    def __init__(self, look: Callable[[], datetime]) -> None:
        self._look = look
        self.known: dict[str, Receiver] = {}
        self.falsehoods: list[str] = []
        # Pairs that may be delivered once more: their sender died, or somebody asked for it.
        self.excused: set[tuple[str, str]] = set()
        self.sent_by: dict[str, list[tuple[str, str]]] = {}

    def add(self, receiver: Receiver) -> Receiver:
        """A new address."""
        self.known[receiver.url] = receiver
        return receiver

    def excuse(self, sender: str) -> None:
        """What this process sent may be sent again."""
        self.excused.update(self.sent_by.get(sender, ()))

    def take(self, sender: str, url: str, data: bytes, headers: Mapping[str, str]) -> Answering:
        """One POST by a process. Raises what aiohttp would."""
        receiver = self.known[url]
        event_id = headers["webhook-id"]
        self._verify(receiver, data, headers)
        before = receiver.delivered()
        if event_id in before and (event_id, url) not in self.excused:
            self.falsehoods.append(f"{event_id} came to {url} again after it was answered with 2xx")
        if receiver.mood == "well":
            self.excused.discard((event_id, url))
        self.sent_by.setdefault(sender, []).append((event_id, url))
        self._remember(receiver, event_id, json.loads(data))
        return self._answer(receiver)

    def _verify(self, receiver: Receiver, data: bytes, headers: Mapping[str, str]) -> None:
        """Standard Webhooks, written here a second time."""
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + data
        key = base64.b64decode(receiver.secret.removeprefix("whsec_"))
        wanted = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        if wanted not in headers["webhook-signature"].split():
            self.falsehoods.append(f"{headers['webhook-id']} came to {receiver.url} with a signature that is not ours")

    def _remember(self, receiver: Receiver, event_id: str, body: dict[str, Any]) -> None:
        status = {"well": 204, "500": 500, "410": 410, "429": 429}.get(receiver.mood, 0)
        payment, sequence = str(body["data"]["transaction_id"]), int(body["sequence"])
        if receiver.strict and not receiver.was_gone and status == 204:
            later = [one.sequence for one in receiver.arrivals if one.transaction_id == payment and one.status == 204]
            if event_id not in receiver.delivered() and later and max(later) > sequence:
                self.falsehoods.append(f"{payment} at {receiver.url}: {sequence} came after {max(later)}, order is strict")
        known = [one for one in receiver.arrivals if one.event_id == event_id]
        if known and known[0].body != body:
            self.falsehoods.append(f"{event_id} has changed between two tries")
        just_now = [one for one in known if one.at > self._look() - _AT_ONCE]
        if len(just_now) >= _MOST_AT_ONCE:
            self.falsehoods.append(f"{event_id} came to {receiver.url} {len(just_now) + 1} times at once")
        receiver.arrivals.append(Arrival(event_id, sequence, payment, status, body, self._look()))

    def _answer(self, receiver: Receiver) -> Answering:
        mood = receiver.mood
        if mood == "hang":
            raise TimeoutError
        if mood in ("reset", "lost"):
            raise aiohttp.ServerDisconnectedError
        if mood == "410":
            receiver.was_gone = True
            receiver.mood = "well"  # one word is enough
            return Answering(410, {})
        if mood == "429":
            return Answering(429, {"Retry-After": "90"})
        return Answering(500 if mood == "500" else 204, {})


@dataclass(frozen=True)
class Session:
    """As much of ``aiohttp.ClientSession`` as the exchange uses, for one process."""

    receivers: Receivers
    sender: str

    async def post(self, url: str, *, data: bytes, headers: Mapping[str, str], allow_redirects: bool) -> Answering:
        """To the address that is known by this URL; a redirect is never asked for."""
        assert not allow_redirects
        return self.receivers.take(self.sender, url, data, headers)

"""Clients that create payments and a provider that tells of them, in threads; both repeat themselves until they are heard."""

from __future__ import annotations

import http.client
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.factories.live import Answer, Shop
from tests.payloads.vnpay_sign import ipn_fields, sign

_PATIENCE = 90  # seconds that anybody goes on repeating the same thing
_PAUSE = 0.05
CUT_OFF = "cut off"


class Traffic:
    """``orders``: {order id: payment id} of what was paid and acknowledged. ``answers``: how often (asked, answer) came."""

    def __init__(self, shop: Shop, clients: int = 4) -> None:
        self.shop = shop
        self.orders: dict[str, str] = {}
        self.answers: Counter[tuple[str, int | str]] = Counter()
        self.longest: Any = 0
        self._failures: list[BaseException] = []
        self._enough, self._lock = threading.Event(), threading.Lock()
        self._threads = [threading.Thread(target=self._client) for _ in range(clients)]

    def __enter__(self) -> Traffic:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._enough.set()
        for thread in self._threads:
            thread.join(2 * _PATIENCE)
        if self._failures:
            raise self._failures[0]

    def more(self, count: int) -> None:
        """Wait until so many more payments are done."""
        wanted, deadline = len(self.orders) + count, time.monotonic() + _PATIENCE
        while len(self.orders) < wanted and not self._failures:
            assert time.monotonic() < deadline, f"{len(self.orders)} of {wanted} are done: {self.answers}"
            time.sleep(_PAUSE)

    def troubles(self) -> dict[tuple[str, int | str], int]:
        """Answers other than the good ones."""
        return {answer: count for answer, count in self.answers.items() if answer not in (("create", 201), ("notice", "00"))}

    def _client(self) -> None:
        try:
            while not self._enough.is_set():
                self._one_order()
        except BaseException as error:  # noqa: BLE001 - handed to the test
            self._failures.append(error)

    def _one_order(self) -> None:
        order = f"ORD-{secrets.token_hex(8)}"
        created = self._stubborn("create", lambda: self.shop.post(order_id=order, key=order), lambda answer: answer.status, {201})
        query = self._paid(created.data)
        path = f"{self.shop.notify_path}?{query}"
        self._stubborn(
            "notice", lambda: self.shop.live.web.call("GET", path), lambda answer: answer.json["RspCode"], {"00", "02"}
        )
        with self._lock:
            self.orders[order] = created.data["transaction_id"]

    def _paid(self, payment: dict[str, Any]) -> str:
        """The provider's notice of it, signed by the tests' own code."""
        [reference] = parse_qs(urlsplit(payment["payment_url"]).query)["vnp_TxnRef"]
        role, number = self.shop.role, str(10_000_000 + secrets.randbelow(80_000_000))
        return sign(
            ipn_fields(tmn_code=role.tmn_code, reference=reference, amount=payment["amount"], number=number), role.hash_secret
        )

    def _stubborn(self, what: str, ask: Callable[[], Answer], read: Callable[[Answer], Any], good: set[Any]) -> Answer:
        """The first good answer."""
        deadline = time.monotonic() + _PATIENCE
        while True:
            began = time.monotonic()
            try:
                answer = ask()
                said = read(answer)
            except (OSError, http.client.HTTPException):
                said = CUT_OFF
            with self._lock:
                self.answers[what, said] += 1
                self.longest = max(self.longest, time.monotonic() - began)
            if said in good:
                return answer
            assert time.monotonic() < deadline, f"never answered well: {what} {said}"
            time.sleep(_PAUSE)

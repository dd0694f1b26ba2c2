"""Payers who come at a steady pace: a create by the shop, our page opened, its first choice taken as a browser takes it."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any, TypeVar
from urllib.parse import urlencode

from tests.factories.bench import ORDER
from tests.factories.live import Answer, Web, call
from tests.factories.world import Role

T = TypeVar("T")
_AT_ONCE = 64


class ChoicePage(HTMLParser):
    """The first form of a page: its hidden fields, and its buttons in their order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.choices: list[tuple[str, str]] = []
        self._inside = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Called by the parser."""
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = not self.choices
        elif self._inside and tag == "input":
            self.fields[found["name"]] = found.get("value", "")
        elif self._inside and tag == "button":
            self.choices.append((found["name"], found["value"]))

    def handle_endtag(self, tag: str) -> None:
        """Called by the parser."""
        if tag == "form":
            self._inside = False


@dataclass(frozen=True)
class Visit:
    """What one payer met: the provider that stood first, and where the choice led ("" where it led nowhere)."""

    transaction_id: str
    first_choice: str
    status: int
    location: str
    landed: int

    @property
    def arrived(self) -> bool:
        """Whether the payer stands before a provider's page, or ours for that provider."""
        return self.status == 302 and self.landed == 200


def visit(web: Web, role: Role, order_id: str) -> Visit:
    """One payer, from the shop's create to the page where the payment is made."""
    body = {**ORDER, "order_id": order_id}
    created = web.call("POST", f"{role.base}/transactions", body, role.headers)
    assert created.status == 201, created.text
    assert created.data["payment_url"] == f"{web.base}/pay/{created.data['transaction_id']}"
    return choose(web, created.data["transaction_id"])


def choose(web: Web, transaction_id: str) -> Visit:
    """The payer opens our page and takes what stands first on it."""
    address = f"{web.base}/pay/{transaction_id}"
    page = call("GET", address)
    assert page.status == 200, page.text
    form = ChoicePage(page.text)
    name, value = form.choices[0]
    headers = {"Cookie": _cookie(page), "Referer": address}
    chosen = call("POST", address, urlencode({**form.fields, name: value}), headers)
    location = chosen.headers.get("location", "") if chosen.status == 302 else ""
    landed = call("GET", location).status if location else 0
    return Visit(transaction_id, value, chosen.status, location, landed)


def _cookie(page: Answer) -> str:
    return page.headers["set-cookie"].partition(";")[0]


def steadily(jobs: int, *, per_second: int, do: Callable[[int], T]) -> list[T]:
    """``do(0)``, ``do(1)`` ... begun at an even pace, however long each takes; their results. The first failure is raised."""
    started = time.monotonic()
    futures: list[Any] = []
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for number in range(jobs):
            time.sleep(max(0, started + number / per_second - time.monotonic()))
            futures.append(pool.submit(do, number))
    return [future.result() for future in futures]

"""What the world remembers: tenants, orders, what clients asked and heard. Nothing here is read from the service's tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.factories.provider_words import WORDS, ProviderWords
from tests.factories.world import Role
from tests.world.receivers import Receiver

ALL = tuple(WORDS)


class Falsehood(AssertionError):
    """What the service did is not true to what happened outside."""


@dataclass
class Shop:
    """A tenant with its accounts: provider code -> (our account id, the provider's identifier)."""

    role: Role
    accounts: dict[str, tuple[str, str]]
    default: Receiver
    extra: list[Receiver] = field(default_factory=list)
    endpoint_ids: dict[str, str] = field(default_factory=dict)


@dataclass
class Heard:
    """One answer to a request; status 0 where none came (the process died)."""

    status: int
    code: str
    data: Mapping[str, Any]
    at: datetime


@dataclass
class Request:
    """One thing that a client asks, as often as it asks it. ``unsure``: it never heard how it ended."""

    shop: Shop
    kind: str
    path: str
    body: dict[str, Any]
    key: str | None = None
    answers: list[Heard] = field(default_factory=list)
    began: datetime | None = None

    @property
    def unsure(self) -> bool:
        """It was never told to be done, and the newest try has no definite answer: none at all, in work, or fate unknown."""
        return bool(self.answers) and not self.good() and self.answers[-1].status in (0, 409, 502, 503)

    @property
    def was_unheard(self) -> bool:
        """Whether an answer of it was lost: what it made, the client may never have been told."""
        return any(one.status == 0 for one in self.answers)

    def good(self) -> list[Heard]:
        """The answers that said it was done."""
        return [one for one in self.answers if 200 <= one.status < 300]


@dataclass
class Order:
    """One order and the payment that was made of it."""

    shop: Shop
    words: ProviderWords
    amount: int
    create: Request
    transaction_id: str = ""
    # Payments of the same order that had ended when it was created anew.
    earlier: list[str] = field(default_factory=list)
    payment_url: str = ""
    qr_code: str = ""
    reference: str = ""
    is_visited: bool = False
    refunds: list[Request] = field(default_factory=list)
    portal_refunds: int = 0


@dataclass
class Truth:
    """Everything that was seen from outside during one seed."""

    shops: list[Shop] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    # Manual refunds that two people said were transferred, by refund id; and those of whom nobody heard whether it was noted.
    by_hand: set[str] = field(default_factory=set)
    perhaps_by_hand: set[str] = field(default_factory=set)

    def alive(self) -> list[Order]:
        """Orders whose payment exists."""
        return [order for order in self.orders if order.transaction_id]

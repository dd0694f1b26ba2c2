"""Chance with a seed: amounts, moments, numbers and references that are never drawn twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from random import Random

from tests.factories.planted.world import VIETNAM
from transactions.providers import memo

_BEGINNING = 6
_BASE32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class Draw:
    """One seed's chance."""

    def __init__(self, seed: int, name: str) -> None:
        self.random = Random(f"{name} {seed}")
        self._seed = seed
        self._taken: set[str] = set()
        self._numbers = 10_000_000 + seed * 1_000_000

    def amount(self) -> int:
        """Mostly a price, often one that many orders have."""
        usual = (50_000, 99_000, 100_000, 199_000, 250_000, 500_000)
        return self.random.choice(usual) if self.random.random() < 0.5 else self.odd()

    def odd(self) -> int:
        """An amount that few orders have."""
        return self.random.randrange(20_001, 4_999_999)

    def moment(self, day: date, first: str = "00:30:00", last: str = "21:30:00") -> datetime:
        """A second of the day by Vietnam's clocks, never the same twice."""
        start, end = (datetime.combine(day, time.fromisoformat(one), tzinfo=VIETNAM) for one in (first, last))
        while True:
            found = start + timedelta(seconds=self.random.randrange(int((end - start).total_seconds()) + 1))
            if self._fresh(f"at {found}"):
                return found

    def number(self) -> str:
        """A provider's number: they grow."""
        self._numbers += self.random.randrange(1, 40)
        return str(self._numbers)

    def bank_number(self, day: date) -> str:
        return f"FT{day:%y%j}{self.number()}"

    def reference(self) -> str:
        """As the service names an order at VNPay: 13 characters of base 32."""
        return self._new(lambda: "0" + "".join(self.random.choice(_BASE32) for _ in range(12)))

    def request(self) -> str:
        """As the service names a refund."""
        return self._new(lambda: f"{self.random.getrandbits(120):030x}")

    def memo_reference(self) -> str:
        """As the service names an order in the memo of a transfer. Its beginning is no other's, so that a cut one tells still."""
        while True:
            text = memo.reference(self.random.randrange(32**5, 32**6))
            if self._fresh(text[:_BEGINNING]):
                return text

    def alike(self) -> tuple[str, str]:
        """Two such names that begin alike."""
        while True:
            number = self.random.randrange(32**5, 32**6) // 32 * 32
            names = memo.reference(number), memo.reference(number + self.random.randrange(1, 32))
            if self._fresh(names[0][:_BEGINNING]):
                return names

    def some(self, least: int, most: int) -> range:
        return range(self.random.randint(least, most))

    def _new(self, make: Callable[[], str]) -> str:
        while True:
            text = make()
            if self._fresh(text):
                return text

    def _fresh(self, text: str) -> bool:
        if text in self._taken:
            return False
        self._taken.add(text)
        return True

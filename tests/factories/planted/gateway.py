"""A provider that lists payments and refunds by number and reference, with fees, in its own columns; a story of two weeks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from tests.factories.planted.calendar import LAST, is_late_at_the_end, next_business_day, story_days
from tests.factories.planted.draw import Draw
from tests.factories.planted.world import Fees, Line, Record, World

_DAY = timedelta(days=1)
_PROVIDERS = ("vnpay", "momo", "zalopay", "napas")
_WRONG_STATUS = ("failed", "pending", "reversed")


class Gateway:
    """Plants one world."""

    def __init__(self, seed: int) -> None:
        self.draw = Draw(seed, "gateway")
        random = self.draw.random
        fees = Fees(random.choice((80, 110, 175, 220)), random.choice((0, 1_000, 1_650)), random.choice((0, 800, 1_000)))
        self.world = World(seed, _PROVIDERS[seed % len(_PROVIDERS)], fees, random.choice(("00:00", "23:00")), story_days())

    def plant(self) -> World:
        for day in self.world.days:
            for _ in self.draw.some(4, 12):
                self.well(day)
            for story in self.draw.random.sample(STORIES, k=min(len(STORIES), self.draw.random.randint(3, 7))):
                self.tell(story, day)
        for story in STORIES:  # each at least once
            self.tell(story, self.draw.random.choice(self.world.days[:-2]))
        self.tell(Gateway.on_its_way, LAST)
        return self.world

    def tell(self, story: Callable[[Gateway, date], None], day: date) -> None:
        self.world.told[story.__name__] += 1
        story(self, day)

    # -- what agrees ---------------------------------------------------------------------------------------------------

    def well(self, day: date) -> None:
        """A payment, listed as it is."""
        self.both(self.receipt(day))

    def refunded_well(self, day: date) -> None:
        """A refund by API, listed with both numbers and our request."""
        refund = self.refund(day)
        self.add(refund, self.refund_line(refund))

    def refund_named_by_its_payment(self, day: date) -> None:
        """A refund of which we hold no number; the line has only its payment's."""
        refund = self.refund(day, number=None)
        self.add(refund, self.refund_line(refund, number=self.draw.number(), reference=""))

    def number_unknown_to_us(self, day: date) -> None:
        """Our books have no number of it: our reference tells, also with case and spaces lost or words before it."""
        receipt = replace(self.receipt(day), number=None)
        spoil = self.draw.random.choice((str, str.lower, lambda text: f"DH {text}", lambda text: " ".join(text)))
        line = self.line(receipt, number=self.draw.number())
        self.add(receipt, replace(line, reference=spoil(receipt.name)))

    def split(self, day: date) -> None:
        """One payment in two or three lines, all under its reference."""
        receipt = replace(self.receipt(day), number=None, amount=self.draw.odd() + 100_000)
        parts = self.parts(receipt.amount)
        lines = [self.line(receipt, number=self.draw.number(), amount=part, at=self.draw.moment(day)) for part in parts]
        # The fee of the whole stands in the first line.
        fee = self.world.fees.of(receipt.amount)
        lines = [replace(one, fee=fee if place == 0 else 0) for place, one in enumerate(lines)]
        self.world.records.append(receipt)
        self.world.lines += lines
        self.world.match(lines, [receipt])

    def at_the_border(self, day: date) -> None:
        """Paid around the cut-off and at midnight: whatever day it is of, both sides say the same."""
        if day == LAST:
            return
        for first, last in (
            ("22:58:00", "22:59:59"),
            ("23:00:00", "23:05:00"),
            ("23:55:00", "23:59:59"),
            ("00:00:00", "00:05:00"),
        ):
            self.both(self.receipt(day, first, last))

    def listed_a_day_later(self, day: date) -> None:
        """The line is missing in the file of its day and comes with that of the next day: late, and then well."""
        if day >= LAST - _DAY:
            return
        receipt = self.receipt(day)
        self.late(receipt, self.line(receipt, listed=day + _DAY))

    def listed_after_the_holidays(self, day: date) -> None:
        """The line comes on the next business day, over weekend and Tết: late all the time, never missing."""
        after = next_business_day(day)
        if after > LAST:
            return
        receipt = self.receipt(day)
        self.late(receipt, self.line(receipt, listed=after))

    def booked_after_midnight(self, day: date) -> None:
        """Paid just before the border of the day, booked just after it."""
        if day >= LAST - _DAY:
            return
        edge = ("22:57:00", "22:59:30") if self.world.cutoff == "23:00" else ("23:57:00", "23:59:30")
        receipt = self.receipt(day, *edge)
        line = self.line(receipt, at=receipt.at + timedelta(minutes=5), listed=day + _DAY)
        self.late(receipt, line)

    # -- what does not -------------------------------------------------------------------------------------------------

    def missing_at_provider(self, day: date) -> None:
        receipt = self.receipt(day)
        self.world.records.append(receipt)
        self.world.expect("timing" if is_late_at_the_end(day) else "missing_at_provider", receipt)

    def on_its_way(self, day: date) -> None:
        """Of the last day: its line may still come."""
        self.missing_at_provider(day)

    def refund_missing_at_provider(self, day: date) -> None:
        refund = self.refund(day)
        self.world.records.append(refund)
        self.world.expect("timing" if is_late_at_the_end(day) else "missing_at_provider", refund)

    def missing_in_system(self, day: date) -> None:
        """Money of an order that we never heard of."""
        line = self.stranger(day)
        self.world.lines.append(line)
        self.world.expect("missing_in_system", line)

    def amount(self, day: date) -> None:
        receipt = self.receipt(day)
        theirs = receipt.amount + self.draw.random.choice((-1, 1, -1_000, 1_000, 10_000))
        self.add(receipt, line := self.line(receipt, amount=theirs, fee=self.world.fees.of(theirs)))
        self.world.expect("amount", line, abs(theirs - receipt.amount))

    def refund_amount(self, day: date) -> None:
        refund = self.refund(day)
        self.add(refund, line := self.refund_line(refund, amount=refund.amount + 1_000))
        self.world.expect("amount", line, 1_000)

    def fee(self, day: date) -> None:
        receipt = self.receipt(day)
        off = self.draw.random.choice((-1, 1, 110, 2_500))
        self.add(receipt, line := self.line(receipt, fee=max(0, self.world.fees.of(receipt.amount) + off)))
        self.world.expect("fee", line, abs(line.fee - self.world.fees.of(receipt.amount)))

    def their_status(self, day: date) -> None:
        """We have the money, they say that it failed."""
        receipt = self.receipt(day)
        self.add(receipt, line := self.line(receipt, status=self.draw.random.choice(_WRONG_STATUS)))
        self.world.expect("status", line)

    def our_status(self, day: date) -> None:
        """They took the money for an order that failed, or still waits, with us."""
        order = replace(self.receipt(day), kind="order", number=None, status=self.draw.random.choice(("failed", "pending")))
        line = self.line(order, number=self.draw.number())
        self.world.records.append(order)
        self.world.lines.append(line)
        self.world.expect("status", line)

    def refund_status(self, day: date) -> None:
        """They have given back what still is on its way with us."""
        refund = self.refund(day, status="processing")
        self.add(refund, line := self.refund_line(refund))
        self.world.expect("status", line)

    def duplicate(self, day: date) -> None:
        receipt = self.receipt(day)
        line = self.line(receipt)
        self.add(receipt, line)
        self.world.lines.append(line)
        self.world.expect("duplicate", line)

    def currency(self, day: date) -> None:
        receipt = self.receipt(day)
        self.add(receipt, line := self.line(receipt, currency=self.draw.random.choice(("USD", "JPY"))))
        self.world.expect("currency", line)

    def portal_refund(self, day: date) -> None:
        """Given back by hand in the provider's portal: we know the payment, not the refund."""
        receipt = self.receipt(day)
        self.both(receipt)
        line = self.refund_line(
            replace(receipt, kind="refund", of=receipt.name, amount=receipt.amount // 2), number=self.draw.number()
        )
        line = replace(line, reference="", original=receipt.number or "")
        self.world.lines.append(line)
        self.world.expect("refund_unknown", line)

    def refund_of_a_stranger(self, day: date) -> None:
        line = replace(self.stranger(day), kind="refund", fee=0, original=self.draw.number())
        self.world.lines.append(line)
        self.world.expect("refund_unknown", line)

    # -- how it is written ---------------------------------------------------------------------------------------------

    def receipt(self, day: date, first: str = "00:30:00", last: str = "21:30:00") -> Record:
        at = self.draw.moment(day, first, last)
        return Record("receipt", self.draw.reference(), self.draw.amount(), at, self.draw.number())

    def refund(self, day: date, *, number: str | None = "", status: str = "completed") -> Record:
        """A refund of a payment of the same day that agrees."""
        receipt = self.receipt(day, "00:30:00", "10:00:00")
        self.both(receipt)
        part = self.draw.random.choice((receipt.amount, receipt.amount // 2, 10_000))
        own = self.draw.number() if number == "" else number
        return Record("refund", self.draw.request(), part, self.draw.moment(day, "11:00:00"), own, receipt.name, status)

    def line(self, receipt: Record, **changes: object) -> Line:
        given = {
            "listed": receipt.at.date(), "kind": "payment", "amount": receipt.amount, "at": receipt.at,
            "number": receipt.number or "", "reference": receipt.name, "fee": self.world.fees.of(receipt.amount),
        }  # fmt: skip
        return Line(**{**given, **changes})  # type: ignore[arg-type]

    def refund_line(self, refund: Record, **changes: object) -> Line:
        payment = next(one for one in self.world.records if one.name == refund.of)
        given = {
            "listed": refund.at.date(), "kind": "refund", "amount": refund.amount, "at": refund.at, "number": refund.number or "",
            "reference": refund.name, "payment_reference": refund.of, "original": payment.number or "",
        }  # fmt: skip
        return Line(**{**given, **changes})  # type: ignore[arg-type]

    def stranger(self, day: date) -> Line:
        amount = self.draw.amount()
        return Line(
            day,
            "payment",
            amount,
            self.draw.moment(day),
            self.draw.number(),
            self.draw.reference(),
            fee=self.world.fees.of(amount),
        )

    def parts(self, whole: int) -> list[int]:
        first = self.draw.random.randrange(10_000, whole - 20_000)
        rest = whole - first
        if self.draw.random.random() < 0.5:
            return [first, rest]
        second = self.draw.random.randrange(1, rest)
        return [first, second, rest - second]

    def both(self, receipt: Record) -> None:
        self.add(receipt, self.line(receipt))

    def add(self, record: Record, line: Line) -> None:
        """On both sides, and the same thing."""
        self.world.records.append(record)
        self.world.lines.append(line)
        self.world.match([line], [record])

    def late(self, receipt: Record, line: Line) -> None:
        self.add(receipt, line)
        self.world.closed.append(("timing", receipt.key, receipt.amount))


STORIES: list[Callable[[Gateway, date], None]] = [
    Gateway.refunded_well, Gateway.refund_named_by_its_payment, Gateway.number_unknown_to_us, Gateway.split,
    Gateway.at_the_border,
    Gateway.listed_a_day_later, Gateway.listed_after_the_holidays, Gateway.booked_after_midnight, Gateway.missing_at_provider,
    Gateway.refund_missing_at_provider, Gateway.missing_in_system, Gateway.amount, Gateway.refund_amount, Gateway.fee,
    Gateway.their_status, Gateway.our_status, Gateway.refund_status, Gateway.duplicate, Gateway.currency, Gateway.portal_refund,
    Gateway.refund_of_a_stranger,
]  # fmt: skip


def plant(seed: int) -> World:
    """The world of this seed."""
    return Gateway(seed).plant()

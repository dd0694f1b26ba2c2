"""A bank account whose transfers name orders in their memos, more or less; its story of two weeks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from tests.factories.planted import memos
from tests.factories.planted.calendar import LAST, is_late_at_the_end, story_days
from tests.factories.planted.draw import Draw
from tests.factories.planted.sums import Loose, is_as_planted
from tests.factories.planted.world import Fees, Line, Record, World

_DAY = timedelta(days=1)
_TRIES = 50


class Transfers:
    """Plants one world. ``loose`` is what no name ties to anything: only amounts can."""

    def __init__(self, seed: int, again: int = 0) -> None:
        self.draw = Draw(seed, f"transfers {again}")
        self.world = World(seed, "vietqr", Fees(0, 0, 0), self.draw.random.choice(("00:00", "23:00")), story_days())
        self.loose = Loose()

    def plant(self) -> World:
        for day in self.world.days:
            for _ in self.draw.some(2, 6):
                self.well(day)
            for _ in self.draw.some(2, 6):
                self.tell(Transfers.named_somehow, day)
            for story in self.draw.random.sample(STORIES, k=self.draw.random.randint(3, 7)):
                self.tell(story, day)
        for story in STORIES:  # each at least once
            self.tell(story, self.draw.random.choice(self.world.days[:-2]))
        return self.world

    def tell(self, story: Callable[[Transfers, date], None], day: date) -> None:
        self.world.told[story.__name__] += 1
        story(self, day)

    # -- what agrees ---------------------------------------------------------------------------------------------------

    def well(self, day: date) -> None:
        """The bank's statement has the number that its notice had."""
        receipt = self.receipt(day)
        self.add(receipt, self.line(receipt, number=receipt.number, memo=receipt.name))

    def named_somehow(self, day: date) -> None:
        """No number; the reference with marks, spaces, words, look-alikes or other texts about it, or its end cut off."""
        receipt = self.receipt(day)
        style = self.draw.random.choice(memos.STYLES)
        self.add(receipt, self.line(receipt, memo=style(receipt.name, self.draw.random)), ambiguous=True)

    def cut_off(self, day: date) -> None:
        """The bank keeps so many characters of a memo, and the reference was at its end."""
        receipt = self.receipt(day)
        self.add(receipt, self.line(receipt, memo=memos.cut_off(receipt.name, self.draw.random)), ambiguous=True)

    def several_orders(self, day: date) -> None:
        """One transfer for two or three orders, all of them named."""
        receipts = [self.receipt(day) for _ in self.draw.some(2, 3)]
        names = [one.name for one in receipts]
        whole = replace(receipts[0], amount=sum(one.amount for one in receipts))
        line = self.line(whole, memo=memos.several(names, self.draw.random))
        self.group([line], receipts, ambiguous=True)

    def split(self, day: date) -> None:
        """One order, one receipt, two transfers that name it."""
        receipt = replace(self.receipt(day), number=None, amount=self.draw.odd() + 50_000)
        first = self.draw.random.randrange(10_000, receipt.amount - 10_000)
        parts = [first, receipt.amount - first]
        lines = [self.line(receipt, amount=part, at=self.draw.moment(day), memo=self.memo(receipt.name)) for part in parts]
        self.group(lines, [receipt], ambiguous=True)

    def booked_the_next_day(self, day: date) -> None:
        """Told late in the evening, booked after midnight."""
        if day >= LAST - _DAY:
            return
        receipt = self.receipt(day, "22:10:00", "22:58:00")
        line = self.line(
            receipt, at=self.draw.moment(day + _DAY, "00:00:05", "00:25:00"), memo=self.memo(receipt.name), listed=day + _DAY
        )
        self.add(receipt, line, ambiguous=True)
        self.world.closed.append(("timing", receipt.key, receipt.amount))

    def paid_twice(self, day: date) -> None:
        """Two transfers of the whole for one order, each with the number that was told."""
        first = self.receipt(day)
        second = replace(first, kind="again", number=self.draw.bank_number(day), at=self.draw.moment(day))
        for receipt in (first, second):
            self.add(receipt, self.line(receipt, number=receipt.number, memo=first.name))

    def by_amount_and_time(self, day: date) -> None:
        """Nothing is named, or wrongly, but only one receipt of that hour has the amount."""
        receipt = replace(self.receipt(day, "02:00:00", "19:00:00"), amount=self.draw.odd())
        words = self.draw.random.choice(
            ("NGUYEN THI ANH chuyen tien", "", memos.mistyped(receipt.name, self.draw.random) + " cam on")
        )
        line = self.line(receipt, at=receipt.at + timedelta(seconds=self.draw.random.randrange(2, 600)), memo=words)
        self.add(receipt, line, ambiguous=True)
        self.loose.pair(line, receipt)

    def lump(self, day: date) -> None:
        """One credit for several receipts; only one choice of the day's adds up to it."""
        receipts = [replace(self.receipt(day), amount=self.draw.odd()) for _ in self.draw.some(2, 5)]
        line = self.line(replace(receipts[0], amount=sum(one.amount for one in receipts)), memo="TT gop trong ngay")
        self.group([line], receipts)
        self.loose.sum_of(line, receipts, choices=1)

    def refunded_by_hand(self, day: date) -> None:
        """Staff transferred a refund and said under which number of the bank."""
        receipt = self.receipt(day, "00:30:00", "10:00:00")
        self.add(receipt, self.line(receipt, number=receipt.number, memo=receipt.name))
        number, at = self.draw.bank_number(day), self.draw.moment(day, "11:00:00")
        refund = Record("refund", self.draw.request(), receipt.amount, at, number, receipt.name, "manual")
        self.add(refund, Line(day, "debit", refund.amount, at, number, memo=f"Hoan tien {receipt.name}"))

    def our_own_spending(self, day: date) -> None:
        """Money that we send elsewhere is no business of payments."""
        self.world.lines.append(
            Line(day, "debit", self.draw.odd(), self.draw.moment(day), self.draw.bank_number(day), memo="Phi SMS")
        )

    # -- what does not -------------------------------------------------------------------------------------------------

    def missing_at_provider(self, day: date) -> None:
        receipt = replace(self.receipt(day), amount=self.draw.odd())
        self.missing(receipt, day)

    def unidentified_money(self, day: date) -> None:
        """A credit that names nothing, of which we were never told."""
        self.nameless(day, self.draw.odd(), "NGUYEN VAN BINH CK")

    def names_no_order_of_ours(self, day: date) -> None:
        """A memo with a reference as ours are made, of an order that does not exist."""
        receipt = self.receipt(day)
        line = self.line(receipt, memo=self.memo(receipt.name))
        self.world.lines.append(line)
        self.world.expect("unidentified_money", line)

    def our_status(self, day: date) -> None:
        """The order that the memo names still waits, or failed, with us."""
        order = replace(self.receipt(day), kind="order", number=None, status=self.draw.random.choice(("failed", "pending")))
        line = self.line(order, number=self.draw.bank_number(day), memo=self.memo(order.name))
        self.world.records.append(order)
        self.world.lines.append(line)
        self.world.expect("status", line)

    def amount(self, day: date) -> None:
        """The memo names the order, the amount is another."""
        receipt = self.receipt(day)
        line = self.line(receipt, amount=receipt.amount + 5_000, memo=f"Thanh toan {receipt.name}")
        self.add(receipt, line)
        self.world.expect("amount", line, 5_000)

    def duplicate(self, day: date) -> None:
        receipt = self.receipt(day)
        line = self.line(receipt, number=receipt.number, memo=receipt.name)
        self.add(receipt, line)
        self.world.lines.append(line)
        self.world.expect("duplicate", line)

    # -- what nobody can tell, and must be left alone ------------------------------------------------------------------

    def two_beginnings(self, day: date) -> None:
        """Two orders whose references begin alike, of one amount, and two memos that were cut there."""
        names = self.draw.alike()
        receipts = [replace(self.receipt(day), name=name, amount=150_000) for name in names]
        for receipt in receipts:
            line = self.line(receipt, at=self.draw.moment(day), memo=f"CK DON HANG {receipt.name[:7]}")
            self.world.lines.append(line)
            self.world.expect("unidentified_money", line)
            self.missing(receipt, day)

    def twins(self, day: date) -> None:
        """Two payers, one amount, one hour, no memo."""
        first, amount = self.receipt(day, "03:00:00", "19:00:00"), self.draw.odd()
        for minutes in (0, 3):
            receipt = replace(self.receipt(day), at=first.at + timedelta(minutes=minutes, seconds=1), amount=amount)
            self.missing(receipt, day)
            self.nameless(day, amount, "", at=receipt.at + timedelta(seconds=40 + minutes), twin=True)

    def two_sums(self, day: date) -> None:
        """A credit that two choices of receipts add up to."""
        first, second, off = self.draw.odd(), self.draw.odd(), self.draw.random.randrange(1_001, 19_000)
        receipts = [replace(self.receipt(day), amount=one) for one in (first, second, first - off, second + off)]
        for receipt in receipts:
            self.missing(receipt, day)
        line = self.nameless(day, first + second, "TT gop")
        self.loose.sum_of(line, receipts[:2], choices=2)

    # -- how it is written ---------------------------------------------------------------------------------------------

    def receipt(self, day: date, first: str = "00:30:00", last: str = "21:30:00") -> Record:
        at = self.draw.moment(day, first, last)
        return Record("receipt", self.draw.memo_reference(), self.draw.amount(), at, self.draw.bank_number(day))

    def line(self, receipt: Record, **changes: object) -> Line:
        given = {"listed": receipt.at.date(), "kind": "credit", "amount": receipt.amount, "at": receipt.at}
        return Line(**{**given, **changes})  # type: ignore[arg-type]

    def memo(self, name: str) -> str:
        return self.draw.random.choice(memos.STYLES)(name, self.draw.random)

    def missing(self, receipt: Record, day: date) -> None:
        self.world.records.append(receipt)
        self.loose.records.append(receipt)
        self.world.expect("timing" if is_late_at_the_end(day) else "missing_at_provider", receipt)

    def nameless(self, day: date, amount: int, memo: str, *, at: object = None, twin: bool = False) -> Line:
        line = Line(day, "credit", amount, at or self.draw.moment(day), memo=memo)  # type: ignore[arg-type]
        self.world.lines.append(line)
        self.loose.lines.append(line)
        self.loose.twins |= {line.key} if twin else set()
        self.world.expect("unidentified_money", line)
        return line

    def add(self, record: Record, line: Line, *, ambiguous: bool = False) -> None:
        self.group([line], [record], ambiguous=ambiguous)

    def group(self, lines: list[Line], records: list[Record], *, ambiguous: bool = False) -> None:
        """On both sides, and the same thing."""
        self.world.records += records
        self.world.lines += lines
        self.world.match(lines, records, ambiguous=ambiguous)


STORIES: list[Callable[[Transfers, date], None]] = [
    Transfers.cut_off, Transfers.several_orders, Transfers.split, Transfers.booked_the_next_day, Transfers.paid_twice,
    Transfers.by_amount_and_time, Transfers.lump, Transfers.refunded_by_hand, Transfers.our_own_spending,
    Transfers.missing_at_provider, Transfers.unidentified_money, Transfers.names_no_order_of_ours, Transfers.our_status,
    Transfers.amount, Transfers.duplicate, Transfers.two_beginnings, Transfers.twins, Transfers.two_sums,
]  # fmt: skip


def plant(seed: int) -> World:
    """The world of this seed; drawn again where chance made two sums alike, so that the truth is the truth."""
    for again in range(_TRIES):
        story = Transfers(seed, again)
        world = story.plant()
        if is_as_planted(story.loose):
            return world
    raise AssertionError(f"seed {seed}: chance made sums alike {_TRIES} times")

"""The third leg of a gateway's story: what it owes for its days, and what comes to the bank, in time, late or never."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from tests.factories.planted.calendar import next_business_day
from tests.factories.planted.draw import Draw
from tests.factories.planted.world import VIETNAM, Line, World

STATES = ("arrived", "late", "overdue", "another")


@dataclass(frozen=True)
class PayOut:
    """Days that are paid out together, and what became of it: ``arrived``, ``overdue``."""

    first: date
    last: date
    due: date
    net: int
    state: str


def plant(world: World) -> tuple[list[PayOut], World]:
    """The pay-outs of the gateway's days, and the bank account to which they come, or not."""
    draw, random = Draw(world.seed, "payouts"), Random(world.seed)
    groups: dict[date, list[date]] = {}
    for day in world.days:
        groups.setdefault(next_business_day(day), []).append(day)
    bank = World(world.seed, "vietqr", world.fees, "00:00", [])
    found = []
    for place, (due, days) in enumerate(groups.items()):
        net = sum(_counted(world, day) for day in days)
        how = STATES[place] if place < len(STATES) else random.choice(STATES)
        bank.lines += _credits(draw, due, net, how)
        found.append(PayOut(days[0], days[-1], due, net, "arrived" if how in ("arrived", "late") else "overdue"))
    bank.lines += [_stranger(draw, day) for day in world.days]
    bank.days = sorted({one.listed for one in bank.lines})
    return found, bank


def _counted(world: World, day: date) -> int:
    """What the lines of a business day change in the pay-out."""
    lines = [one for one in world.lines if _business_day(world, one) == day and (one.status, one.currency) == ("success", "VND")]
    return sum(-one.amount if one.kind == "refund" else one.amount - one.fee for one in lines)


def _business_day(world: World, line: Line) -> date:
    at = line.at.astimezone(VIETNAM)
    late = world.cutoff != "00:00" and f"{at:%H:%M}" >= world.cutoff
    return at.date() + timedelta(days=late)


def _credits(draw: Draw, due: date, net: int, how: str) -> list[Line]:
    if how == "overdue":
        return []
    day = next_business_day(due) if how == "late" else due
    credit = _stranger(draw, day)
    return [replace(credit, amount=net - 500_000 if how == "another" else net, memo="TT doi soat T+1")]


def _stranger(draw: Draw, day: date) -> Line:
    return Line(day, "credit", draw.odd(), draw.moment(day), draw.bank_number(day), memo="NGUYEN VAN BINH CK")

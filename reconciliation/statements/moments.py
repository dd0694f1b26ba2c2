"""Dates and times as files write them: ``21/11/2026``, ``20261121100000``, Excel's; Vietnam's time unless they say otherwise."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from payments_site.kernel.clock import VIETNAM
from reconciliation.statements.faults import Fault

DEFAULT = (
    "%d/%m/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M",
    "%d/%m/%Y",
    "%d-%m-%Y %H:%M:%S",
    "%d-%m-%Y %H:%M",
    "%d-%m-%Y",
    "%Y%m%d%H%M%S",
    "%Y%m%d",
    "iso",
    "excel",
)
NAMED = ("iso", "excel", "epoch_ms", "epoch_s")

_TOKENS = {
    "%d": r"(?P<day>[0-9]{1,2})",
    "%m": r"(?P<month>[0-9]{1,2})",
    "%Y": r"(?P<year>[0-9]{4})",
    "%H": r"(?P<hour>[0-9]{1,2})",
    "%M": r"(?P<minute>[0-9]{2})",
    "%S": r"(?P<second>[0-9]{2})",
}
# Where nothing stands between two parts, each has all its digits.
_PACKED = {"%d": r"(?P<day>[0-9]{2})", "%m": r"(?P<month>[0-9]{2})", "%H": r"(?P<hour>[0-9]{2})"}
_ISO = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)
_EXCEL = re.compile(r"([0-9]{5})(?:\.([0-9]{1,15}))?")
_EPOCH = {"epoch_ms": re.compile(r"[0-9]{13}"), "epoch_s": re.compile(r"[0-9]{10}")}
# Day 0 of Excel's calendar, whose 29 February 1900 never was.
_EXCEL_EPOCH = datetime(1899, 12, 30, tzinfo=VIETNAM)
_FIRST_YEAR, _LAST_YEAR = 2000, 2099
_DAY_SECONDS = 86_400

Form = Callable[[str], datetime | None]


class FormUnknown(ValueError):
    """A format that is neither named nor made of ``%d %m %Y %H %M %S``."""


def forms(names: Sequence[str]) -> tuple[Form, ...]:
    """Readers of these formats, to be asked in order. Raises ``FormUnknown``."""
    return tuple(_form(name) for name in names or DEFAULT)


def read_moment(text: str, asked: Sequence[Form]) -> datetime | Fault:
    """The moment that ``text`` says by the first form that fits it."""
    text = " ".join(text.split())
    for form in asked:
        try:
            moment = form(text)
        except (ValueError, OverflowError):  # 31/02, 25:00: of this form, but no date
            return Fault("time")
        if moment is not None:
            return moment if _FIRST_YEAR <= moment.year <= _LAST_YEAR else Fault("time")
    return Fault("time")


def _form(name: str) -> Form:
    if name == "iso":
        return _iso
    if name == "excel":
        return _excel
    if name in _EPOCH:
        return _epoch(_EPOCH[name], 1000 if name == "epoch_ms" else 1)
    return _pattern(name)


def _pattern(name: str) -> Form:
    tokens = re.findall(r"%[a-zA-Z]", name)
    if not {"%d", "%m", "%Y"} <= set(tokens) <= set(_TOKENS) or len(set(tokens)) != len(tokens):
        raise FormUnknown(name)
    table = _TOKENS if re.search(r"[^%a-zA-Z]", name) else {**_TOKENS, **_PACKED}
    wanted = re.compile("".join(table.get(part, re.escape(part)) for part in re.split(r"(%[a-zA-Z])", name)))

    def read(text: str) -> datetime | None:
        found = wanted.fullmatch(text)
        return (
            None if found is None else datetime(**{part: int(value) for part, value in found.groupdict().items()}, tzinfo=VIETNAM)
        )

    return read


def _iso(text: str) -> datetime | None:
    if _ISO.fullmatch(text) is None:
        return None
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=VIETNAM) if moment.tzinfo is None else moment.astimezone(VIETNAM)


def _excel(text: str) -> datetime | None:
    """Days since Excel's day 0 and a part of a day, to the second."""
    found = _EXCEL.fullmatch(text)
    if found is None:
        return None
    part = found[2] or "0"
    unit: int = 10 ** len(part)
    seconds = (int(part) * _DAY_SECONDS * 2 + unit) // (unit * 2)
    return _EXCEL_EPOCH + timedelta(days=int(found[1]), seconds=seconds)


def _epoch(wanted: re.Pattern[str], per_second: int) -> Form:
    def read(text: str) -> datetime | None:
        if wanted.fullmatch(text) is None:
            return None
        seconds, rest = divmod(int(text), per_second)
        return datetime.fromtimestamp(seconds, UTC).astimezone(VIETNAM) + timedelta(milliseconds=rest)

    return read

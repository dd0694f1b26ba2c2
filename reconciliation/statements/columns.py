"""One field of many rows at once: texts of the file to what COPY takes.

Files repeat themselves (states, days, amounts), so each text is read once and remembered; and what is plain digits or letters
throughout is not looked at one by one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime, time, timedelta

from payments_site.kernel.clock import VIETNAM
from reconciliation.calendars import business_day
from reconciliation.statements.amounts import add, divide, read_amount
from reconciliation.statements.faults import Fault
from reconciliation.statements.moments import forms, read_moment
from reconciliation.statements.spec import FieldSpec
from reconciliation.statements.texts import LONGEST, read_text
from reconciliation.statements.words import word
from transactions.providers.folding import to_ascii
from transactions.providers.memo import PREFIX, SHORTEST, candidates

Column = Sequence[str]
NULL = "\\N"
_MOST_REMEMBERED = 200_000
_MOST_DIGITS = 15
_TIME = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]")
_PACKED_TIME = re.compile(r"[0-9]{8}(?:[01][0-9]|2[0-3])[0-5][0-9][0-5][0-9]")
_DAY, _SECOND = timedelta(days=1), timedelta(seconds=1)
# Shorter than a whole one; I, L and O are read as in a whole one.
_CUT = re.compile(rf"{PREFIX}([0-9A-TV-Z]{{4,{SHORTEST - len(PREFIX) - 1}}})$")
_LOOK_ALIKES = str.maketrans("OIL", "011")
_UNSPOILT = str.maketrans("", "", "-_/:")


class Remembering(dict[str, str]):
    """``read`` applied to every text of a column, once to each; tells whether a ``Fault`` was among the answers."""

    def __init__(self, read: Callable[[str], str]) -> None:
        super().__init__()
        self._read, self.has_faults = read, False

    def __missing__(self, text: str) -> str:
        value = self._read(text)
        if isinstance(value, Fault):
            self.has_faults = True
            return value
        if len(self) >= _MOST_REMEMBERED:
            self.clear()
        self[text] = value
        return value

    def column(self, texts: Column) -> list[str]:
        """The answers, in order."""
        self.has_faults = False
        return list(map(self.__getitem__, texts))


class AmountColumn:
    """Signed digits, empty for nothing; the sum of several columns where the profile says so."""

    def __init__(self, spec: FieldSpec) -> None:
        self._reader = Remembering(lambda text: divide(read_amount(text, spec.decimal), spec.divide))
        self._divided, self._sums, self._constant = spec.divide != 1, spec.use == "sum", spec.constant
        self.has_faults = False

    def read(self, columns: Sequence[Column], rows: int) -> list[str]:
        """One amount a row."""
        self.has_faults = False
        if not columns:
            return [self._constant] * rows
        read = [self._one(column) for column in (columns if self._sums else (first_filled(columns),))]
        total = read[0]
        for other in read[1:]:
            total = [add(first, second) for first, second in zip(total, other, strict=True)]
        return total if not self._constant else [text or self._constant for text in total]

    def _one(self, column: Column) -> list[str]:
        if not self._divided and _is_plain(column):
            return list(column)
        read = self._reader.column(column)
        self.has_faults |= self._reader.has_faults
        return read


class TextColumn:
    """Numbers and references; nothing is NULL."""

    def __init__(self) -> None:
        self.has_faults = False

    def read(self, column: Column) -> list[str]:
        """One a row. What may stand there has no character that COPY would take for something else, except the backslash."""
        self.has_faults = False
        together = "".join(column).translate(_UNSPOILT)
        if together.isascii() and together.isalnum() and all(column) and max(map(len, column)) <= LONGEST:
            return list(column)
        read = [read_text(text) for text in column]
        self.has_faults = any(type(text) is Fault for text in read)
        return [text if type(text) is Fault else text.replace("\\", "\\\\") or NULL for text in read]


class MomentColumn:
    """``occurred_at`` and, after a tabulator, its business day.

    Nearly every time of a file is another one, but its days are few: what stands before ``10:00:00`` is read once.
    """

    def __init__(self, spec: FieldSpec, cutoff: time, latest: datetime) -> None:
        self._forms, self._cutoff, self._latest = forms(spec.formats), cutoff, latest
        self._cutoff_text = {8: cutoff.strftime("%H:%M:%S"), 6: cutoff.strftime("%H%M%S")}
        # (what stands before a time, how long the time is) -> the day, and the business day before and from the cut-off on
        self._days: dict[tuple[str, int], tuple[str, str, str] | None] = {}
        self.reader = Remembering(self._read)

    def _read(self, text: str) -> str:
        length = 8 if _TIME.fullmatch(text, max(0, len(text) - 8)) else 6 if _PACKED_TIME.fullmatch(text) else 0
        if length:
            head, clock = text[:-length], text[-length:]
            if (head, length) not in self._days:
                self._days[head, length] = self._day(head, length)
            day = self._days[head, length]
            if day is not None:
                written = clock if length == 8 else f"{clock[:2]}:{clock[2:4]}:{clock[4:]}"
                return f"{day[0]}T{written}+07:00\t{day[2 if clock >= self._cutoff_text[length] else 1]}"
        return self._slowly(text)

    def _day(self, head: str, length: int) -> tuple[str, str, str] | None:
        """The day that ``head`` says; None where it says more than that, none, or one that may lie in the future."""
        midnight = read_moment(head + ("00:00:00" if length == 8 else "000000"), self._forms)
        if isinstance(midnight, Fault) or midnight.tzinfo is not VIETNAM or midnight + _DAY > self._latest or midnight.hour:
            return None
        last = midnight + _DAY - _SECOND
        early, late = (business_day(moment, self._cutoff).isoformat() for moment in (midnight, last))
        return f"{midnight:%Y-%m-%d}", early, late

    def _slowly(self, text: str) -> str:
        if not text.strip():
            return Fault("missing")
        moment = read_moment(text, self._forms)
        if isinstance(moment, Fault):
            return moment
        if moment > self._latest:
            return Fault("time_future")
        return f"{moment.isoformat()}\t{business_day(moment, self._cutoff).isoformat()}"


def word_reader(spec: FieldSpec) -> Remembering:
    """States in the provider's words to ours."""

    def read(text: str) -> str:
        key = word(text)
        if not key:
            return spec.constant or spec.otherwise or Fault("missing")
        return spec.words.get(key) or spec.otherwise or Fault("word_unknown")

    return Remembering(read)


def currency_reader(spec: FieldSpec) -> Remembering:
    """Three letters; đồng in any of its spellings are VND."""

    def read(text: str) -> str:
        key = word(text).upper() or spec.constant or "VND"
        if key in ("VND", "D", "DONG", "VIETNAMDONG", "704", "") or text.strip() == "₫":
            return "VND"
        return key if len(key) == 3 and key.isalpha() else Fault("currency")

    return Remembering(read)


def memo_references(texts: Column) -> list[str]:
    """The references of ours that each memo can be read to hold, as an array of PostgreSQL; nothing else of a memo is kept."""
    return ["{" + ",".join(found) + "}" if (found := _references(text)) else NULL for text in texts]


def _references(memo: str) -> tuple[str, ...]:
    """Whole references, and the beginning of one (at least 6 characters) with which a memo that a bank has cut off ends."""
    found = candidates(memo)
    cut = _CUT.search("".join(re.findall(r"[A-Z0-9]+", to_ascii(memo).upper())))
    if cut is None:
        return found
    beginning = PREFIX + cut[1].translate(_LOOK_ALIKES)
    return found if any(beginning in whole for whole in found) else (*found, beginning)


def first_filled(columns: Sequence[Column]) -> Column:
    """In each row the first text that is not empty."""
    filled = columns[0]
    for other in columns[1:]:
        filled = [first if first.strip() else second for first, second in zip(filled, other, strict=True)]
    return filled


def joined(columns: Sequence[Column]) -> Column:
    """The texts of each row with a space between; the midnight that a spreadsheet adds to a day gives way to a time."""
    if len(columns) == 1:
        return columns[0]
    return [" ".join([*(text.strip().removesuffix(" 00:00:00") for text in row[:-1]), row[-1].strip()]).strip()
            for row in zip(*columns, strict=True)]  # fmt: skip


def _is_plain(column: Column) -> bool:
    """Whether every text is digits and none is empty, too long, or begins with a 0."""
    together = "".join(column)
    return (
        together.isascii()
        and together.isdecimal()
        and all(column)
        and max(map(len, column)) <= _MOST_DIGITS
        and not any(text[0] == "0" for text in column)
    )

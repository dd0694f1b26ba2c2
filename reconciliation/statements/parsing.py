"""Blocks of rows to blocks of text for COPY: which column is which is settled once, then whole columns are read at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time

from reconciliation.statements.columns import Column
from reconciliation.statements.faults import BadCell, Fault
from reconciliation.statements.headers import Header, is_total
from reconciliation.statements.kinds import KindReader
from reconciliation.statements.plan import Fields, Plan
from reconciliation.statements.spec import Spec
from reconciliation.statements.tables import Block

# The columns of a row that ``read`` makes, in order; ``occurred_at`` brings its business day along.
COLUMNS = (
    *("line_no", "kind", "status", "number", "original_number", "reference", "memo_references"),
    *("amount", "fee", "net", "currency", "occurred_at", "business_day"),
)
_ORDER = COLUMNS[1:-1]


@dataclass
class Parsed:
    """``rows`` are lines of COPY's text format, without their ends; ``bad`` is what is wrong, in ``bad_rows`` rows."""

    rows: list[str] = field(default_factory=list)
    bad: list[BadCell] = field(default_factory=list)
    bad_rows: int = 0

    @property
    def rows_read(self) -> int:
        """Rows that are lines or should be: without blank ones and totals."""
        return len(self.rows) + self.bad_rows


@dataclass
class _Group:
    """Rows that are read in the same way, column by column."""

    plan: Plan
    columns: Sequence[Column]
    lines: list[int]
    amounts: list[str]
    kinds: list[str]

    def only(self, plan: Plan, rows: list[int]) -> _Group:
        """Some of the rows, for another plan."""
        return _Group(
            plan,
            [[column[row] for row in rows] for column in self.columns],
            [self.lines[row] for row in rows],
            [self.amounts[row] for row in rows],
            [self.kinds[row] for row in rows],
        )


class Parser:
    """Reads the rows of one file."""

    def __init__(self, spec: Spec, header: Header, *, cutoff: time, latest: datetime) -> None:
        """``cutoff``: when the account's business day ends; ``latest``: no line can be later than that."""
        self._spec = spec
        self._kinds = KindReader(spec.kind, header)
        self._by_sign = any(rule.positive or rule.negative for rule in spec.kind)
        self._plan = Plan(spec.fields, header, cutoff, latest)
        self._by_kind = {kind: Plan({**spec.fields, **fields}, header, cutoff, latest) for kind, fields in spec.by_kind.items()}

    def read(self, block: Block) -> Parsed:
        """The lines of a block, and everything wrong with the rows that are none."""
        parsed = Parsed()
        for rejected in block.rejected:
            if not is_total(rejected.cells, self._spec):
                parsed.bad.append(rejected.bad)
                parsed.bad_rows += 1
        if block.rows:
            self._read_rows(block, parsed)
        return parsed

    def _read_rows(self, block: Block, parsed: Parsed) -> None:
        columns = list(zip(*block.rows, strict=True))
        signed, wrong_amounts = self._plan.amounts(columns, len(block.rows))
        kinds, wrong_kinds = self._kinds.read(columns, signed)
        amounts, wrong_signs = self._plan.unsigned(signed, by_sign=self._by_sign)
        whole = _Group(self._plan, columns, block.lines, amounts, kinds)
        for group in self._groups(whole):
            self._convert(group, parsed, faults=wrong_amounts or wrong_kinds or wrong_signs)

    def _groups(self, whole: _Group) -> Iterator[_Group]:
        """The rows of kinds that have a plan of their own, and the others."""
        special = set(whole.kinds) & set(self._by_kind)
        if not special:
            yield whole
            return
        rows: dict[str, list[int]] = {}
        for row, kind in enumerate(whole.kinds):
            rows.setdefault(kind if kind in special else "", []).append(row)
        for kind, chosen in rows.items():
            yield whole.only(self._by_kind.get(kind, self._plan), chosen)

    def _convert(self, group: _Group, parsed: Parsed, *, faults: bool) -> None:
        fields, more_faults = group.plan.read(group.columns, len(group.lines))
        fields |= {"kind": group.kinds, "amount": group.amounts}
        lines = group.lines
        if faults or more_faults:
            right = self._tell(group, fields, parsed)
            lines = [lines[row] for row in right]
            fields = {name: [column[row] for row in right] for name, column in fields.items()}
        parsed.rows += map("\t".join, zip(map(str, lines), *(fields[name] for name in _ORDER), strict=True))

    def _tell(self, group: _Group, fields: Fields, parsed: Parsed) -> list[int]:
        """Say what is wrong with which rows; returns those that are right."""
        right = []
        for row, line_no in enumerate(group.lines):
            wrong = {name: str(column[row]) for name, column in fields.items() if type(column[row]) is Fault}
            if not wrong:
                right.append(row)
                continue
            cells = [column[row] for column in group.columns]
            if self._is_no_line(cells, wrong):
                continue
            parsed.bad_rows += 1
            parsed.bad += [BadCell(line_no, name, reason, self._shown(group, name, cells)) for name, reason in wrong.items()]
        return right

    def _is_no_line(self, cells: Sequence[str], wrong: dict[str, str]) -> bool:
        """An empty row, or a total: one that has no time and begins as the profile says."""
        if not any(cell.strip() for cell in cells):
            return True
        return wrong.get("occurred_at") in ("missing", "time") and is_total(cells, self._spec)

    def _shown(self, group: _Group, name: str, cells: Sequence[str]) -> str:
        positions = self._kinds.positions if name == "kind" else group.plan.positions(name)
        return " | ".join(cells[position] for position in positions)

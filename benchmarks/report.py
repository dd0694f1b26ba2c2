"""Tables for people, JSON for the record."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Any

from payments_site.devstack.environment import PROJECT

RESULTS = PROJECT / "benchmarks" / "results"


@dataclass
class Row:
    """One comparison: rates a second of every round, ours and the peer's, taken alternately."""

    name: str
    peer_name: str
    ours: list[float]
    peer: list[float]
    gate: float
    goal: float

    @property
    def ratio(self) -> float:
        """Median over median."""
        return median(self.ours) / median(self.peer)

    @property
    def spread(self) -> tuple[float, float]:
        """The smallest and the largest ratio of a single round."""
        ratios = [ours / peer for ours, peer in zip(self.ours, self.peer, strict=True)]
        return min(ratios), max(ratios)

    def document(self) -> dict[str, Any]:
        """All of it for JSON."""
        return asdict(self) | {"ratio": round(self.ratio, 4), "spread": [round(value, 4) for value in self.spread]}

    def cells(self) -> list[str]:
        """A line of the table."""
        low, high = self.spread
        verdict = "goal" if self.ratio >= self.goal else "gate" if self.ratio >= self.gate else "under the gate"
        rates = [f"{rate:.0f}/s" if rate >= 10 else f"{rate:.2f}/s" for rate in (median(self.ours), median(self.peer))]
        figures = [*rates, f"{self.ratio:.3f}", f"{low:.3f} - {high:.3f}"]
        return [self.name, *figures, f"{self.gate:.3g} / {self.goal:.3g}", verdict]


HEAD = ["What", "ours", "peer", "ratio", "spread", "gate / goal", "reached"]


def show(rows: Sequence[Row], details: Sequence[tuple[str, str]], machine: dict[str, object]) -> str:
    """Everything that was measured, as text."""
    lines = [", ".join(f"{name} {value}" for name, value in machine.items()), "", table(HEAD, [row.cells() for row in rows])]
    lines += [f"  {row.name}: peer is {row.peer_name}" for row in rows]
    if details:
        lines += ["", table(["Detail", "value"], details)]
    return "\n".join(lines)


def save(what: str, document: dict[str, Any], path: Path | None) -> Path:
    """Write the JSON to `path`, else to results/<date>-<what>.json."""
    path = path or RESULTS / f"{datetime.now().astimezone():%Y-%m-%d}-{what}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns as wide as they need; the first to the left, the others to the right."""
    lines = [head, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    lines.insert(1, ["-" * width for width in widths])
    return "\n".join(_aligned(line, widths) for line in lines)


def _aligned(line: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = zip(line, widths, strict=True)
    return "  ".join([first[0].ljust(first[1]), *(text.rjust(width) for text, width in others)]).rstrip()

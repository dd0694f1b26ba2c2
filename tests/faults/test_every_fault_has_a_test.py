"""docs/faults.md names, for every durable step of the code, tests that kill a process there."""

from __future__ import annotations

import re
from pathlib import Path

from payments_site.kernel.faults import FAULT_POINTS

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "faults.md").read_text(encoding="utf-8")
APPS = ("audit", "payments_site", "reconciliation", "tenants", "transactions", "webhooks")
ROW = re.compile(r"^\| (?P<steps>`[a-z_]+\.[a-z_]+`.*?) \| (?P<process>.+?) \| (?P<tests>.+?) \|$", re.MULTILINE)


def named(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def test_every_step_is_on_the_page_and_its_tests_kill_it() -> None:
    told = set()
    for row in ROW.finditer(PAGE):
        for step in named(row["steps"]):
            told.add(step)
            for name in named(row["tests"]):
                source = (ROOT / "tests" / "faults" / name).read_text(encoding="utf-8")
                assert f'"{step}"' in source or f'"{step.partition(".")[0]}."' in source, f"{name} does not kill {step}"
    assert told == FAULT_POINTS


def test_every_step_is_reached_by_some_code() -> None:
    sources = [path.read_text(encoding="utf-8") for app in APPS for path in (ROOT / app).rglob("*.py")]
    reached = {step for source in sources for step in re.findall(r'fault_point\("([^"]+)"\)', source)}
    assert reached == FAULT_POINTS


def test_every_test_that_the_page_names_is_there() -> None:
    names = set(re.findall(r"`((?:tests/\S+/)?test_\w+\.py)`", PAGE))
    assert len(names) > 10
    for name in names:
        assert (ROOT / (name if "/" in name else f"tests/faults/{name}")).exists(), name
    every = {path.name for path in (ROOT / "tests" / "faults").glob("test_*.py")}
    assert every - {Path(name).name for name in names} == {"test_truth.py"}, "not on the page"

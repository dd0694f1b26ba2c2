"""The page about queues names what there is."""

from __future__ import annotations

import re

import pytest
from django.core.management import get_commands

from payments_site.kernel.queues import QUEUES, TASKS
from payments_site.scheduling.state import Trouble
from tests.architecture.source import ROOT

TEXT = (ROOT / "docs" / "queues.md").read_text(encoding="utf-8")


def row(queue: str) -> str:
    [line] = [line for line in TEXT.splitlines() if line.startswith(f"| `{queue}` |")]
    return line


@pytest.mark.parametrize("queue", QUEUES)
def test_each_queue_is_there_with_its_tasks_and_their_longest_time(queue: str) -> None:
    tasks = {task: route for task, route in TASKS.items() if route.queue == queue}
    cells = [cell.strip() for cell in row(queue).strip("|").split("|")]
    assert set(re.findall(r"`([\w.]+)`", cells[2])) == set(tasks)
    longest = max((route.hard for route in tasks.values()), default=0)
    assert cells[3].endswith(f"{longest / 60:g} min" if longest else "")


def test_the_workers_commands_name_every_queue_from_both_ends() -> None:
    assert f"-Q {','.join(QUEUES)}\n" in TEXT
    assert f"-Q {','.join(reversed(QUEUES))}\n" in TEXT


def test_every_trouble_and_command_is_there() -> None:
    assert [trouble for trouble in Trouble if f"`{trouble.value}`" not in TEXT] == []
    table = TEXT.partition("## By hand")[2].partition("## Held")[0]
    named = {
        name for line in table.splitlines() for name in re.findall(r"`([a-z]+_[a-z_]+)", line.partition("|")[2].partition("|")[0])
    }
    assert named
    assert named <= set(get_commands())

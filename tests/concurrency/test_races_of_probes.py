"""Many processes at one circuit: it opens once, one call probes at a time, it closes once, and a dead probe does not block."""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from redis import Redis

from payments_site.devstack.environment import PROJECT
from payments_site.devstack.valkey import EmbeddedValkey
from tests.factories.circuit_process import THRESHOLDS
from tests.factories.live import wait_until
from transactions.providers.circuits import Circuits, State

PROCESSES, THREADS = 3, 4
SECONDS_TO_START = 2.5


@pytest.fixture(scope="module")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    server = EmbeddedValkey(tmp_path_factory.mktemp("valkey"))
    server.start()
    yield server.url
    server.destroy()


@pytest.fixture
def name() -> str:
    return f"acc_{secrets.token_hex(6)}"


@pytest.fixture
def circuits(redis_url: str) -> Circuits:
    return Circuits(Redis.from_url(redis_url), THRESHOLDS)


Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(redis_url: str, name: str) -> Iterator[Start]:
    """Start one process of callers."""
    started: list[subprocess.Popen[str]] = []

    def run(act: str, moment: float, threads: int = THREADS) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "tests.factories.circuit_process", redis_url, name, act, str(moment), str(threads)]
        environment = {"PYTHONPATH": str(PROJECT), "DJANGO_SETTINGS_MODULE": "payments_site.settings.test", "PATH": ""}
        process = subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, text=True)
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.communicate()


def race(start: Start, act: str) -> list[dict[str, Any]]:
    """What every thread of every process saw."""
    moment = time.time() + SECONDS_TO_START
    processes = [start(act, moment) for _ in range(PROCESSES)]
    reports = [json.loads(process.communicate(timeout=60)[0]) for process in processes]
    assert [process.returncode for process in processes] == [0] * PROCESSES
    return [report for one in reports for report in one]


def told(reports: list[dict[str, Any]]) -> list[bool]:
    return [word for report in reports for word in report["told"]]


def half_open(circuits: Circuits, name: str) -> None:
    for _ in range(THRESHOLDS.failures):
        circuits.failed(name)
    wait_until(lambda: circuits.look([name])[name].state is State.HALF_OPEN)


def test_many_processes_that_fail_at_once_open_it_exactly_once(start: Start, circuits: Circuits, name: str) -> None:
    reports = race(start, "fail")
    assert told(reports) == [True]
    assert circuits.look([name])[name].state is not State.CLOSED
    assert sum(report["refused"] for report in reports) > 0


def test_never_are_two_probes_under_way_in_all_processes_together(start: Start, circuits: Circuits, name: str) -> None:
    half_open(circuits, name)
    reports = race(start, "probe")
    assert max(report["most_inside"] for report in reports) == 1
    assert sum(report["passed"] for report in reports) > 20
    assert sum(report["refused"] for report in reports) > 20
    assert told(reports) == []


def test_a_provider_that_is_well_again_is_called_by_all_after_one_probe_and_it_closes_once(
    start: Start, circuits: Circuits, name: str
) -> None:
    half_open(circuits, name)
    reports = race(start, "recover")
    assert told(reports) == [False]
    assert circuits.look([name])[name].state is State.CLOSED
    assert sum(report["passed"] for report in reports) > PROCESSES


def test_a_probe_whose_process_is_killed_blocks_only_until_its_lease_ends(start: Start, circuits: Circuits, name: str) -> None:
    half_open(circuits, name)
    process = start("die", 0, 1)
    assert process.stdout is not None
    assert process.stdout.readline() == "probing\n"
    process.kill()
    assert circuits.admit(name, token="early", lease_seconds=30).state == State.PROBING
    wait_until(lambda: circuits.admit(name, token="late", lease_seconds=30).state == State.HALF_OPEN)
    assert circuits.succeeded(name, token="late")

"""``python -m tests.world``: seeds of the true service, or of one with a planted fault; see ``docs/world.md``."""

from __future__ import annotations

import argparse
import gc
import json
import logging
import os
import signal
import subprocess
import sys
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from payments_site.devstack.pytest_plugin import TestServices, own_redis_database

_STORY_LINES = 25
# A planted fault must be found by one of so many seeds.
_MOST_HUNTED = 50


@dataclass(frozen=True)
class Task:
    """One seed, perhaps with a planted fault: ``17``, ``17:no-row-lock``; ``2+:no-row-lock`` from seed 2 until it is found."""

    seed: int
    fault: str = ""
    hunts: bool = False

    def __str__(self) -> str:
        return f"{self.seed}{'+' * self.hunts}" + (f":{self.fault}" if self.fault else "")

    @property
    def seeds(self) -> range:
        """Those to be tried one after another."""
        return range(self.seed, _MOST_HUNTED if self.hunts else self.seed + 1)

    @property
    def command(self) -> str:
        """What runs it once more."""
        return f"make world SEED={self}"


def read_tasks(words: list[str]) -> list[Task]:
    """Seeds and ranges of seeds: ``17``, ``0-24``, ``3:lease-not-moved``."""
    tasks = []
    for word in ",".join(words).split(","):
        seeds, _, fault = word.partition(":")
        first, _, last = seeds.removesuffix("+").partition("-")
        tasks += [Task(seed, fault, seeds.endswith("+")) for seed in range(int(first), int(last or first) + 1)]
    return tasks


def main() -> int:
    """Exit code 0 where no seed of the true service failed, and every planted fault was found."""
    options = _options()
    tasks = read_tasks(options.seeds)
    if options.job:
        return _work(tasks, options.steps)
    with _services() as environment:
        return _supervise(tasks, options, environment)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.world", description=__doc__)
    parser.add_argument("seeds", nargs="+", help="17, 0-1999, 3:lease-not-moved")
    parser.add_argument("--jobs", type=int, default=1, help="processes, each with a database of its own")
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--json", action="store_true", help="one JSON object a seed instead of words")
    parser.add_argument("--story", action="store_true", help="tell every act, also of seeds where all was well")
    parser.add_argument("--job", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


@contextmanager
def _services() -> Iterator[dict[str, str]]:
    """PostgreSQL and Valkey of our own, unless the environment names some; gone afterwards."""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "payments_site.settings.test"}
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    services = TestServices(environment)
    try:
        services.start()
        yield environment
    finally:
        services.destroy()


# -- the supervisor: spreads the seeds over jobs and prints what they tell ---------------------------------------------------


def _supervise(tasks: list[Task], options: argparse.Namespace, environment: dict[str, str]) -> int:
    began, counts, failed, done = time.monotonic(), Counter[str](), [], 0
    jobs = max(1, min(options.jobs, len(tasks)))
    with ThreadPoolExecutor(jobs) as pool:
        running = [_start(tasks[number::jobs], number, options.steps, environment) for number in range(jobs)]
        codes = pool.map(lambda job: [_tell(line, options) for line in job.stdout or ()] + [job.wait()], running)
        for *told, code in codes:
            for outcome in told:
                done += 1
                counts.update(outcome["counts"])
                if outcome["failed"]:
                    failed.append(outcome["task"])
            failed += [f"a job ended with {code}"] if code else []
    if not options.json:
        seconds = int(time.monotonic() - began)
        print(f"\n{done} of {len(tasks)} seeds in {seconds} s with {jobs} job(s): {len(failed)} failed")
        print(", ".join(f"{name} {count}" for name, count in sorted(counts.items())))
        for task in failed:
            print(f"  failed: {task}")
    return 1 if failed or done != len(tasks) else 0


def _start(tasks: list[Task], number: int, steps: int, environment: dict[str, str]) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.world", "--job", "--steps", str(steps), *map(str, tasks)]
    redis = own_redis_database(environment["REDIS_URL"], f"gw{number}")
    return subprocess.Popen(command, env={**environment, "REDIS_URL": redis}, stdout=subprocess.PIPE, text=True)


def _tell(line: str, options: argparse.Namespace) -> dict[str, object]:
    outcome: dict[str, object] = json.loads(line)
    task = read_tasks([str(outcome["task"])])[0]
    found = str(outcome["falsehood"])
    outcome["failed"] = bool(found) != bool(task.fault)
    story = list(outcome["story"])  # type: ignore[call-overload]
    if options.json:
        print(line, end="", flush=True)
        return outcome
    word = "ok" if not found else "found" if task.fault else "FALSE"
    print(f"seed {task}: {word} ({outcome['seconds']} s)" + (f" {found}" if found else ""), flush=True)
    if options.story or outcome["failed"]:
        print("\n".join(f"    {act}" for act in (story if options.story else story[-_STORY_LINES:])))
        print(f"  again: {task.command}", flush=True)
    return outcome


# -- a job: one process, one database, its seeds one after another -----------------------------------------------------------


def _work(tasks: list[Task], steps: int) -> int:
    warnings.simplefilter("ignore")
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)  # it tells of every process that was killed
    import django

    django.setup()
    from django.db import connection
    from django.test.utils import setup_databases, teardown_databases

    from tests.world.runner import run_seed
    from tests.world.stage import Stage, prepare_django

    connection.settings_dict["TEST"]["NAME"] = f"world_{os.getpid()}"
    made = setup_databases(verbosity=0, interactive=False)
    prepare_django()
    gc.freeze()  # what was imported is not looked at again
    try:
        with Stage() as stage:
            for task in tasks:
                for seed in task.seeds:
                    outcome = run_seed(stage, seed, fault=task.fault, steps=steps)
                    if outcome.falsehood:
                        break
                print(json.dumps({"task": str(task), **vars(outcome)}), flush=True)
    finally:
        teardown_databases(made, verbosity=0)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Celery workers and beats of a test, as real processes on the live stack's database and a broker of the test's own."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import redis
from celery import Celery

from payments_site.devstack.valkey import EmbeddedValkey
from payments_site.settings.celery import broker_url
from tests.factories.live import Live, stop

CELERY = (sys.executable, "-m", "celery", "--quiet", "-A", "payments_site")
QUIET = ("--without-gossip", "--without-mingle", "-l", "info")


class Celeries:
    """Every process is stopped by ``close``."""

    def __init__(self, live: Live, valkey: EmbeddedValkey, place: Path) -> None:
        self.live, self.valkey, self.place = live, valkey, place
        self.started: list[subprocess.Popen[bytes]] = []

    def start(self, *command: str, **environment: str) -> subprocess.Popen[bytes]:
        """One ``celery`` process; its output is in ``log``."""
        process = self.live.spawn([*CELERY, *command], self._log(len(self.started)), REDIS_URL=self.valkey.url, **environment)
        self.started.append(process)
        return process

    def beat(self, **environment: str) -> subprocess.Popen[bytes]:
        """As the installation starts it."""
        return self.start("beat", "-l", "info", "--pidfile=", **environment)

    def worker(self, queues: str, *options: str, **environment: str) -> subprocess.Popen[bytes]:
        """A worker of these queues with one child, under a name of its own."""
        name = f"w{len(self.started)}@test"
        return self.start("worker", "-Q", queues, *QUIET, "-c", "1", "-n", name, *options, **environment)

    def killed_at(self, point: str, task: str) -> None:
        """A worker is given the task and dies at the fault point. The solo pool works in its own process: all of it dies."""
        queue, once = f"doomed-{point}", self.place / "once"
        once.touch()
        self.send(task, queue)
        process = self.worker(queue, "-P", "solo", FAULT_POINT=point, FAULT_POINT_FILE=str(once))
        assert process.wait(60) == -signal.SIGKILL, self.log(process)
        assert not once.exists()

    def log(self, process: subprocess.Popen[bytes]) -> str:
        """What it said so far."""
        return self._log(self.started.index(process)).read_text()

    def send(self, task: str, queue: str) -> None:
        """Put a task in a queue, as beat does."""
        with Celery(broker=broker_url(self.valkey.url)) as app:
            app.send_task(task, queue=queue, ignore_result=True)

    def messages(self, queue: str) -> list[dict[str, Any]]:
        """The headers of what waits in a queue, the oldest first."""
        with redis.Redis.from_url(self.valkey.url) as client:
            return [json.loads(raw)["headers"] for raw in reversed(client.lrange(queue, 0, -1))]

    def flush(self) -> None:
        """FLUSHALL: the broker forgets everything and goes on."""
        with redis.Redis.from_url(self.valkey.url) as client:
            client.flushall()

    def close(self) -> None:
        """End all of them, the newest first."""
        for process in reversed(self.started):
            stop(process)

    def _log(self, number: int) -> Path:
        return self.place / f"celery-{number}.log"

"""The whole service on a PostgreSQL and a Valkey of its own, which a test may stop and kill: web, worker, beat and drain."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from django.core.management import call_command
from django.db import connection
from django_celery_beat.models import IntervalSchedule, PeriodicTask
from environ import Env

from payments_site.devstack.postgres import EmbeddedPostgres
from payments_site.devstack.valkey import EmbeddedValkey
from payments_site.kernel.queues import QUEUES
from tests.factories.celeries import Celeries
from tests.factories.live import Live, Web


@contextmanager
def connected_to(url: str) -> Iterator[None]:
    """Within the block every thread of this process works on the database at ``url``."""
    settings = connection.settings_dict
    before, other = dict(settings), Env.db_url_config(url)
    connection.close()
    settings.update({name: other[name] for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT")})
    settings["OPTIONS"] = {**settings["OPTIONS"], **other.get("OPTIONS", {})}  # the directory of a socket is in there
    try:
        yield
    finally:
        connection.close()
        settings.update(before)


class House:
    """Its processes are started once and live through every fault, unless a test kills them itself."""

    def __init__(self, place: Path, postgres: EmbeddedPostgres, valkey: EmbeddedValkey) -> None:
        self.postgres, self.valkey = postgres, valkey
        self.live = Live(postgres.url, place)
        self.celeries = Celeries(self.live, valkey, place)

    def start(self) -> None:
        """Make the tables and start every process."""
        call_command("migrate", interactive=False, verbosity=0)
        _sweep_every_second()
        self.web = self.live.start_web("house", workers=2, REDIS_URL=self.valkey.url)
        self.live.__dict__["web"] = self.web  # the one that its shops use
        self.worker, self.beat, self.drain = self.start_worker(), self.start_beat(), self.start_drain()

    def start_worker(self) -> subprocess.Popen[bytes]:
        return self.celeries.worker(",".join(QUEUES))

    def start_beat(self) -> subprocess.Popen[bytes]:
        return self.celeries.beat()

    def start_drain(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "manage.py", "drain_callbacks"]
        # A short timeout makes a short lease: what a killed drain held is due again soon.
        settings = {"REDIS_URL": self.valkey.url, "CALLBACK_TIMEOUT_SECONDS": "2"}
        return self.live.spawn(command, self.live.place / "drain.log", **settings)

    def processes(self) -> dict[str, list[int]]:
        """The ids of what runs; those of the web are its master and the children that answer."""
        running = {"worker": self.worker, "beat": self.beat, "drain": self.drain}
        found = {name: [process.pid] for name, process in running.items() if process.poll() is None}
        return found | {"web": [self.web.process.pid, *children(self.web)]}

    def kill_everything(self) -> None:
        """SIGKILL to each process in turn, which is started again as the installation's supervisor would."""
        for child in children(self.web):
            os.kill(child, signal.SIGKILL)  # gunicorn's master starts another
        for name, start in (("drain", self.start_drain), ("worker", self.start_worker), ("beat", self.start_beat)):
            getattr(self, name).kill()
            getattr(self, name).wait(10)
            setattr(self, name, start())


def children(web: Web) -> list[int]:
    """The processes of gunicorn that answer requests."""
    pid = web.process.pid
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _sweep_every_second() -> None:
    """The job that lets payments expire, so that the queue has something to do all the time."""
    second, _ = IntervalSchedule.objects.get_or_create(every=1, period="seconds")
    assert PeriodicTask.objects.filter(task="transactions.expire_due").update(interval=second, last_run_at=None) == 1


@contextmanager
def running_house(place: Path) -> Iterator[House]:
    """Start everything; stop and delete it afterwards. The process is ``connected_to`` its database meanwhile."""
    with ExitStack() as closing:
        # Durable, as in production: what was committed is there after a crash of the server.
        postgres, valkey = EmbeddedPostgres(place / "postgres"), EmbeddedValkey(place / "valkey")
        closing.callback(postgres.destroy)
        closing.callback(valkey.destroy)
        postgres.start()
        valkey.start()
        closing.enter_context(connected_to(postgres.url))
        house = House(place, postgres, valkey)
        closing.callback(house.live.close)
        house.start()
        yield house

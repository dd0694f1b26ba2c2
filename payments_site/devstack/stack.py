"""The whole stack of `make run` as one object: up, look after it, down."""

import fcntl
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from payments_site.devstack import processes
from payments_site.devstack.environment import PROJECT, complete_environment, with_default_ports
from payments_site.devstack.errors import DevstackError
from payments_site.devstack.output import Output
from payments_site.devstack.ports import check_ports
from payments_site.devstack.seed import Demo, read_demo, register_accounts
from payments_site.devstack.services import Services
from payments_site.devstack.stopping import StopSwitch
from payments_site.devstack.supervisor import Supervisor

_READY_SECONDS = 90.0
_NEEDED_BYTES = 300_000_000


class Stack:
    """Databases first up and last down. Everything is driven from one thread."""

    def __init__(self, given: Mapping[str, str], var_dir: Path, output: Output, switch: StopSwitch) -> None:
        self._given = with_default_ports(given)
        self._var_dir = var_dir
        self._output = output
        self._lock: int | None = None
        self.supervisor = Supervisor(output, PROJECT, switch)
        self.services = Services(var_dir, given)
        self.environ: dict[str, str] = {}

    def up(self) -> Demo:
        """Start everything and wait until it serves; DevstackError says what stands in the way."""
        self._lock = _lock(self._var_dir)
        _check_disk(self._var_dir)
        check_ports(self._given)
        self._output.say("Starting PostgreSQL and Valkey ...")
        self.environ = complete_environment(self._given, self._var_dir, self.services.start())
        demo_file = self._var_dir / "demo.json"
        self._output.say("Migrating and seeding ...")
        for process in processes.preparation(self.environ, demo_file):
            self.supervisor.run_once(process)
        demo = read_demo(demo_file)
        for process in processes.serving(self.environ, demo, self._var_dir):
            self.supervisor.start(process)
        self.supervisor.wait_ready(_READY_SECONDS)
        register_accounts(demo, self.environ["SANDBOX_PORT"])
        return demo

    def tick(self) -> None:
        """Look after everything once."""
        for name in self.services.restart_dead():
            self._output.say(f"{name} had stopped; it runs again.")
        self.supervisor.tick()

    def down(self) -> None:
        """Stop everything that was started."""
        self.supervisor.stop()
        self.services.stop()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def _lock(var_dir: Path) -> int:
    """One stack per VAR_DIR; the kernel frees the lock however we end."""
    descriptor = os.open(var_dir / "run.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise DevstackError(
            f"Another `make run` uses {var_dir}. Stop it, or give this one its own: make run VAR_DIR=var2 PORT=8001 "
            "SANDBOX_PORT=8101 SHOP_PORT=8201"
        ) from None
    return descriptor


def _check_disk(var_dir: Path) -> None:
    free = shutil.disk_usage(var_dir).free
    if free < _NEEDED_BYTES:
        raise DevstackError(
            f"The disk of {var_dir} is full: {free // 1_000_000} MB are left, {_NEEDED_BYTES // 1_000_000} MB are "
            "needed for the database. Make room, or choose another place: make run VAR_DIR=/some/where"
        )

"""A real Valkey 9 from the wheel, for development and tests.

It listens on a Unix socket only, asks for a password kept 0600 in VAR_DIR, and keeps nothing on disk: by design Redis
may vanish at any moment. The REDIS_URL is `unix://:password@/path/to/valkey.sock?db=0`, which redis-py and Django's
RedisCache read as it stands; Celery wants `redis+socket://:password@/path/to/valkey.sock?virtual_host=0` (kombu forgets
a password that stands in the query).
"""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

import redis

from payments_site.devstack import spawn, wheels
from payments_site.devstack.errors import DevstackError
from payments_site.devstack.files import open_log, persistent_secret, short_place, socket_dir, tail, write_private

_SOCKET_NAME = "valkey.sock"
_START_SECONDS = 10.0


class EmbeddedValkey:
    """One server per VAR_DIR."""

    def __init__(self, var_dir: Path) -> None:
        self.var_dir = var_dir.resolve()
        self._process: subprocess.Popen[bytes] | None = None
        self._log = self.var_dir / "log" / "valkey.log"

    @property
    def url(self) -> str:
        """REDIS_URL."""
        password = persistent_secret(self.var_dir / "valkey.password")
        return f"unix://:{password}@{quote(str(self._socket))}?db=0"

    @property
    def pid(self) -> int | None:
        """The server's pid if this object started it."""
        return self._process.pid if self._process else None

    def alive(self) -> bool:
        """Whether ours runs, or the one we joined still answers."""
        return self._process.poll() is None if self._process else self._answers()

    def start(self) -> str:
        """Start it (or join one that already runs on this VAR_DIR) and return REDIS_URL once it answers."""
        self.var_dir.mkdir(parents=True, exist_ok=True)
        if self._answers():
            return self.url
        self._process = self._launch()
        deadline = time.monotonic() + _START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise DevstackError(f"Valkey did not start. The end of {self._log}:\n{tail(self._log)}")
            time.sleep(0.01)
        return self.url

    def stop(self) -> None:
        """Stop what this object started; a joined server stays up."""
        process, self._process = self._process, None
        if process:
            spawn.stop(process, (signal.SIGTERM, 5.0))

    def kill(self) -> None:
        """SIGKILL it, as a crash would: everything in it is lost."""
        process, self._process = self._process, None
        if process:
            spawn.stop(process)

    def destroy(self) -> None:
        """Stop it and delete its directories. For temporary ones."""
        self.stop()
        for place in (self.var_dir / "valkey", short_place(self.var_dir / "valkey")):
            shutil.rmtree(place, ignore_errors=True)

    @property
    def _socket(self) -> Path:
        return socket_dir(self.var_dir / "valkey", _SOCKET_NAME) / _SOCKET_NAME

    def _answers(self) -> bool:
        client = redis.Redis.from_url(self.url, socket_connect_timeout=1, socket_timeout=1)
        with contextlib.closing(client), contextlib.suppress(redis.RedisError, OSError):
            return bool(client.ping())
        return False

    def _launch(self) -> subprocess.Popen[bytes]:
        home = self.var_dir / "valkey"
        home.mkdir(exist_ok=True)
        home.chmod(0o700)
        config = home / "valkey.conf"  # a file, so that no password shows in the process list
        settings = {
            "port": "0",
            "unixsocket": f'"{self._socket}"',
            "unixsocketperm": "700",
            "requirepass": persistent_secret(self.var_dir / "valkey.password"),
            "save": '""',
            "appendonly": "no",
            "dir": f'"{home}"',
        }
        write_private(config, "".join(f"{name} {value}\n" for name, value in settings.items()))
        log = open_log(self._log)
        try:
            return spawn.spawn([wheels.valkey_server(), config], env={"PATH": "/usr/bin:/bin", "LANG": "C"}, cwd=home, output=log)
        finally:
            os.close(log)

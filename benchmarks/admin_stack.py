"""The cached database of the admin benchmark: made once, kept, reused while its rows fit; newer migrations are applied to it."""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
from base64 import urlsafe_b64encode
from pathlib import Path

from benchmarks.stack import Stack
from payments_site.devstack.environment import PROJECT
from payments_site.devstack.files import write_private
from payments_site.devstack.services import Services

VERSION = 1  # of the rows: another one makes them anew


class AdminStack(Stack):
    """PostgreSQL and Valkey in a directory that stays. While rows are made nothing is flushed; for measuring it is durable."""

    def __init__(self, place: Path, rows: int) -> None:
        super().__init__()
        self.place, self._rows = place.resolve(), rows
        self._state = self.place / "admin.json"

    def _start(self) -> None:
        self.place.mkdir(parents=True, exist_ok=True)
        self.place.chmod(0o711)  # as root PostgreSQL runs as nobody and has to walk through
        wanted = {"rows": self._rows, "version": VERSION}
        if not self._state.exists() or json.loads(self._state.read_text()) != wanted:
            self._make()
            self._state.write_text(json.dumps(wanted))
        self._serve(durable=True)
        self.run("manage.py", "migrate", "--noinput", "--verbosity", "0")

    def _make(self) -> None:
        self._state.unlink(missing_ok=True)
        Services(self.place, {}, durable=False).destroy()
        services = self._serve(durable=False)
        self.run("manage.py", "migrate", "--noinput", "--verbosity", "0")
        self.run("manage.py", "seed_demo", "--output", str(self.place / "demo.json"))
        sys.stderr.write(f"making {self._rows:,} payments in {self.place}\n")
        command = [sys.executable, "-m", "benchmarks.child", "admin_data", str(self._rows)]
        subprocess.run(command, cwd=PROJECT, env=self.environ, check=True)
        services.stop()

    def _serve(self, *, durable: bool) -> Services:
        self.services = Services(self.place, {}, durable=durable)
        self._closing.callback(self.services.stop)
        self.environ = self._environment(self.services.start()) | self._keys()
        return self.services

    def _keys(self) -> dict[str, str]:
        """The keys under which the rows were sealed and hashed."""
        path = self.place / "keys.json"
        if not path.exists():
            keys = {
                "BLIND_INDEX_KEY": secrets.token_urlsafe(48),
                "FERNET_KEYS": urlsafe_b64encode(secrets.token_bytes(32)).decode(),
            }
            write_private(path, json.dumps(keys))
        found: dict[str, str] = json.loads(path.read_text())
        return found

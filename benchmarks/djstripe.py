"""dj-stripe as a peer: its own virtual environment, its own database on the same PostgreSQL, the same gunicorn."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import subprocess
import sys
import time
from pathlib import Path

import psycopg

from benchmarks.measure import Load, drive
from benchmarks.messages import signed_event
from benchmarks.stack import Stack, Web
from payments_site.devstack.environment import PROJECT

_FOLDER = Path(__file__).with_name("peers")
_LOCK = _FOLDER / "djstripe.txt"
_STORED = (
    "SELECT (SELECT count(*) FROM djstripe_event), count(*) FILTER (WHERE valid AND processed AND exception = ''), count(*)"
    " FROM djstripe_webhookeventtrigger"
)


def interpreter() -> Path:
    """Python of the peer's environment under VAR_DIR, made from the lock when there is none for it yet."""
    mark = hashlib.sha256(_LOCK.read_bytes() + sys.version.encode()).hexdigest()[:12]
    folder = Path(os.environ.get("VAR_DIR") or PROJECT / "var").resolve() / "peers" / f"djstripe-{mark}"
    python, done = folder / "bin" / "python", folder / ".installed"
    if not done.exists():
        install = [python, "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check", "--require-hashes"]
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        subprocess.run([*install, "-r", _LOCK], check=True)
        done.touch()
    return python


class DjStripe:
    """Its webhook, up and waiting; `agree` says afterwards whether it stored what it answered."""

    def __init__(self, stack: Stack) -> None:
        self._stack, self._python = stack, str(interpreter())
        self._environ = {"DATABASE_URL": self._database(), "PYTHONPATH": "", "DJANGO_SETTINGS_MODULE": "djstripe_settings"}
        self._endpoint = self._prepare()
        self._file = stack.place / "events.txt"
        self._answers, self._speed = 0, 150.0
        application = "django.core.wsgi:get_wsgi_application()"
        self.web: Web = stack.serve("djstripe", [self._python], application, "/", _FOLDER, **self._environ)

    def run(self, connections: int, seconds: float) -> Load:
        """Load with events of its own; RuntimeError unless each was answered with 200."""
        self._fill(round(self._speed * seconds * 2) + connections)
        events = {"path": self._endpoint["path"], "file": str(self._file)}
        load = drive(self._stack, self.web, connections=connections, seconds=seconds, status=200, words="", events=events)
        self._answers += load.answers
        self._speed = max(self._speed, load.rate)
        return load

    def agree(self) -> None:
        """RuntimeError unless each answer left a valid, processed trigger and an event, and nothing else is there."""
        with psycopg.connect(self._environ["DATABASE_URL"]) as connection:
            found = connection.execute(_STORED).fetchone()
        if found != (self._answers,) * 3:
            raise RuntimeError(f"dj-stripe answered {self._answers} events; events, good triggers and triggers stored: {found}")

    def _fill(self, number: int) -> None:
        """Signed just before they are sent: Stripe's signatures are good for five minutes."""
        mark, now = secrets.token_hex(6), int(time.time())
        signed = (signed_event(f"{mark}{count}", self._endpoint["secret"], now) for count in range(number))
        self._file.write_text("".join(f"{signature}\t{body}\n" for signature, body in signed), encoding="ascii")

    def _database(self) -> str:
        url = self._stack.environ["DATABASE_URL"]
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE DATABASE djstripe")
        head, query = url.split("?", 1)
        return f"{head.rpartition('/')[0]}/djstripe?{query}"

    def _prepare(self) -> dict[str, str]:
        """Its migrations take most of a minute; no clock runs meanwhile."""
        environ = {**self._stack.environ, **self._environ}
        done = subprocess.run(
            [self._python, "djstripe_prepare.py"], cwd=_FOLDER, env=environ, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise RuntimeError(f"dj-stripe could not be set up:\n{done.stderr[-3000:]}")
        found: dict[str, str] = json.loads(done.stdout)
        return found

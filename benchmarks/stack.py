"""What is measured: a durable PostgreSQL, a Valkey and the web server as `make run` starts it, in a temporary directory."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from base64 import urlsafe_b64encode
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from payments_site.devstack import spawn
from payments_site.devstack.environment import PROJECT
from payments_site.devstack.ports import free_ports
from payments_site.devstack.readiness import http_answers
from payments_site.devstack.services import Services

WORKERS, THREADS = 2, 8
_KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV", "PYTHONPATH", "LD_LIBRARY_PATH")
_ACCESS_LOG = '%(h)s "%(m)s %(U)s" %(s)s %(b)s %(M)sms'
_PLENTY = "100000000/m"  # no limit may bite here


@dataclass(frozen=True)
class Web:
    """The running web server."""

    port: int
    process: subprocess.Popen[bytes]
    log: Path


class Stack:
    """Services, a seeded tenant with a VNPay account, and processes on them; a context manager that leaves nothing behind."""

    def __init__(self) -> None:
        self._closing = ExitStack()
        self.environ: dict[str, str] = {}
        self.demo: dict[str, Any] = {}

    def __enter__(self) -> Stack:
        try:
            self._start()
        except BaseException:
            self._closing.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.close()

    @property
    def postgres_pid(self) -> int:
        """The postmaster; its children are the backends."""
        assert self.services.postgres is not None
        assert self.services.postgres.pid is not None
        return self.services.postgres.pid

    @property
    def bin_dir(self) -> Path:
        """Where pgbench of the same wheel is."""
        assert self.services.postgres is not None
        return self.services.postgres.bin_dir()

    @property
    def create_path(self) -> str:
        """The address of a create."""
        return f"/api/v1/{self.demo['project_code']}/{self.demo['app_code']}/transactions"

    @property
    def notify_path(self) -> str:
        """Where VNPay sends this account's notices."""
        return f"/api/v1/webhooks/vnpay/{self._account['account_id']}"

    @property
    def vnpay_keys(self) -> dict[str, str]:
        """What VNPay signs this account's notices with: ``tmn_code`` and ``hash_secret``."""
        return {name: str(self._account["credentials"][name]) for name in ("tmn_code", "hash_secret")}

    @property
    def _account(self) -> dict[str, Any]:
        found: dict[str, Any] = self.demo["accounts"]["vnpay"]
        return found

    def run(self, *arguments: str, **environ: str) -> str:
        """`python ARGUMENTS` in the project to its end; what it printed. RuntimeError with its last words if it fails."""
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=PROJECT,
            env={**self.environ, **environ},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(arguments)} failed:\n{done.stdout[-1000:]}{done.stderr[-3000:]}")
        return done.stdout

    def spawn(self, name: str, *command: str, cwd: Path = PROJECT, **environ: str) -> subprocess.Popen[bytes]:
        """A child that is stopped with the stack and dies with this process; its output goes to `<name>.log`."""
        with (self.place / f"{name}.log").open("ab") as output:
            process = spawn.spawn(command, env={**self.environ, **environ}, cwd=cwd, output=output)
        self._closing.callback(spawn.stop, process, (signal.SIGTERM, 10.0))
        return process

    def web(self) -> Web:
        """Start gunicorn as `make run` does, and wait until it answers."""
        python = [sys.executable, "-W", "ignore:No directory at"]
        return self.serve("web", python, "payments_site.wsgi:application", "/api/v1/version", PROJECT)

    def serve(self, name: str, python: list[str], application: str, path: str, cwd: Path, **environ: str) -> Web:
        """gunicorn, the same for everybody; up when `path` is answered."""
        [port] = free_ports(1)
        command = [*python, "-m", "gunicorn", application]
        command += ["--bind", f"127.0.0.1:{port}", "--worker-class", "gthread", "--workers", str(WORKERS)]
        command += ["--threads", str(THREADS), "--keep-alive", "30", "--no-control-socket", "--log-level", "warning"]
        command += ["--access-logfile", "-", "--access-logformat", _ACCESS_LOG]
        process = self.spawn(name, *command, cwd=cwd, **environ)
        web = Web(port, process, self.place / f"{name}.log")
        deadline = time.monotonic() + 60
        while not http_answers(f"http://127.0.0.1:{port}{path}"):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the web server does not answer:\n{web.log.read_text()[-3000:]}")
            time.sleep(0.1)
        return web

    def _start(self) -> None:
        self.place = Path(tempfile.mkdtemp(prefix="smartpost-bench-")).resolve()
        self.place.chmod(0o711)  # as root PostgreSQL runs as nobody and has to walk through
        self._closing.callback(shutil.rmtree, self.place, ignore_errors=True)
        self.services = Services(self.place, {}, durable=True)
        self._closing.callback(self.services.destroy)
        self.environ = self._environment(self.services.start())
        self.run("manage.py", "migrate", "--noinput", "--verbosity", "0")
        demo = self.place / "demo.json"
        self.run("manage.py", "seed_demo", "--output", str(demo))
        self.demo = json.loads(demo.read_text(encoding="utf-8"))

    def _environment(self, services: dict[str, str]) -> dict[str, str]:
        return {
            **{name: os.environ[name] for name in _KEPT if name in os.environ},
            **services,
            "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
            "SECRET_KEY": secrets.token_urlsafe(48),
            "BLIND_INDEX_KEY": secrets.token_urlsafe(48),
            "FERNET_KEYS": urlsafe_b64encode(secrets.token_bytes(32)).decode(),
            "PUBLIC_BASE_URL": "http://127.0.0.1:8000",
            "VNPAY_PAYMENT_URL": "http://127.0.0.1:8100/vnpay/paymentv2/vpcpay.html",
            "CALLBACK_ALLOWED_HOSTS": "127.0.0.1",
            "RATE_LIMIT_CLIENT": _PLENTY,
            "RATE_LIMIT_ADMIN": _PLENTY,
            "RATE_LIMIT_WEBHOOK": _PLENTY,
            "LOG_LEVEL": "WARNING",
            "VAR_DIR": str(self.place),
            "PYTHONUNBUFFERED": "1",
        }

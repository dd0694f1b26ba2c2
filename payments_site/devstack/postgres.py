"""A real PostgreSQL 18 from the wheel, for development and tests.

It listens on a Unix socket only, and asks for a password (scram-sha-256) that is kept 0600 in VAR_DIR.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

import psycopg

from payments_site.devstack import spawn
from payments_site.devstack.errors import DevstackError
from payments_site.devstack.files import open_log, persistent_secret, tail
from payments_site.devstack.postgres_home import Home, delete_everything, find_home, public_base

USER = DATABASE = "smartpost"
_START_SECONDS = 60.0  # recovery after a crash is part of it
_CLEAN_ENV = {"PATH": "/usr/bin:/bin", "LANG": "C", "LC_ALL": "C", "HOME": "/"}  # nothing of ours, it may run as nobody
_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "cluster_name": "smartpost",
    "max_wal_size": "1GB",
}
_NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "128MB"}
_STILL_IN_USE = "pre-existing shared memory block"


class EmbeddedPostgres:
    """One server per VAR_DIR. `durable=False` (tests only) trades crash safety of the *machine* for speed."""

    def __init__(self, var_dir: Path, *, durable: bool = True) -> None:
        self.var_dir = var_dir.resolve()
        self._settings = _SETTINGS | ({} if durable else _NOT_DURABLE)
        self._durable = durable
        self._process: subprocess.Popen[bytes] | None = None
        self._home: Home | None = None
        self._log = self.var_dir / "log" / "postgres.log"

    @property
    def home(self) -> Home:
        """Where it lives; decided on first use."""
        if self._home is None:
            self.var_dir.mkdir(parents=True, exist_ok=True)
            self._home = find_home(self.var_dir)
        return self._home

    @property
    def url(self) -> str:
        """DATABASE_URL. `?host=` is the spelling of a socket that psycopg, libpq tools and django-environ all read."""
        return self._url(DATABASE)

    @property
    def pid(self) -> int | None:
        """The postmaster's pid if this object started it."""
        return self._process.pid if self._process else None

    def alive(self) -> bool:
        """Whether the server answers for itself: ours runs, or the one we joined still does."""
        return self._process.poll() is None if self._process else self._running_pid() is not None

    def bin_dir(self) -> Path:
        """Where pgbench, psql and pg_dump of the same version are."""
        return self.home.prefix / "bin"

    def start(self) -> str:
        """Start it (or join one that already runs on this VAR_DIR) and return DATABASE_URL once it answers."""
        self._forget_orphaned_data()
        if not self._join_running():
            if not (self.home.data / "PG_VERSION").exists():
                self._initialise()
            self._launch()
        self._ensure_database()
        return self.url

    def stop(self) -> None:
        """Stop what this object started, cleanly and without waiting for clients; a joined server stays up."""
        process, self._process = self._process, None
        if process:
            spawn.stop(process, (signal.SIGINT, 20.0), (signal.SIGQUIT, 5.0))

    def kill(self) -> None:
        """SIGKILL the postmaster, as a crash would; `start()` recovers."""
        process, self._process = self._process, None
        if process:
            spawn.stop(process)

    def restart(self) -> str:
        """Stop and start; every client connection is lost."""
        self.stop()
        return self.start()

    def destroy(self) -> None:
        """Stop it and delete its data, wherever it lives. For temporary ones."""
        self.stop()
        delete_everything(self.var_dir)

    def _url(self, database: str) -> str:
        password = persistent_secret(self.var_dir / "postgres.password")
        return f"postgres://{USER}:{password}@/{database}?host={quote(str(self.home.sockets), safe='/')}"

    def _running_pid(self) -> int | None:
        """The postmaster of this cluster; a pid file that SIGKILL left behind, its number reused or not, is none."""
        pid_file = self.home.data / "postmaster.pid"
        try:
            pid = int(pid_file.read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return None
        if _works_in(pid, self.home.data):
            return pid
        pid_file.unlink(missing_ok=True)
        return None

    def _join_running(self) -> bool:
        """True if a server of another process answers here. One that is just going down is waited for."""
        deadline = time.monotonic() + _START_SECONDS
        while (pid := self._running_pid()) is not None:
            with contextlib.suppress(psycopg.OperationalError):
                psycopg.connect(self._url("postgres"), connect_timeout=2).close()
                return True
            if time.monotonic() > deadline:
                raise DevstackError(f"PostgreSQL (pid {pid}) runs on {self.home.data} but does not answer. Stop it.")
            time.sleep(0.05)
        return False

    def _forget_orphaned_data(self) -> None:
        """Below /var/tmp the data outlives a deleted VAR_DIR; without the password that was in it, it is of no use."""
        if self.home.base == public_base(self.var_dir) and not (self.var_dir / "postgres.password").exists():
            shutil.rmtree(self.home.data, ignore_errors=True)

    def _initialise(self) -> None:
        """initdb into a draft that takes its name only when whole: an interrupted one leaves nothing half-made."""
        draft = self.home.make_dir(self.home.base / "data.new")
        password_file = draft.with_name("password")
        password_file.unlink(missing_ok=True)
        descriptor = os.open(password_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        os.write(descriptor, persistent_secret(self.var_dir / "postgres.password").encode())
        if self.home.user:
            os.fchown(descriptor, self.home.user.uid, self.home.user.gid)
        os.close(descriptor)
        command: list[str | os.PathLike[str]] = [
            self.bin_dir() / "initdb",
            "-D",
            draft,
            "-U",
            USER,
            "-A",
            "scram-sha-256",
            "-E",
            "UTF8",
        ]
        command += ["--pwfile", password_file, "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        try:
            process = self._spawn([*command, *([] if self._durable else ["--no-sync"])])
            if process.wait(timeout=120) != 0:
                raise DevstackError(f"PostgreSQL could not make its data directory:\n{tail(self._log)}")
        finally:
            password_file.unlink(missing_ok=True)
        draft.rename(self.home.data)

    def _spawn(self, command: list[str | os.PathLike[str]]) -> subprocess.Popen[bytes]:
        log = open_log(self._log)
        try:
            # SIGQUIT: when we are killed there is no time to be polite, and the next start recovers by itself.
            return spawn.spawn(
                command,
                env=_CLEAN_ENV,
                cwd=Path("/"),
                output=log,
                user=self.home.user,
                death_signal=signal.SIGQUIT,
            )
        finally:
            os.close(log)

    def _launch(self) -> None:
        command: list[str | os.PathLike[str]] = [self.bin_dir() / "postgres", "-D", self.home.data]
        for name, value in {**self._settings, "unix_socket_directories": str(self.home.sockets)}.items():
            command += ["-c", f"{name}={value}"]
        deadline = time.monotonic() + _START_SECONDS
        self._process = self._spawn(command)
        while True:
            try:
                psycopg.connect(self._url("postgres"), connect_timeout=5).close()
            except psycopg.OperationalError as error:
                if "password authentication failed" in str(error) or time.monotonic() > deadline:
                    self.kill()
                    raise DevstackError(f"PostgreSQL started but cannot be used: {error}") from error
            else:
                return
            if self._process.poll() is not None:
                if _STILL_IN_USE not in tail(self._log, 4):
                    raise DevstackError(f"PostgreSQL did not start. The end of {self._log}:\n{tail(self._log)}")
                self._process = self._spawn(command)  # children of a killed server take a moment to notice
            time.sleep(0.02)

    def _ensure_database(self) -> None:
        with psycopg.connect(self._url("postgres"), autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                connection.execute(f"CREATE DATABASE {DATABASE}")


def _works_in(pid: int, data: Path) -> bool:
    """Whether process `pid` is a postmaster of `data`, which is among its arguments.

    (Its working directory would tell too, but root in a container may not look at that of another user's process.)
    """
    if Path("/proc/self/cmdline").exists():
        try:
            return os.fsencode(data) in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            return False
    listing = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return str(data) in listing.stdout

"""One PostgreSQL and one Valkey for a whole pytest run, however many workers it has.

Loaded by `-p payments_site.devstack.pytest_plugin`, early: pytest-django reads the settings, and with them
DATABASE_URL, before any conftest.py. The controlling process starts what the environment does not name, under
VAR_DIR/test; workers of pytest-xdist inherit the addresses, and each takes a Redis database of its own: what one clears
before a test is nobody else's. Data of tests is not synced to disk.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Generator, MutableMapping
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from payments_site.devstack.environment import PROJECT, var_dir_of
from payments_site.devstack.services import Services

_LAST_DATABASE = 15
_KEY = pytest.StashKey["TestServices"]()


class TestServices:
    """Temporary services in a directory of their own, which is locked while they are used."""

    __test__ = False  # not a test class

    def __init__(self, environ: MutableMapping[str, str], project: Path = PROJECT) -> None:
        place = var_dir_of(environ, project) / "test"
        place.mkdir(exist_ok=True)
        _sweep(place)
        self.var_dir = Path(tempfile.mkdtemp(dir=place))
        self.var_dir.chmod(0o711)  # as root PostgreSQL runs as nobody and has to walk through
        self._lock = os.open(self.var_dir / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self.services = Services(self.var_dir, environ, durable=False)
        self._environ = environ

    def start(self) -> None:
        """Start them and export DATABASE_URL and REDIS_URL."""
        self._environ.update(self.services.start())

    def destroy(self) -> None:
        """Stop them and leave nothing behind."""
        self.services.destroy()
        shutil.rmtree(self.var_dir, ignore_errors=True)
        os.close(self._lock)


def own_redis_database(redis_url: str, worker: str) -> str:
    """The address with the database of a worker of pytest-xdist (``gw0``: 1, ``gw1``: 2 ...); 0 is left to the controller.

    Raises ValueError for a sixteenth worker: Redis has 16 databases unless it is told otherwise.
    """
    number = int(worker.removeprefix("gw")) + 1
    if number > _LAST_DATABASE:
        raise ValueError(f"no Redis database is left for worker {worker}: use at most {_LAST_DATABASE} workers")
    address, _, query = redis_url.partition("?")
    if address.startswith("unix:"):  # not by urlsplit, whose way back loses the slashes of a socket without a password
        return f"{address}?{urlencode(dict(parse_qsl(query)) | {'db': str(number)})}"
    return urlsplit(redis_url)._replace(path=f"/{number}").geturl()


def _remove(var_dir: Path) -> None:
    Services(var_dir, {}).destroy()
    shutil.rmtree(var_dir, ignore_errors=True)


def _sweep(place: Path) -> None:
    """Remove what runs that were killed left behind; a live one holds its lock."""
    for lock in place.glob("*/lock"):
        with lock.open() as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            _remove(lock.parent)


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, object, object]:
    """Start before anybody reads the settings. A worker finds both addresses set and starts nothing."""
    if not (os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL")):
        own = TestServices(os.environ)
        early_config.stash[_KEY] = own
        early_config.add_cleanup(own.destroy)
        own.start()
    if worker := os.environ.get("PYTEST_XDIST_WORKER"):
        os.environ["REDIS_URL"] = own_redis_database(os.environ["REDIS_URL"], worker)
    return (yield)

"""PostgreSQL from the wheel, really started, killed and started again."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import closing
from pathlib import Path

import environ
import psycopg
import pytest

from payments_site.devstack.errors import DevstackError
from payments_site.devstack.files import fits_socket
from payments_site.devstack.postgres import EmbeddedPostgres
from payments_site.devstack.services import Services

IS_ROOT = os.geteuid() == 0


@pytest.fixture
def postgres(tmp_path):
    server = EmbeddedPostgres(tmp_path / "var", durable=False)
    yield server
    server.destroy()


@pytest.fixture
def open_dir():
    """A directory that every user may walk through, unlike pytest's own."""
    path = Path(tempfile.mkdtemp())
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


def ask(url, statement):
    with closing(psycopg.connect(url, autocommit=True)) as connection:
        return connection.execute(statement).fetchone()[0]


def run(url, statement):
    with closing(psycopg.connect(url, autocommit=True)) as connection:
        connection.execute(statement)


def test_it_is_postgresql_18_in_utc_without_a_tcp_port(postgres):
    url = postgres.start()
    assert ask(url, "SHOW server_version").startswith("18.")
    assert ask(url, "SHOW timezone") == "UTC"
    assert ask(url, "SHOW listen_addresses") == ""
    assert ask(url, "SHOW max_connections") == "200"
    assert ask(url, "SELECT datcollate || datlocale FROM pg_database WHERE datname = 'smartpost'") == "CC.UTF-8"


def test_django_environ_reads_the_same_address(postgres):
    url = postgres.start()
    config = environ.Env.db_url_config(url)
    options = dict(dbname=config["NAME"], user=config["USER"], password=config["PASSWORD"], **config["OPTIONS"])
    with closing(psycopg.connect(**options)) as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("smartpost",)


def test_data_survives_a_stop_and_the_second_start_is_fast(postgres):
    url = postgres.start()
    run(url, "CREATE TABLE kept AS SELECT 42 AS n")
    postgres.stop()
    began = time.monotonic()
    assert postgres.start() == url
    assert time.monotonic() - began < 5
    assert ask(url, "SELECT n FROM kept") == 42


def test_data_survives_kill_9(tmp_path):
    server = EmbeddedPostgres(tmp_path / "var")
    try:
        url = server.start()
        run(url, "CREATE TABLE kept AS SELECT 42 AS n")
        server.kill()
        assert not server.alive()
        assert ask(server.start(), "SELECT n FROM kept") == 42
    finally:
        server.destroy()


def test_development_syncs_to_disk(tmp_path):
    server = EmbeddedPostgres(tmp_path / "var")
    try:
        url = server.start()
        assert ask(url, "SHOW fsync") == "on"
        assert ask(url, "SHOW synchronous_commit") == "on"
    finally:
        server.destroy()


def test_stopping_does_not_wait_for_clients(postgres):
    with closing(psycopg.connect(postgres.start())) as idle:
        idle.execute("SELECT 1")
        began = time.monotonic()
        postgres.stop()
        assert time.monotonic() - began < 5


def test_a_pid_file_whose_number_lives_on_elsewhere_is_ignored(postgres):
    postgres.start()
    pid_file = postgres.home.data / "postmaster.pid"
    content = pid_file.read_text()
    postgres.kill()
    pid_file.write_text("\n".join([str(os.getppid()), *content.split("\n")[1:]]))
    assert ask(postgres.start(), "SELECT 1") == 1


def test_an_interrupted_initdb_is_begun_again(postgres):
    draft = postgres.home.base / "data.new"
    draft.mkdir()
    (draft / "PG_VERSION").write_text("half")
    assert ask(postgres.start(), "SELECT 1") == 1
    assert not draft.exists()


def test_a_wrong_password_is_refused(postgres):
    wrong = postgres.start().replace("smartpost:", "smartpost:x")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(wrong)


def test_password_and_sockets_are_private(postgres):
    postgres.start()
    assert stat.S_IMODE((postgres.var_dir / "postgres.password").stat().st_mode) == 0o600
    assert stat.S_IMODE(postgres.home.sockets.stat().st_mode) == 0o700
    assert stat.S_IMODE(postgres.home.data.stat().st_mode) == 0o700


def test_a_second_object_joins_and_leaves_the_server_alone(postgres):
    url = postgres.start()
    guest = EmbeddedPostgres(postgres.var_dir, durable=False)
    assert guest.start() == url
    guest.stop()
    assert ask(url, "SELECT 1") == 1


def test_restart_takes_every_connection_away(postgres):
    with closing(psycopg.connect(postgres.start())) as lost:
        postgres.restart()
        with pytest.raises(psycopg.OperationalError):
            lost.execute("SELECT 1")
    assert ask(postgres.url, "SELECT 1") == 1


def test_it_outlives_the_thread_that_started_it(postgres):
    starter = threading.Thread(target=postgres.start)
    starter.start()
    starter.join()
    time.sleep(0.3)
    assert ask(postgres.url, "SELECT 1") == 1


def test_a_long_var_dir_still_gets_a_socket(tmp_path):
    server = EmbeddedPostgres(tmp_path / ("d" * 90) / "var", durable=False)
    try:
        assert ask(server.start(), "SELECT 1") == 1
        assert fits_socket(server.home.sockets / ".s.PGSQL.5432")
    finally:
        server.destroy()


def test_the_wheel_brings_pgbench_and_psql(postgres):
    for tool in ("pgbench", "psql", "pg_dump"):
        shown = subprocess.run([postgres.bin_dir() / tool, "--version"], capture_output=True, text=True, check=True)
        assert " 18." in shown.stdout


def test_psql_takes_the_same_address(postgres):
    command = [postgres.bin_dir() / "psql", postgres.start(), "-Atc", "SELECT 6 * 7"]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "42\n"


def test_destroy_leaves_nothing(tmp_path):
    server = EmbeddedPostgres(tmp_path / "var", durable=False)
    server.start()
    server.destroy()
    assert not server.home.base.exists()
    assert not server.home.sockets.exists()


def test_data_of_another_major_version_is_said_plainly(postgres):
    postgres.start()
    postgres.stop()
    (postgres.home.data / "PG_VERSION").write_text("16\n")
    with pytest.raises(DevstackError, match="did not start"):
        postgres.start()


@pytest.mark.skipif(not IS_ROOT, reason="only root has to run it as somebody else")
class TestAsRoot:
    def test_the_server_runs_as_nobody(self, postgres):
        postgres.start()
        assert Path(f"/proc/{postgres.pid}").stat().st_uid == postgres.home.user.uid != 0

    def test_below_a_closed_directory_it_lives_in_var_tmp(self, tmp_path):
        closed = tmp_path / "closed"
        closed.mkdir(mode=0o700)
        server = EmbeddedPostgres(closed / "var", durable=False)
        try:
            url = server.start()
            assert server.home.base.parent.parent == Path("/var/tmp")  # noqa: S108
            assert server.home.base.stat().st_uid == 0
            assert stat.S_IMODE(server.home.base.lstat().st_mode) == 0o755
            run(url, "CREATE TABLE kept AS SELECT 42 AS n")
            assert ask(server.restart(), "SELECT n FROM kept") == 42
        finally:
            server.destroy()

    def test_in_an_open_directory_the_data_stays_in_var_dir(self, open_dir, monkeypatch):
        monkeypatch.setattr("payments_site.devstack.postgres_home._reachable", lambda _path: True)
        monkeypatch.setattr("payments_site.devstack.postgres_home._readable", lambda _prefix: True)
        server = EmbeddedPostgres(open_dir / "var", durable=False)
        assert server.home.base == open_dir / "var" / "postgres"

    def test_a_deleted_var_dir_takes_the_data_in_var_tmp_with_it(self, tmp_path):
        var_dir = tmp_path / "var"
        first = EmbeddedPostgres(var_dir, durable=False)
        run(first.start(), "CREATE TABLE gone AS SELECT 1 AS n")
        first.stop()
        shutil.rmtree(var_dir)
        second = EmbeddedPostgres(var_dir, durable=False)
        try:
            assert ask(second.start(), "SELECT count(*) FROM pg_tables WHERE tablename = 'gone'") == 0
        finally:
            second.destroy()

    def test_the_server_cannot_read_what_is_roots(self, postgres, tmp_path):
        secret = tmp_path / "secret"
        secret.write_text("x")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            ask(postgres.start(), f"SELECT pg_read_file('{secret}')")


ORPHAN = """
import sys, time
from pathlib import Path
from payments_site.devstack.services import Services
services = Services(Path(sys.argv[1]), {}, durable=False)
services.start()
print(services.postgres.pid, services.valkey.pid, flush=True)
time.sleep(60)
"""


def test_nothing_is_orphaned_when_the_parent_is_killed(tmp_path):
    parent = subprocess.Popen([sys.executable, "-c", ORPHAN, str(tmp_path / "var")], stdout=subprocess.PIPE, text=True)
    with parent:
        pids = [int(pid) for pid in parent.stdout.readline().split()]
        assert len(pids) == 2
        parent.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 10
    while any(_lives(pid) for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not any(_lives(pid) for pid in pids)
    survivors = Services(tmp_path / "var", {}, durable=False)
    assert ask(survivors.start()["DATABASE_URL"], "SELECT 1") == 1
    survivors.destroy()


def _lives(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes() != b""  # a zombie has none
    except OSError:
        return False

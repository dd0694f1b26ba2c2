"""Valkey from the wheel, really started and killed; and the two services as one."""

import os
import stat
from contextlib import closing

import pytest
import redis

from payments_site.devstack.pytest_plugin import TestServices, own_redis_database
from payments_site.devstack.services import Services
from payments_site.devstack.valkey import EmbeddedValkey


@pytest.fixture
def valkey(tmp_path):
    server = EmbeddedValkey(tmp_path / "var")
    yield server
    server.destroy()


def client(url):
    return closing(redis.Redis.from_url(url))


def test_it_answers_on_a_private_socket_only(valkey):
    with client(valkey.start()) as redis_client:
        assert redis_client.info("server")["server_name"] == "valkey"
        assert redis_client.info("server")["tcp_port"] == 0
    socket = valkey.var_dir / "valkey" / "valkey.sock"
    assert stat.S_IMODE(socket.stat().st_mode) == 0o700
    assert stat.S_IMODE((valkey.var_dir / "valkey" / "valkey.conf").stat().st_mode) == 0o600


def test_it_wants_the_password(valkey):
    start, _, end = valkey.start().rpartition("@")
    assert start.startswith("unix://:")
    with client("unix://" + end) as stranger, pytest.raises(redis.AuthenticationError):
        stranger.ping()


def test_after_kill_9_it_starts_again_empty(valkey):
    with client(valkey.start()) as redis_client:
        redis_client.set("a", "1")
    valkey.kill()
    assert not valkey.alive()
    with client(valkey.start()) as redis_client:
        assert redis_client.get("a") is None


def test_a_second_object_joins_and_leaves_the_server_alone(valkey):
    url = valkey.start()
    guest = EmbeddedValkey(valkey.var_dir)
    assert guest.start() == url
    guest.stop()
    with client(url) as redis_client:
        assert redis_client.ping()


def test_a_path_with_spaces_and_accents_works(tmp_path):
    server = EmbeddedValkey(tmp_path / "dữ liệu của tôi")
    try:
        with client(server.start()) as redis_client:
            assert redis_client.ping()
    finally:
        server.destroy()


def test_a_long_path_works(tmp_path):
    server = EmbeddedValkey(tmp_path / ("d" * 100))
    try:
        with client(server.start()) as redis_client:
            assert redis_client.ping()
    finally:
        server.destroy()


def test_celery_connects_by_its_own_spelling(valkey):
    from kombu import Connection

    address = valkey.start().replace("unix://", "redis+socket://").replace("db=", "virtual_host=")
    with Connection(address) as connection:
        connection.ensure_connection(max_retries=1)
        assert connection.connected


def test_addresses_already_set_are_used_and_nothing_is_started(tmp_path):
    given = {"DATABASE_URL": "postgres://own", "REDIS_URL": "redis://own"}
    services = Services(tmp_path / "var", given)
    assert services.start() == given
    assert not (tmp_path / "var").exists()
    services.stop()


def test_only_the_missing_service_is_started(tmp_path):
    services = Services(tmp_path / "var", {"DATABASE_URL": "postgres://own"})
    try:
        urls = services.start()
        assert urls["DATABASE_URL"] == "postgres://own"
        assert urls["REDIS_URL"].startswith("unix://")
        assert not (tmp_path / "var" / "postgres").exists()
    finally:
        services.destroy()


def test_what_died_is_started_again_and_named(tmp_path):
    services = Services(tmp_path / "var", {}, durable=False)
    try:
        services.start()
        assert services.restart_dead() == []
        os.kill(services.valkey.pid, 9)
        services.valkey._process.wait(timeout=5)
        assert services.restart_dead() == ["Valkey"]
        assert services.restart_dead() == []
    finally:
        services.destroy()


def test_services_of_a_test_run_are_exported_and_leave_nothing(tmp_path):
    environ = {"VAR_DIR": str(tmp_path / "var")}
    own = TestServices(environ)
    own.start()
    assert set(environ) == {"VAR_DIR", "DATABASE_URL", "REDIS_URL"}
    own.destroy()
    assert list((tmp_path / "var" / "test").iterdir()) == []


def test_a_new_test_run_sweeps_up_after_a_killed_one_but_not_after_a_live_one(tmp_path):
    environ = {"VAR_DIR": str(tmp_path / "var")}
    place = tmp_path / "var" / "test"
    live = TestServices(environ)
    (place / "dead").mkdir()
    (place / "dead" / "lock").touch()
    second = TestServices(environ)
    assert {path.name for path in place.iterdir()} == {live.var_dir.name, second.var_dir.name}
    live.destroy()
    second.destroy()


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("unix://:a%2Fb@/tmp/v a/valkey.sock?db=0", "unix://:a%2Fb@/tmp/v a/valkey.sock?db=3"),
        ("unix:///tmp/valkey.sock", "unix:///tmp/valkey.sock?db=3"),
        ("redis://:secret@redis.example:6379/0", "redis://:secret@redis.example:6379/3"),
        ("rediss://redis.example", "rediss://redis.example/3"),
    ],
)
def test_each_worker_of_a_test_run_has_a_redis_database_of_its_own(address, place):
    assert own_redis_database(address, "gw2") == place


def test_one_worker_clears_nothing_of_another(valkey):
    first, second = (own_redis_database(valkey.start(), worker) for worker in ("gw0", "gw1"))
    with client(first) as mine, client(second) as theirs:
        mine.set("a", "1")
        theirs.flushdb()
        assert mine.get("a") == b"1"


def test_more_workers_than_redis_has_databases_are_refused_by_name():
    with pytest.raises(ValueError, match="worker gw15: use at most 15"):
        own_redis_database("redis://redis.example", "gw15")

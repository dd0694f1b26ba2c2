"""The process table."""

import dataclasses

import pytest

from payments_site.devstack.processes import preparation, serving
from payments_site.devstack.run import guide
from payments_site.devstack.seed import Account, Demo, Login
from payments_site.kernel.queues import QUEUES

DEMO = Demo(
    admin=Login("admin", "a-pass"),
    approver=Login("approver", "b-pass"),
    project_code="DEMO",
    app_code="shop",
    accounts={"vnpay": Account("http://127.0.0.1:1/ipn", {"tmn_code": "DEMOTMN1", "hash_secret": "hs"})},
    staff_token="st_x",
    api_key="pk_x",
    callback_secret="whsec_eA==",
)
ENV = {
    "PORT": "1",
    "SANDBOX_PORT": "2",
    "SHOP_PORT": "3",
    "VAR_DIR": "/v",
    "DATABASE_URL": "postgres://x",
    "REDIS_URL": "unix://x",
    "SECRET_KEY": "k",
    "FERNET_KEYS": "f",
    "LOG_LEVEL": "INFO",
}


@pytest.fixture
def table(tmp_path):
    return {process.name: process for process in serving(ENV, DEMO, tmp_path)}


def test_everything_of_the_service_runs(table):
    assert list(table) == ["sandbox", "web", "worker", "worker-2", "beat", "drain", "shop"]


def test_the_two_workers_read_every_queue_from_opposite_ends(table):
    first, second = (table[name].command[table[name].command.index("-Q") + 1].split(",") for name in ("worker", "worker-2"))
    assert tuple(first) == QUEUES == tuple(reversed(second))


def test_migrations_run_before_the_seed(tmp_path):
    assert [process.name for process in preparation(ENV, tmp_path / "demo.json")] == ["migrate", "seed"]


def test_other_companies_never_see_our_keys(table):
    for name in ("sandbox", "shop"):
        assert not {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "FERNET_KEYS"} & set(table[name].env)
        assert table[name].env["LOG_LEVEL"] == "INFO"


def test_the_shop_is_told_where_the_api_is(table):
    assert table["shop"].env["SHOP_API_BASE"] == "http://127.0.0.1:1/api/v1"
    assert table["shop"].env["SHOP_API_KEY"] == "pk_x"
    assert table["shop"].env["SHOP_PUBLIC_URL"] == "http://127.0.0.1:3"


def test_the_access_log_has_no_query_strings(table):
    command = table["web"].command
    log_format = command[command.index("--access-logformat") + 1]
    for atom in ("%(r)s", "%(q)s", "%(f)s"):
        assert atom not in log_format


def test_secrets_do_not_show_in_a_process_or_demo(table):
    shown = repr(table) + repr(DEMO)
    for secret in ("a-pass", "pk_x", "whsec_", "postgres://x"):
        assert secret not in shown


def test_the_guide_names_every_place_and_login():
    text = guide(ENV, DEMO)
    for part in ("http://127.0.0.1:1/api/docs/", "/admin/", "http://127.0.0.1:3/", "admin / a-pass", "approver / b-pass"):
        assert part in text
    assert "/api/v1/DEMO/shop/transactions" in text
    assert "X-Api-Key: pk_x" in text


def test_a_process_cannot_be_changed(table):
    with pytest.raises(dataclasses.FrozenInstanceError):
        table["web"].name = "other"

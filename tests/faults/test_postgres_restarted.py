"""PostgreSQL goes away under the running web and comes back: the next requests are answered as if nothing had been."""

import json
import os
from functools import partial

import pytest

from payments_site.devstack.postgres import EmbeddedPostgres
from tests.factories.live import ORDER, at_once, stop


@pytest.fixture(scope="module")
def postgres(tmp_path_factory):
    """A server of these tests' own: the workers' may not be restarted."""
    server = EmbeddedPostgres(tmp_path_factory.mktemp("postgres"), durable=False)
    server.start()
    yield server
    server.destroy()


@pytest.fixture(scope="module")
def tenant(_live_stack, postgres, tmp_path_factory):
    """A web on that server: a create and a get of its demo tenant."""
    demo_file = tmp_path_factory.mktemp("demo") / "demo.json"
    keys = {"DATABASE_URL": postgres.url, "FERNET_KEYS": "d3vK2pq3b8n4S0yq7mVYwJqkq0bq0gX9xVn2cVwq0aE="}
    keys |= {"DJANGO_SETTINGS_MODULE": "payments_site.settings.local", "SECRET_KEY": "x" * 60}
    _live_stack.run("migrate", "--noinput", "--verbosity", "0", **keys)
    _live_stack.run("seed_demo", "--output", str(demo_file), **keys)
    demo = json.loads(demo_file.read_text())
    web = _live_stack.start_web("restarted", RATE_LIMIT_CLIENT="100000/m", **keys)
    base, headers = f"/api/v1/{demo['project_code']}/{demo['app_code']}", {"X-Api-Key": demo["api_key"]}

    def create(order):
        return web.call("POST", f"{base}/transactions", {**ORDER, "order_id": order}, headers)

    def get(path):
        return web.call("GET", f"{base}/{path}", headers=headers)

    yield create, get
    stop(web.process)


def test_the_web_goes_on_after_postgresql_was_restarted(postgres, tenant):
    create, get = tenant
    before = at_once([partial(create, f"BEFORE-{number}") for number in range(16)])
    assert {answer.status for answer in before} == {201}
    postgres.restart()
    after = at_once([partial(create, f"AFTER-{number}") for number in range(16)])
    assert {answer.status for answer in after} == {201}
    for answer in before:
        shown = get(f"transactions/{answer.data['transaction_id']}")
        assert (shown.status, shown.data["status"]) == (200, "pending")


def test_while_postgresql_is_away_the_answer_is_an_error_and_afterwards_all_is_well(postgres, tenant):
    create, _ = tenant
    assert create("ONE").status == 201
    postgres.stop()
    refused = [create(f"AWAY-{number}") for number in range(4)]
    assert {answer.status for answer in refused} <= {500, 503}
    assert {answer.json["error_code"] for answer in refused} == {"SYSTEM_ERROR"}
    postgres.start()
    again = [create(f"AWAY-{number}") for number in range(4)]
    assert [answer.status for answer in again] == [201] * 4
    assert os.environ["DATABASE_URL"] != postgres.url

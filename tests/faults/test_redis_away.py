"""Redis is a convenience: with it gone money still moves, and every callback goes out."""

import pytest

from payments_site.devstack.valkey import EmbeddedValkey
from tests.factories import truth
from tests.factories.live import sql
from tests.factories.outbox import settle_everything


@pytest.fixture(scope="module")
def valkey(tmp_path_factory):
    """A Valkey of these tests' own."""
    server = EmbeddedValkey(tmp_path_factory.mktemp("valkey"))
    server.start()
    yield server
    server.destroy()


def pending(shop):
    query = (
        "SELECT count(*) FROM webhooks_callbackdelivery d JOIN tenants_tenant t ON t.id = d.tenant_id"
        " WHERE t.public_id = %s AND d.status = 'pending'"
    )
    return sql(query, shop.role.tenant_id)


def test_create_notice_and_get_work_without_redis_and_every_callback_goes_out(live, valkey):
    settle_everything()
    shop = live.shop(callback_path="/no-redis")
    web = live.start_web("no-redis", REDIS_URL=valkey.url, RATE_LIMIT="", LOG_LEVEL="WARNING")
    first = shop.post(order_id="BEFORE", web=web)
    assert first.status == 201
    assert web.call("GET", "/api/v1/status").data["status"] == "ok"
    valkey.kill()

    health = web.call("GET", "/api/v1/status")
    assert (health.status, health.data["status"]) == (200, "degraded")
    shop.register(web=web)
    payments = [first.data]
    for number in range(5):
        created = shop.post(order_id=f"DURING-{number}", key=f"k-{number}", web=web)
        assert created.status == 201, created.text
        assert int(created.headers["ratelimit-remaining"]) > 0
        again = shop.post(order_id=f"DURING-{number}", key=f"k-{number}", web=web)
        assert (again.status, again.headers["x-idempotency-cache"]) == (201, "HIT")
        payments.append(created.data)
    for payment in payments:
        assert [one["rsp_code"] for one in shop.pay(payment)["ipn"]] == ["00"]
        shown = web.call("GET", f"{shop.role.base}/transactions/{payment['transaction_id']}", headers=shop.role.headers)
        assert (shown.status, shown.data["status"]) == (200, "completed")
    assert pending(shop) == len(payments)
    live.drain(REDIS_URL=valkey.url)
    assert pending(shop) == 0
    assert len({seen.headers["webhook-id"] for seen in live.receiver.at("/no-redis")}) == len(payments)

    valkey.start()
    assert web.call("GET", "/api/v1/status").data["status"] == "ok"
    assert shop.post(order_id="AFTER", web=web).status == 201
    truth.check(shop.role.tenant_id)

"""The whole service at work while PostgreSQL or Redis goes and comes back, or everything is killed: it heals by itself, nothing
is lost and nothing doubled. Figures are printed with ``-s``; docs/faults.md says what each fault shows."""

from __future__ import annotations

import json
import os
import secrets
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
import redis
from django.db import connection
from django.db.models import Count

from payments_site.kernel import clock
from payments_site.kernel.queues import QUEUES
from payments_site.scheduling import state
from payments_site.scheduling.lock import LOCK_CLASS, LOCK_ID
from tests.factories import truth
from tests.factories.house import House, running_house
from tests.factories.in_order import disorder
from tests.factories.live import Shop, at_once, sql, wait_until
from tests.factories.traffic import CUT_OFF, Traffic
from transactions.models import Receipt, Transaction, TransactionEvent
from webhooks.inbound.models import ProviderNotification

pytestmark = pytest.mark.timeout(600)  # a server is made and a whole installation started for the first one
# What a client and a provider may be told while the database is away, or by a process that dies: to come again.
TOLD_TO_REPEAT = {("create", said) for said in (409, 500, 503, CUT_OFF)} | {("notice", said) for said in ("99", "02", CUT_OFF)}


@pytest.fixture(scope="module")
def house(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with django_db_blocker.unblock(), running_house(tmp_path_factory.mktemp("house")) as running:
        yield running


@pytest.fixture(autouse=True)
def _same_redis(house: House, settings: Any) -> None:
    """What this process looks up of the queues is the house's."""
    settings.REDIS_URL = house.valkey.url


@pytest.fixture
def shop(house: House) -> Shop:
    """A tenant that is called back at a path of its own."""
    return house.live.shop(callback_path=f"/{secrets.token_hex(6)}")


def overdue(shop: Shop) -> Any:
    """A payment that the next run of the job lets expire."""
    row = Transaction.objects.filter(public_id=shop.create()["transaction_id"])
    row.update(expires_at="2020-01-01T00:00:00Z")
    return row


def under_load(house: House, shop: Shop, fault: Callable[[], None]) -> Traffic:
    """Payments are made before, during and after the fault; then everything that must be true is looked at."""
    with Traffic(shop) as traffic:
        traffic.more(8)
        fault()
        connection.close()
        late = overdue(shop)
        traffic.more(12)
    settled(shop, traffic, late)
    assert set(house.processes()) == {"web", "worker", "beat", "drain"}
    print(f"\n{len(traffic.orders)} payments; longest answer {traffic.longest:.1f} s; troubles {traffic.troubles()}")
    return traffic


def settled(shop: Shop, traffic: Traffic, late: Any) -> None:
    """Each order is one payment, paid once; the merchant was told of each; the queue works; the books are in order."""
    wait_until(lambda: late.filter(status="expired").exists(), 60)
    wait_until(lambda: QUEUES in workers_seen(), 60)
    wait_until(lambda: beats_at_work() == 1, 60)
    mine = Transaction.objects.filter(tenant__public_id=shop.role.tenant_id).exclude(pk=late.get().pk)
    assert dict(mine.values_list("order_id", "public_id")) == traffic.orders
    assert set(mine.values_list("status", flat=True)) == {"completed"}
    for facts in (Receipt.objects, TransactionEvent.objects.filter(event_type="paid")):
        counted = facts.filter(transaction__in=mine).values("transaction").annotate(times=Count("id"))
        assert set(counted.values_list("transaction__public_id", "times")) == {(one, 1) for one in traffic.orders.values()}
    applied = ProviderNotification.objects.filter(attempt__transaction__in=mine, verdict="applied").values_list(
        "attempt", flat=True
    )
    assert max(Counter(applied).values()) == 1
    everybody = {*traffic.orders.values(), late.get().public_id}
    wait_until(lambda: told(shop) == everybody, 60)
    wait_until(lambda: not disorder([shop.role.tenant_id]), 30)
    truth.check(shop.role.tenant_id)


def workers_seen() -> list[tuple[str, ...]]:
    """The queues of each worker that shows itself."""
    found = state.broker(clock.now())
    return [tuple(worker.queues) for worker in found.workers if not worker.gone] if found else []


def beats_at_work() -> int:
    locks = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND objid = %s AND granted"
    return int(sql(locks, LOCK_CLASS, LOCK_ID))


def told(shop: Shop) -> set[str]:
    """The payments of which the merchant's server was told."""
    path = Transaction.objects.filter(tenant__public_id=shop.role.tenant_id).values_list("tenant__callback_url", flat=True)[0]
    seen = shop.live.receiver.at(f"/{path.rpartition('/')[2]}")
    return {json.loads(one.body)["data"]["transaction_id"] for one in seen}


def flush(house: House) -> None:
    with redis.Redis.from_url(house.valkey.url) as client:
        for _ in range(3):
            client.flushall()
            time.sleep(0.5)


def hang(house: House, seconds: int) -> None:
    """Redis accepts connections and answers nobody."""
    assert house.valkey.pid
    os.kill(house.valkey.pid, signal.SIGSTOP)
    nobody_asks_redis_in_vain_for(seconds)
    os.kill(house.valkey.pid, signal.SIGCONT)


def lose(house: House, seconds: int) -> None:
    """Redis is killed and comes back empty."""
    house.valkey.kill()
    nobody_asks_redis_in_vain_for(seconds)
    house.valkey.start()


def nobody_asks_redis_in_vain_for(seconds: int) -> None:
    """Redis is away, and whoever looks at the queues is told so rather than kept waiting."""
    ends = time.monotonic() + seconds
    assert state.broker(clock.now()) is None
    time.sleep(max(0, ends - time.monotonic()))


SECONDS = [3, pytest.param(60, marks=pytest.mark.slow)]


def test_redis_forgets_everything(house: House, shop: Shop) -> None:
    before = house.processes()
    assert under_load(house, shop, partial(flush, house)).troubles() == {}
    assert house.processes() == before


@pytest.mark.parametrize("seconds", SECONDS)
@pytest.mark.parametrize("fault", [hang, lose])
def test_redis_is_away_and_comes_back(house: House, shop: Shop, fault: Callable[[House, int], None], seconds: int) -> None:
    before = house.processes()
    traffic = under_load(house, shop, partial(fault, house, seconds))
    assert traffic.troubles() == {}, "money does not wait for Redis"
    assert house.processes() == before


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_postgresql_is_restarted(house: House, shop: Shop, end: str) -> None:
    before = house.processes()

    def fault() -> None:
        getattr(house.postgres, end)()
        time.sleep(1)
        house.postgres.start()

    traffic = under_load(house, shop, fault)
    assert traffic.troubles()
    assert set(traffic.troubles()) <= TOLD_TO_REPEAT
    assert house.processes() == before


def test_every_process_is_killed(house: House, shop: Shop) -> None:
    before = house.processes()
    traffic = under_load(house, shop, house.kill_everything)
    assert set(traffic.troubles()) <= TOLD_TO_REPEAT
    assert all(house.processes()[name][-1] != pids[-1] for name, pids in before.items())


def test_while_postgresql_is_away_everybody_is_told_so_and_the_next_request_after_it_is_answered(
    house: House, shop: Shop
) -> None:
    payment = shop.create()
    notice = shop.fields(payment)
    connection.close()
    house.postgres.stop()
    refused = [shop.post() for _ in range(4)]
    assert {(answer.status, answer.json["error_code"]) for answer in refused} <= {(500, "SYSTEM_ERROR"), (503, "SYSTEM_ERROR")}
    assert [shop.notify(notice).json["RspCode"] for _ in range(2)] == ["99", "99"]
    house.postgres.start()
    answers = at_once([shop.post for _ in range(16)])
    assert {answer.status for answer in answers} == {201}
    assert shop.notify(notice).json["RspCode"] == "00"
    assert shop.show(payment["transaction_id"])["status"] == "completed"

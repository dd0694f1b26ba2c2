"""SIGKILL of the worker while it applies stored notices again, delivers in the drain's place, or lets endpoints catch up."""

from __future__ import annotations

import contextlib
import http.client
import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from payments_site.devstack.valkey import EmbeddedValkey
from payments_site.kernel import clock
from tests.factories import truth
from tests.factories.callbacks import Merchant, make_delivery, make_event, make_merchant
from tests.factories.celeries import Celeries
from tests.factories.live import Live, Shop, wait_until
from tests.factories.outbox import settle_everything
from tests.payloads.vnpay_sign import sign
from transactions.models import Receipt, Transaction, TransactionEvent
from webhooks.inbound.models import ProviderNotification
from webhooks.outbound.models import CallbackDelivery, CallbackEndpoint
from webhooks.outbound.replay import catch_up

RETRY, SWEEP = "webhooks.inbound.retry_notices", "webhooks.outbound.sweep_callbacks"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedValkey]:
    server = EmbeddedValkey(tmp_path_factory.mktemp("valkey"))
    server.start()
    yield server
    server.destroy()


@pytest.fixture
def celeries(live: Live, valkey: EmbeddedValkey, tmp_path: Path) -> Iterator[Celeries]:
    settle_everything()
    CallbackEndpoint.objects.filter(missed_since__isnull=False).update(missed_since=None, missed_xid=None)
    made = Celeries(live, valkey, tmp_path)
    yield made
    made.close()
    settle_everything()


@pytest.fixture(scope="module")
def left_behind(_live_stack: Live, tmp_path_factory: pytest.TempPathFactory) -> Callable[[Shop, dict[str, object]], None]:
    """Tell of a payment to a web that dies when it has stored the notice; its master starts another process."""
    once = tmp_path_factory.mktemp("left") / "once"
    web = _live_stack.start_web("left-behind", FAULT_POINT="notice.stored", FAULT_POINT_FILE=str(once))

    def tell(shop: Shop, payment: dict[str, object]) -> None:
        once.touch()
        with contextlib.suppress(ConnectionError, http.client.HTTPException):
            web.call("GET", f"{shop.notify_path}?{sign(shop.fields(payment), shop.role.hash_secret)}")
            raise AssertionError("it was answered")
        assert not once.exists()

    return tell


@pytest.mark.parametrize("point", ["retry.claimed", "notice.settled"])
def test_a_stored_notice_whose_worker_was_killed_is_applied_once_by_the_next(
    celeries: Celeries, left_behind: Callable[[Shop, dict[str, object]], None], point: str
) -> None:
    shop = celeries.live.shop(callback_path=f"/{point}")
    payment = shop.create()
    left_behind(shop, payment)
    mine = ProviderNotification.objects.filter(account__public_id=shop.role.account_id)
    ProviderNotification.objects.filter(next_try_at__isnull=False).update(next_try_at=clock.now() + timedelta(days=1))
    assert mine.update(next_try_at=LONG_AGO) == 1
    celeries.killed_at(point, RETRY)
    stored = Transaction.objects.filter(public_id=payment["transaction_id"])
    assert stored.get().status == {"retry.claimed": "pending", "notice.settled": "completed"}[point]
    notice = mine.get()
    assert notice.verdict == "stored"
    assert notice.next_try_at is not None
    assert notice.next_try_at > clock.now(), "nobody else takes it while its worker may live"

    mine.update(next_try_at=LONG_AGO)  # the dead worker's lease runs out
    assert f"{notice.public_id} " in celeries.live.run("process_failed_webhooks")
    assert (mine.get().verdict, mine.get().next_try_at) == (
        {"retry.claimed": "applied", "notice.settled": "repeated"}[point],
        None,
    )
    assert stored.get().status == "completed"
    assert Receipt.objects.filter(transaction__in=stored).count() == 1
    assert TransactionEvent.objects.filter(transaction__in=stored, event_type="paid").count() == 1
    celeries.live.drain()
    assert len({seen.headers["webhook-id"] for seen in celeries.live.receiver.at(f"/{point}")}) == 1
    truth.check(shop.role.tenant_id)


@pytest.mark.parametrize(("point", "sent"), [("callback.claimed", 0), ("callback.sent", 1)])
def test_a_callback_whose_worker_was_killed_in_the_drains_place_is_one_event_there(
    celeries: Celeries, point: str, sent: int
) -> None:
    merchant, path = make_merchant(), f"/{secrets.token_hex(4)}"
    delivery = make_delivery(merchant, celeries.live.receiver.url(path))
    mine = CallbackDelivery.objects.filter(pk=delivery.pk)
    mine.update(next_attempt_at=LONG_AGO)
    celeries.killed_at(point, SWEEP)
    assert len(celeries.live.receiver.at(path)) == sent
    assert mine.get().status == "pending"
    mine.update(next_attempt_at=LONG_AGO)  # the dead worker's lease runs out
    celeries.live.drain()
    assert mine.get().status == "delivered"
    seen = [one.headers["webhook-id"] for one in celeries.live.receiver.at(path)]
    assert len(seen) == sent + 1
    assert len(set(seen)) == 1
    truth.check(merchant.tenant.public_id, laws=truth.DELIVERIES)


def missing(merchant: Merchant, url: str) -> CallbackEndpoint:
    """An endpoint that was switched on just now, while a payment was being written that still found it off."""
    endpoint = CallbackEndpoint.objects.create(tenant=merchant.tenant, url=url)
    event, _ = make_event(merchant)
    CallbackEndpoint.objects.filter(pk=endpoint.pk).update(
        missed_since=event.created_at - timedelta(hours=1), missed_xid=1, enabled_at=clock.now()
    )
    return endpoint


def test_endpoints_that_were_catching_up_when_the_worker_was_killed_get_everything_once(celeries: Celeries) -> None:
    path = f"/{secrets.token_hex(4)}"
    merchants = [make_merchant(), make_merchant()]
    first, second = (missing(merchant, celeries.live.receiver.url(path)) for merchant in merchants)
    celeries.killed_at("catch_up.looked", SWEEP)
    assert CallbackDelivery.objects.filter(endpoint=first).count() == 1
    assert not CallbackDelivery.objects.filter(endpoint=second).exists()

    # Twice at least: the last look comes when every database transaction of the one before has ended.
    behind = CallbackEndpoint.objects.filter(pk__in=(first.pk, second.pk), missed_since__isnull=False)
    wait_until(lambda: catch_up(now=clock.now()) == 0 and not behind.exists(), 60)
    celeries.live.drain()
    events = set(
        TransactionEvent.objects.filter(tenant__in=[one.tenant for one in merchants]).values_list("public_id", flat=True)
    )
    assert sorted(seen.headers["webhook-id"] for seen in celeries.live.receiver.at(path)) == sorted(events)
    truth.check(*(merchant.tenant.public_id for merchant in merchants), laws=truth.DELIVERIES)

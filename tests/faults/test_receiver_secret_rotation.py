"""Secrets are rotated while callbacks go out: every single one verifies by what its receiver may hold at that moment."""

from __future__ import annotations

import json
import threading

import pytest
from django.db import connection
from standardwebhooks import Webhook, WebhookVerificationError

from audit.services import SYSTEM
from payments_site.kernel import clock
from tenants.services.callback_secrets import rotate_callback_secret
from tests.factories import truth
from tests.factories.callbacks import make_delivery, make_merchant
from tests.factories.drain_process import start_drain, stop, wait_until
from tests.factories.outbox import settle_everything
from tests.factories.receiver import running_receiver
from webhooks.outbound.models import CallbackDelivery

ROTATIONS = 3
BETWEEN = 40
# More than the drain can have claimed, and signed, before it heard of a rotation.
UNDER_WAY = 3 * BETWEEN


@pytest.fixture
def receiver(committed_db):
    settle_everything()
    with running_receiver() as running:
        running.delay("/hook", 0.02)
        yield running
    settle_everything()


def keep_making(merchant, url, enough):
    try:
        while not enough.is_set():
            make_delivery(merchant, url)
    finally:
        connection.close()


def fits(secret, seen):
    try:
        return Webhook(secret).verify(seen.body, seen.headers) == json.loads(seen.body)
    except WebhookVerificationError:
        return False


def test_every_callback_under_way_verifies_by_the_secrets_of_its_time(receiver):
    merchant, enough = make_merchant(), threading.Event()
    secrets, borders = list(merchant.secrets), []
    traffic = threading.Thread(target=keep_making, args=(merchant, receiver.url(), enough))
    drain = start_drain()
    traffic.start()
    try:
        for _ in range(ROTATIONS):
            goal = len(receiver.seen) + BETWEEN
            wait_until(lambda goal=goal: len(receiver.seen) >= goal, seconds=60, drain=drain)
            secrets.append(rotate_callback_secret(tenant_id=merchant.tenant.public_id, actor=SYSTEM, now=clock.now()))
            borders.append(len(receiver.seen))
        goal = len(receiver.seen) + UNDER_WAY + BETWEEN
        wait_until(lambda: len(receiver.seen) >= goal, seconds=60, drain=drain)
    finally:
        enough.set()
        traffic.join(30)
    mine = CallbackDelivery.objects.filter(tenant=merchant.tenant)
    wait_until(lambda: not mine.filter(status="pending").exists(), seconds=60, drain=drain)
    assert stop(drain)[0] == 0

    seen = list(receiver.seen)
    assert len(seen) >= (ROTATIONS + 1) * BETWEEN
    # The first secret was rotated away and lives its day: a receiver that has not changed it refuses nothing.
    assert [one.headers["webhook-id"] for one in seen if not fits(secrets[0], one)] == []
    # Each of the others fits whatever came once its rotation had settled; nothing fits one that was never given.
    for secret, border in zip(secrets[1:], borders, strict=True):
        assert any(fits(secret, one) for one in seen)
        assert all(fits(secret, one) for one in seen[border + UNDER_WAY :])
    assert not any(fits(make_merchant().secrets[0], one) for one in seen[:5])
    assert set(mine.values_list("status", flat=True)) == {"delivered"}
    truth.check(merchant.tenant.public_id, laws=truth.DELIVERIES)

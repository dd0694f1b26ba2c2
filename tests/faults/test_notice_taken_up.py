"""The process that took a notice in is killed and the provider never comes again: the stored row is applied all the same."""

from __future__ import annotations

import http.client
import os
import signal
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils.timezone import now

from tests.factories.live import Live, Shop, Web
from tests.payloads.vnpay_sign import sign
from transactions.models import Receipt
from webhooks.inbound.models import ProviderNotification


@pytest.fixture(params=["notice.stored", "notice.settled"])
def doomed(live: Live, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Web]:
    """A web that kills itself, once, at a step."""
    once = tmp_path / "once"
    once.touch()
    web = live.start_web(f"untold-{request.param}", FAULT_POINT=request.param, FAULT_POINT_FILE=str(once))
    yield web
    assert not once.exists(), "the step was never reached"
    if web.process.poll() is None:
        os.kill(web.process.pid, signal.SIGKILL)
        web.process.wait(10)


def test_a_notice_whose_process_was_killed_is_applied_though_nobody_sends_it_again(live: Live, shop: Shop, doomed: Web) -> None:
    payment = shop.create()
    with pytest.raises((ConnectionError, http.client.HTTPException)):
        doomed.call("GET", f"{shop.notify_path}?{sign(shop.fields(payment), shop.role.hash_secret)}")
    mine = ProviderNotification.objects.filter(account__public_id=shop.role.account_id)
    notice = mine.get()
    assert (notice.verdict, notice.processed_at) == ("stored", None)
    mine.update(next_try_at=now() - timedelta(seconds=1))  # two minutes later
    said = live.run("process_failed_webhooks")
    assert f"{notice.public_id} " in said
    assert mine.get().verdict in ("applied", "repeated")
    shown = shop.show(payment["transaction_id"])
    assert (shown["status"], shown["received_amount"]) == ("completed", 100_000)
    assert Receipt.objects.filter(transaction__public_id=payment["transaction_id"]).count() == 1

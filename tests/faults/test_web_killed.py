"""SIGKILL of the web at each of its durable steps: what was begun is finished once, by the repeat that any caller makes."""

import http.client
import os
import signal
from collections import Counter

import pytest

from payments_site.kernel.faults import FAULT_POINTS
from tests.factories import truth
from tests.factories.live import call, sql, wait_until
from transactions.models import PaymentAttempt, Receipt, Refund, Transaction, TransactionEvent
from webhooks.inbound.models import ProviderNotification

CREATE, NOTICE, REFUND = (
    sorted(point for point in FAULT_POINTS if point.startswith(family)) for family in ("create.", "notice.", "refund.")
)


@pytest.fixture
def doomed(live, tmp_path):
    """Start a web that kills itself, once, at a step; afterwards whatever is left of it is killed too."""
    started, once = [], tmp_path / "once"

    def start(point):
        once.touch()
        web = live.start_web(f"doomed-{point}", FAULT_POINT=point, FAULT_POINT_FILE=str(once))
        started.append(web)
        return web

    yield start
    assert not once.exists(), "the step was never reached"
    for web in started:
        if web.process.poll() is None:
            os.kill(web.process.pid, signal.SIGKILL)
            web.process.wait(10)


def cut_off(request):
    """Make a request whose server dies before it answers."""
    with pytest.raises((ConnectionError, http.client.HTTPException)):
        request()


def repeated(request):
    """Repeat a request as a client does: until nobody works on it any more."""

    def answered():
        answer = request()
        return None if answer.status == 409 else answer

    return wait_until(answered)


def events(payment_id):
    return Counter(TransactionEvent.objects.filter(transaction__public_id=payment_id).values_list("event_type", flat=True))


@pytest.mark.parametrize("point", CREATE)
def test_a_create_that_was_killed_is_finished_by_the_same_key(live, doomed, point):
    shop = live.shop()
    web = doomed(point)
    cut_off(lambda: shop.post(key="k-1", order_id="ORD-1", web=web))
    answer = repeated(lambda: shop.post(key="k-1", order_id="ORD-1"))
    assert answer.status == 201, answer.text
    stored = Transaction.objects.get(tenant__public_id=shop.role.tenant_id)
    assert answer.data["transaction_id"] == stored.public_id
    assert PaymentAttempt.objects.filter(transaction=stored).count() == 1
    assert events(stored.public_id) == {"created": 1, "payment_initiated": 1}
    volume = "SELECT sum(amount) FROM transactions_dailyvolume WHERE tenant_id = %s"
    assert sql(volume, stored.tenant_id) == 100_000
    again = shop.post(key="k-1", order_id="ORD-1")
    assert (again.status, again.headers["x-idempotency-cache"], again.data) == (201, "HIT", answer.data)
    paid = shop.pay(answer.data)
    assert paid["ipn"][0]["rsp_code"] == "00"
    assert events(stored.public_id)["paid"] == 1
    truth.check(shop.role.tenant_id)


@pytest.mark.parametrize("point", NOTICE)
def test_a_notice_that_was_killed_is_settled_once_by_the_providers_own_repeat(live, doomed, point):
    shop = live.shop()
    payment = shop.create()
    shop.register(web=doomed(point))
    told = shop.pay(payment)
    shop.register()
    repeat = {"notice.stored": "00", "notice.settled": "02"}[point]

    def codes():
        tries = call("GET", f"{live.sandbox}/_control/vnpay/payments/{told['txn_ref']}").json["ipn"]
        return [one["rsp_code"] for one in tries if one["rsp_code"]]

    assert wait_until(codes) == [repeat]
    stored = Transaction.objects.get(public_id=payment["transaction_id"])
    assert stored.status == "completed"
    assert events(stored.public_id) == {"created": 1, "payment_initiated": 1, "paid": 1}
    assert Receipt.objects.filter(transaction=stored).count() == 1
    notices = ProviderNotification.objects.filter(attempt__transaction=stored).order_by("id")
    assert list(notices.values_list("verdict", flat=True)) == ["stored", {"00": "applied", "02": "repeated"}[repeat]]
    truth.check(shop.role.tenant_id)


@pytest.mark.parametrize("point", REFUND)
def test_a_refund_that_was_killed_is_sent_to_the_provider_at_most_once(live, doomed, point):
    shop = live.shop()
    payment = shop.create()
    told = shop.pay(payment)
    body = {"refund_amount": 40_000, "reason": "Trả hàng", "internal_refund_id": "R-1"}
    path = f"{shop.role.base}/transactions/{payment['transaction_id']}/refund"
    headers = shop.role.headers | {"X-Idempotency-Key": "refund-1"}
    web = doomed(point)
    cut_off(lambda: web.call("POST", path, body, headers))
    answer = repeated(lambda: live.web.call("POST", path, body, headers))
    assert answer.status == 200, answer.text
    assert answer.data["status"] in ("processing", "completed")
    at_provider = call("GET", f"{live.sandbox}/_control/vnpay/payments/{told['txn_ref']}").json["refunds"]
    # Whether a claimed refund was sent nobody can know: it is asked about, in the end by a person, and never sent again.
    assert [refund["amount"] for refund in at_provider] == ([] if point == "refund.claimed" else [40_000])
    assert Refund.objects.get(transaction__public_id=payment["transaction_id"]).public_id == answer.data["refund_id"]
    assert events(payment["transaction_id"])["refund_initiated"] == 1
    truth.check(shop.role.tenant_id)

"""SIGKILL at each durable step while each provider is at work: afterwards its own records and ours tell of one order, one refund.

VNPay's part is in test_web_killed.py, test_worker_killed.py and test_drain_killed.py; here are the others. Of payOS every step is
killed in each run, of the rest one step each, and every step by ``make slow``.
"""

import contextlib
import http.client
import os
import secrets
import signal
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from payments_site.kernel import clock
from payments_site.kernel.faults import FAULT_POINTS
from tests.factories import truth
from tests.factories.live import wait_until
from tests.factories.live_bench import live_bench, only_due, own_questions, run_task
from tests.factories.outbox import settle_everything
from tests.factories.provider_words import WORDS
from transactions.models import MoneyIssue, PaymentAttempt, Refund, Transaction
from transactions.providers import registry
from transactions.providers.base import Capability
from transactions.services.expire import expire_due
from webhooks.inbound.models import ProviderNotification
from webhooks.outbound.models import CallbackDelivery

__all__ = ["own_questions"]

OTHERS = sorted(WORDS.keys() - {"vnpay"})
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
# A step in each run for those that have all of theirs in `make slow`: where only the provider knows what was done.
ALWAYS = {
    "momo": "refund.provider_answered",
    "zalopay": "create.provider_answered",
    "napas": "refund.claimed",
    "vietqr": "notice.settled",
}
# Steps that belong to a call which the provider does not have.
NEEDS = {
    "refund.claimed": Capability.REFUND,
    "refund.provider_answered": Capability.REFUND,
    "resolve.claimed": Capability.QUERY,
    "resolve.answered": Capability.QUERY,
    "resolve.settled": Capability.QUERY,
}
# A second order or refund under the reference is refused, and the first one's page is not told again (ZaloPay's -68).
CANNOT_REPEAT_A_CREATE = {"zalopay"}


def is_reached(code, point):
    return point not in NEEDS or NEEDS[point] in registry.get(code).capabilities


def steps(family):
    """(provider, step) of the family, those that are not killed in each run marked as slow."""
    found = []
    for code in OTHERS:
        for point in sorted(point for point in FAULT_POINTS if point.startswith(family) and is_reached(code, point)):
            marks = () if code == "payos" or ALWAYS[code] == point else (pytest.mark.slow,)
            found.append(pytest.param(code, point, marks=marks, id=f"{code}-{point}"))
    return found


@pytest.fixture
def once(tmp_path):
    """The file whose removal says that the step was reached."""
    file = tmp_path / "once"
    file.touch()
    yield file
    assert not file.exists(), "the step was never reached"


@pytest.fixture
def doomed(live, once):
    """A tenant whose web kills itself, once, at a step; its master starts another worker on the same address."""
    with contextlib.ExitStack() as closing:

        def start(code, point):
            web = live.start_web(f"doomed-{code}-{point}", FAULT_POINT=point, FAULT_POINT_FILE=str(once))
            closing.callback(_kill, web.process)
            return closing.enter_context(live_bench(live, WORDS[code], web))

        yield start


def _kill(process):
    if process.poll() is None:
        os.kill(process.pid, signal.SIGKILL)
        process.wait(10)


def cut_off(request):
    """Make a request whose server dies before it answers."""
    with pytest.raises((ConnectionError, http.client.HTTPException)):
        request()


def repeated(request):
    """Repeat a request as a client does: until nobody works on it any more."""

    def answered():
        reply = request()
        return None if reply.status == 409 else reply

    return wait_until(answered)


def paid(bench):
    """A payment that was paid and told."""
    payment = bench.create()
    bench.pay(payment, "paid")
    bench.acknowledged(payment)
    return payment


def test_every_step_of_every_provider_is_killed_somewhere():
    """What a provider does not reach, it cannot: transfers are not given back by an API, a bank account is not asked."""
    assert sorted(ALWAYS) == sorted(set(OTHERS) - {"payos"})
    assert all(is_reached(code, point) for code, point in ALWAYS.items())
    assert {code for code in OTHERS if not is_reached(code, "refund.claimed")} == {"payos", "vietqr"}
    assert {code for code in OTHERS if not is_reached(code, "resolve.claimed")} == {"vietqr"}
    families = ("create.", "notice.", "refund.", "resolve.", "expire.", "callback.")
    # Steps at which it makes no difference which provider it is.
    others = ("retry.", "catch_up.", "beat.", "reconcile.", "statement.")
    assert all(point.startswith(families + others) for point in FAULT_POINTS)


@pytest.mark.parametrize(("code", "point"), steps("create."))
def test_a_create_that_was_killed_is_one_order_there(doomed, code, point):
    bench = doomed(code, point)
    cut_off(lambda: bench.post(key="k-1", order_id="ORD-1"))
    reply = repeated(lambda: bench.post(key="k-1", order_id="ORD-1"))
    stored = Transaction.objects.get(tenant__public_id=bench.role.tenant_id)
    payment = {"transaction_id": stored.public_id, "amount": stored.amount}
    known = not (point == "create.provider_answered" and code in CANNOT_REPEAT_A_CREATE)
    if known:
        assert (reply.status, reply.data["transaction_id"]) == (201, stored.public_id)
        again = bench.post(key="k-1", order_id="ORD-1")
        assert (again.status, again.headers["X-Idempotency-Cache"], again.data) == (201, "HIT", reply.data)
        bench.visit(reply.data)
    else:
        assert (reply.status, reply.json["details"]["transaction_id"]) == (502, stored.public_id)
        assert bench.status(payment) == "pending"
    bench.pay(payment, "paid")
    bench.acknowledged(payment)
    there = bench.at_provider(payment)
    assert (there["orders_made"], there["received"]) == (1, 100_000)
    assert PaymentAttempt.objects.filter(transaction=stored).count() == 1
    assert bench.events(payment) == Counter(created=1, paid=1, **({"payment_initiated": 1} if known else {}))
    assert (bench.status(payment), bench.receipts(payment)) == ("completed", [100_000])
    truth.check(bench.role.tenant_id)


@pytest.mark.parametrize(("code", "point"), steps("notice."))
def test_a_notice_that_was_killed_is_applied_once_by_the_providers_repeat(doomed, code, point):
    bench = doomed(code, point)
    payment = bench.create()
    bench.pay(payment, "paid")
    tries = bench.acknowledged(payment)
    assert [one["acknowledged"] for one in tries] == [False, True]
    status, meaning = bench.words_of_notice(tries[1])
    assert (status, meaning) == (bench.words.good if point == "notice.stored" else bench.words.repeat)
    assert (bench.status(payment), bench.receipts(payment)) == ("completed", [100_000])
    assert bench.events(payment) == {"created": 1, "payment_initiated": 1, "paid": 1}
    kept = ProviderNotification.objects.filter(account__public_id=bench.account_id).order_by("id")
    ended = "applied" if point == "notice.stored" else "repeated"
    assert list(kept.values_list("verdict", flat=True)) == ["stored", ended]
    truth.check(bench.role.tenant_id)


@pytest.mark.parametrize(("code", "point"), steps("refund."))
@pytest.mark.usefixtures("own_questions")
def test_a_refund_that_was_killed_is_made_at_most_once_there(doomed, code, point):
    bench = doomed(code, point)
    payment = paid(bench)
    cut_off(lambda: bench.refund_by_key(payment, 40_000, key="refund-1"))
    reply = repeated(lambda: bench.refund_by_key(payment, 40_000, key="refund-1"))
    refund = Refund.objects.get(transaction__public_id=payment["transaction_id"])
    assert (reply.status, reply.data["refund_id"]) == (200, refund.public_id)
    by_api, sent = bench.words.refunds, bench.words.refunds and point != "refund.claimed"
    assert reply.data["status"] in (("processing", "completed") if by_api else ("awaiting_manual",))
    assert bench.refunds_there(payment) == ([40_000] if sent else [])
    if by_api:
        # What was claimed and perhaps not sent is asked about. MoMo and ZaloPay say that they have none and are sent the same
        # again; where nobody can say so it is never sent again, and a person ends it.
        known_absent = Capability.QUERY_REFUND in registry.get(code).capabilities and code in ("momo", "zalopay")
        ask_until_known(bench, payment, refund, in_vain=not sent and not known_absent)
        assert bench.refunds_there(payment) == ([40_000] if sent or known_absent else [])
    assert bench.events(payment)["refund_initiated"] == 1
    truth.check(bench.role.tenant_id)


def ask_until_known(bench, payment, refund, *, in_vain):
    """The resolver asks, the provider's bank ends the refund, and it asks again."""
    if refund.status != "completed":
        bench.ask_about_refund(payment)
    refund.refresh_from_db()
    if in_vain:
        assert refund.status in ("processing", "unknown")
        return
    if refund.status != "completed":
        bench.end_refund(payment, "completed")
        bench.ask_about_refund(payment)
    refund.refresh_from_db()
    assert refund.status == "completed"
    assert bench.events(payment)["refund_completed"] == 1
    assert bench.status(payment) == "partially_refunded"


@pytest.mark.parametrize(("code", "point"), steps("resolve."))
@pytest.mark.usefixtures("own_questions")
def test_a_payment_about_which_a_killed_process_asked_is_paid_once(live, once, code, point):
    with live_bench(live, WORDS[code]) as bench:
        payment = bench.create()
        bench.visit(payment)
        bench.pay(payment, "paid", notice="none")
        only_due(PaymentAttempt, payment)
        assert run_task(live, "resolve_due", FAULT_POINT=point, FAULT_POINT_FILE=str(once)) == -signal.SIGKILL
        assert bench.status(payment) == ("completed" if point == "resolve.settled" else "pending")
        if point != "resolve.settled":
            bench.ask_about_payment(payment)  # the dead process's lease runs out
        assert (bench.status(payment), bench.receipts(payment)) == ("completed", [100_000])
        assert bench.events(payment) == {"created": 1, "payment_initiated": 1, "paid": 1}
        assert bench.at_provider(payment)["orders_made"] == 1
        truth.check(bench.role.tenant_id)


@pytest.mark.parametrize(("code", "point"), steps("expire."))
def test_payments_that_a_killed_process_was_expiring_expire_once(live, once, code, point):
    with live_bench(live, WORDS[code]) as bench:
        first, second = bench.create(), bench.create()
        if bench.words.transfers:
            bench.pay(first, "paid", amount=60_000)
            bench.acknowledged(first)
        for place, payment in enumerate((first, second)):
            mine = Transaction.objects.filter(public_id=payment["transaction_id"])
            mine.update(expires_at=LONG_AGO + timedelta(seconds=place))
        assert run_task(live, "expire_due", FAULT_POINT=point, FAULT_POINT_FILE=str(once)) == -signal.SIGKILL
        assert (bench.status(first), bench.status(second)) == ("expired", "pending")
        expire_due(now=clock.now())
        assert (bench.status(first), bench.status(second)) == ("expired", "expired")
        assert [bench.events(payment)["expired"] for payment in (first, second)] == [1, 1]
        issues = MoneyIssue.objects.filter(transaction__tenant__public_id=bench.role.tenant_id).values_list(
            "issue_type", "amount"
        )
        assert list(issues) == ([("underpaid", 60_000)] if bench.words.transfers else [])
        truth.check(bench.role.tenant_id)


@pytest.mark.parametrize(("code", "point"), steps("callback."))
def test_a_callback_whose_drain_was_killed_reaches_the_client_as_one_event(live, once, tmp_path, code, point):
    settle_everything()
    path = f"/{secrets.token_hex(4)}"
    with live_bench(live, WORDS[code], callback_path=path) as bench:
        payment = paid(bench)
        command = [sys.executable, "manage.py", "drain_callbacks", "--once"]
        drain = live.spawn(command, tmp_path / "drain.log", FAULT_POINT=point, FAULT_POINT_FILE=str(once))
        assert drain.wait(60) == -signal.SIGKILL
        assert len(live.receiver.at(path)) == (1 if point == "callback.sent" else 0)
        mine = CallbackDelivery.objects.filter(tenant__public_id=bench.role.tenant_id)
        assert mine.update(next_attempt_at=LONG_AGO) == 1  # the dead drain's lease runs out
        live.drain()
        seen = live.receiver.at(path)
        assert len(seen) == (2 if point == "callback.sent" else 1)
        assert len({one.headers["webhook-id"] for one in seen}) == 1
        assert payment["transaction_id"].encode() in seen[-1].body
        truth.check(bench.role.tenant_id)

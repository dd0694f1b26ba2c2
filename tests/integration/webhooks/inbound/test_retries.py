"""Notices that we could not apply: tried again from their stored rows until it works, and told to people when it does not."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from audit.models import OperationalEvent
from payments_site.kernel import clock
from transactions.models import DataKey, Receipt, Transaction
from webhooks.inbound import backoff, receive
from webhooks.inbound.models import ProviderNotification
from webhooks.inbound.retry import retry_due
from webhooks.inbound.tasks import retry_notices


def notice():
    return ProviderNotification.objects.get()


def status(payment):
    return Transaction.objects.get(pk=payment.pk).status


def kinds():
    return list(OperationalEvent.objects.filter(kind__startswith="webhook.").order_by("id").values_list("kind", flat=True))


def later(**time):
    return clock.now() + timedelta(**time)


def test_a_notice_that_failed_is_applied_by_the_schedule_and_nobody_sends_it_again(notify, payment, broken):
    notify()
    first = notice()
    assert (first.verdict, first.failures, first.next_try_at) == ("error", 1, first.processed_at + timedelta(minutes=1))
    assert retry_due(now=later(seconds=30)) == {}
    broken()
    assert retry_due(now=later(minutes=2)) == {first.public_id: "applied"}
    assert (status(payment), notice().failures, notice().next_try_at) == ("completed", 0, None)
    assert retry_due(now=later(days=9)) == {}


def test_a_notice_whose_process_died_before_it_was_judged_is_taken_up(notify, payment, monkeypatch):
    with monkeypatch.context() as patch:

        def die(name):
            if name == "notice.stored":
                raise SystemExit

        patch.setattr(receive, "fault_point", die)
        with pytest.raises(SystemExit):
            notify()
    assert (notice().verdict, status(payment)) == ("stored", "pending")
    assert retry_due(now=later(seconds=60)) == {}
    assert list(retry_due(now=later(minutes=3)).values()) == ["applied"]
    assert status(payment) == "completed"


def test_people_are_told_at_the_third_failure_and_when_it_is_given_up(notify, payment, broken):
    notify()
    assert kinds() == ["webhook.failed"]
    now = clock.now()
    for failures in range(2, len(backoff.DELAYS) + 2):
        now = max(now, notice().next_try_at) + timedelta(seconds=1)
        assert list(retry_due(now=now).values()) == ["error"]
        assert notice().failures == failures
    assert kinds() == ["webhook.failed"] * 2 + ["webhook.stuck"] + ["webhook.failed"] * 6 + ["webhook.given_up"]
    loud = OperationalEvent.objects.filter(severity="error").order_by("id")
    assert [(event.kind, event.subject) for event in loud] == [
        ("webhook.stuck", notice().public_id), ("webhook.given_up", notice().public_id),
    ]  # fmt: skip
    assert notice().next_try_at is None
    assert retry_due(now=now + timedelta(days=30)) == {}
    broken()
    call_command("process_failed_webhooks", "--all", stdout=(said := StringIO()))
    assert f"{notice().public_id} error -> applied" in said.getvalue()
    assert status(payment) == "completed"


def test_what_one_sweep_took_no_other_takes_until_the_lease_is_over(notify, payment, broken, monkeypatch):
    notify()
    seen = []
    monkeypatch.setattr("webhooks.inbound.retry._retry", lambda row, now: seen.append(row.public_id) or "taken")
    now = later(minutes=2)
    assert len(retry_due(now=now)) == 1
    assert retry_due(now=now) == {}
    assert len(retry_due(now=now + backoff.LEASE)) == 1


def test_a_notice_of_an_erased_payer_is_left_alone(notify, payment, broken):
    notify()
    DataKey.objects.filter(pk=notice().data_key_id).update(wrapped=None, destroyed_at=clock.now())
    assert list(retry_due(now=later(minutes=2)).values()) == ["erased"]
    assert (notice().verdict, notice().next_try_at) == ("error", None)


def test_a_key_of_ours_that_is_missing_counts_as_our_failure_and_is_tried_on(notify, payment, broken, settings):
    notify()
    broken()
    keys = settings.FERNET_KEYS
    settings.FERNET_KEYS = ["4JvK2pq3b8n4S0yq7mVYwJqkq0bq0gX9xVn2cVwq0aE="]
    assert list(retry_due(now=later(minutes=2)).values()) == ["error"]
    assert notice().failures == 2
    settings.FERNET_KEYS = keys
    assert list(retry_due(now=later(minutes=30)).values()) == ["applied"]
    assert status(payment) == "completed"


def test_the_task_takes_batch_after_batch_and_says_how_many(notify, payment, broken):
    for _ in range(3):
        notify()
    broken()
    ProviderNotification.objects.update(next_try_at=clock.now() - timedelta(seconds=1))
    assert retry_notices() == 3
    verdicts = ProviderNotification.objects.order_by("id").values_list("verdict", flat=True)
    assert list(verdicts) == ["applied", "repeated", "repeated"]
    assert Receipt.objects.count() == 1


def test_what_can_be_answered_needs_no_retry(notify, payment):
    notify(vnp_Amount="1")
    notify(secret="forged")
    notify()
    assert list(ProviderNotification.objects.values_list("next_try_at", flat=True)) == [None, None, None]

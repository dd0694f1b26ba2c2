"""``retry_failed_callbacks``: what was given up is due again, once, with its trace."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from audit.models import AuditEntry
from payments_site.kernel import clock
from tests.factories.callbacks import make_delivery, make_merchant
from webhooks.outbound.models import CallbackDelivery

pytestmark = pytest.mark.usefixtures("outbox")


def run(*arguments):
    out = io.StringIO()
    call_command("retry_failed_callbacks", *arguments, stdout=out)
    return out.getvalue().strip()


def dead(merchant, url, *, hours):
    """A delivery that was given up so many hours ago."""
    delivery = make_delivery(merchant, url)
    given_up = clock.now() - timedelta(hours=hours)
    CallbackDelivery.objects.filter(pk=delivery.pk).update(status="dead", attempts=11, next_attempt_at=None, failed_at=given_up)
    return CallbackDelivery.objects.select_related("tenant", "transaction").get(pk=delivery.pk)


def statuses(*rows):
    return [CallbackDelivery.objects.get(pk=row.pk).status for row in rows]


def test_the_dead_of_one_tenant_are_delivered_after_it_and_a_second_run_finds_none(receiver, drain):
    one, other = dead(make_merchant(), receiver.url("/one"), hours=1), dead(make_merchant(), receiver.url("/two"), hours=1)
    assert run("--tenant", one.tenant.public_id) == "1 callbacks are due again"
    assert statuses(one, other) == ["pending", "dead"]
    assert drain() == 1
    assert run("--tenant", one.tenant.public_id) == "0 callbacks are due again"
    assert statuses(one, other) == ["delivered", "dead"]
    assert [len(receiver.at(path)) for path in ("/one", "/two")] == [1, 0]
    entry = AuditEntry.objects.get(action="callback_resend", entity_id=one.transaction.public_id)
    assert (entry.user_id, entry.old_values["status"], entry.new_values["status"]) == ("system", "dead", "pending")


def test_a_range_names_when_they_were_given_up(receiver):
    merchant = make_merchant()
    old, middle, young = (dead(merchant, receiver.url(), hours=hours) for hours in (5, 3, 1))
    since, until = (clock.iso(clock.now() - timedelta(hours=hours)) for hours in (4, 2))
    assert run("--tenant", old.tenant.public_id, "--since", since, "--until", until) == "1 callbacks are due again"
    assert statuses(old, middle, young) == ["dead", "pending", "dead"]


def test_named_ones_are_due_again_and_what_was_delivered_is_left_alone(receiver):
    merchant = make_merchant()
    named, done = dead(merchant, receiver.url(), hours=1), dead(merchant, receiver.url(), hours=1)
    CallbackDelivery.objects.filter(pk=done.pk).update(status="delivered", failed_at=None, delivered_at=clock.now())
    assert run(named.public_id, done.public_id) == "1 callbacks are due again"
    assert statuses(named, done) == ["pending", "delivered"]


@pytest.mark.parametrize("arguments", [(), ("--since", "yesterday"), ("--until", "2026-11-21T10:00:00")])
def test_a_call_that_names_nothing_or_no_moment_is_refused(arguments):
    with pytest.raises(CommandError):
        run(*arguments)

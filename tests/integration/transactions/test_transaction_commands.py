"""The commands that do at once what the schedule does: they call the same services, and may be repeated."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from rest_framework.test import APIClient

from payments_site.kernel import clock
from tests.factories.backoffice import new_payment, notify
from tests.factories.world import Role
from transactions.models import IdempotencyRecord, PaymentAttempt, Transaction, TransactionEvent


def run(name: str, *arguments: str) -> list[str]:
    out = io.StringIO()
    call_command(name, *arguments, stdout=out)
    return out.getvalue().splitlines()


def test_payments_past_their_deadline_expire_once_and_old_idempotency_records_go(api: APIClient, acme: Role) -> None:
    late, young = new_payment(api, acme), new_payment(api, acme)
    Transaction.objects.filter(pk=late.pk).update(expires_at=clock.now() - timedelta(seconds=1))
    old = IdempotencyRecord.objects.filter(transaction=late)
    kept = IdempotencyRecord.objects.exclude(transaction=late).count()
    assert old.update(expires_at=clock.now() - timedelta(seconds=1)) == 1
    assert run("cleanup_expired_transactions") == ["1 payments expired", "1 idempotency records deleted"]
    assert [Transaction.objects.get(pk=row.pk).status for row in (late, young)] == ["expired", "pending"]
    assert TransactionEvent.objects.filter(transaction=late, event_type="expired").count() == 1
    assert (old.count(), IdempotencyRecord.objects.count()) == (0, kept)
    assert run("cleanup_expired_transactions") == ["0 payments expired", "0 idempotency records deleted"]


@pytest.fixture
def attempt(api: APIClient, acme: Role) -> PaymentAttempt:
    """Of unknown fate; its next question is in an hour."""
    found = PaymentAttempt.objects.filter(transaction=new_payment(api, acme))
    found.update(status="unknown", next_query_at=clock.now() + timedelta(hours=1))
    return found.get()


def test_what_is_not_due_is_left_to_the_schedule(attempt: PaymentAttempt) -> None:
    assert run("process_failed_transactions") == ["0 questions asked"]
    attempt.refresh_from_db()
    assert attempt.query_count == 0


def test_what_is_of_unknown_fate_is_asked_about_on_demand(attempt: PaymentAttempt) -> None:
    assert run("process_failed_transactions", "--all") == ["1 brought forward", "1 questions asked"]
    attempt.refresh_from_db()
    assert attempt.query_count == 1
    assert run("process_failed_transactions", "--all", "--limit", "0")[-1] == "0 questions asked"


def test_what_a_worker_is_asking_about_just_now_is_left_to_it(attempt: PaymentAttempt) -> None:
    PaymentAttempt.objects.filter(pk=attempt.pk).update(next_query_at=clock.now() + timedelta(minutes=4))
    assert run("process_failed_transactions", "--all") == ["0 brought forward", "0 questions asked"]


def test_a_named_payment_is_asked_about_and_its_state_printed(attempt: PaymentAttempt) -> None:
    payment = attempt.transaction
    assert run("process_failed_transactions", payment.public_id) == [f"{payment.public_id} pending"]
    attempt.refresh_from_db()
    assert attempt.query_count == 1


def test_a_payment_that_failed_for_good_has_nothing_to_ask(api: APIClient, acme: Role) -> None:
    payment = new_payment(api, acme)
    notify(api, acme, payment, vnp_ResponseCode="24", vnp_TransactionStatus="02")
    assert run("process_failed_transactions", payment.public_id) == [f"{payment.public_id} failed: nothing to ask"]


def test_an_unknown_payment_is_named(db: None) -> None:
    with pytest.raises(CommandError, match="txn_nothing"):
        run("process_failed_transactions", "txn_nothing")

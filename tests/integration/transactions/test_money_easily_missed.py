"""Money that no single attempt would show: a part before the whole, or when a payment ends; and what nobody answers for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from audit.services import SYSTEM
from payments_site.kernel import clock
from tenants.selectors import context_of_tenant
from tests.factories.backoffice import new_payment, notify
from tests.factories.transfers import open_bank
from transactions.models import MoneyIssue, PaymentAttempt, Transaction
from transactions.providers.base import FateUnknown, Outcome, StatusReport
from transactions.services import resolve
from transactions.services.choose import choose_provider
from transactions.services.settle import Source, settle


@pytest.fixture
def bank(api: Any, acme: Any) -> Any:
    return open_bank(api, acme)


def issues(payment: Transaction) -> list[tuple[str, int]]:
    return list(MoneyIssue.objects.filter(transaction=payment).order_by("id").values_list("issue_type", "amount"))


def choose(payment: Transaction, provider_code: str) -> None:
    """The payer goes to another provider."""
    tenant = context_of_tenant(payment.tenant_id)
    choose_provider(
        tenant=tenant, payment_id=payment.pk, provider_code=provider_code, payer_ip=None, request_id="", now=clock.now()
    )
    payment.refresh_from_db()


def test_the_whole_by_card_after_a_part_by_transfer_is_too_much(api: Any, acme: Any, bank: Any) -> None:
    payment = bank.order(100_000)
    bank_order = Transaction.objects.get(pk=payment.pk)
    choose(payment, "vnpay")
    bank.transfer(bank_order, 60_000)
    assert notify(api, acme, payment) == "00"
    payment.refresh_from_db()
    assert (payment.status, payment.received_amount) == ("completed", 160_000)
    assert issues(payment) == [("overpaid", 60_000)]


def test_a_part_that_is_there_when_the_client_cancels_is_shown_to_a_person(api: Any, acme: Any, bank: Any) -> None:
    payment = bank.order(100_000)
    bank.transfer(payment, 60_000)
    answer = api.post(f"{acme.base}/transactions/{payment.public_id}/cancel", {}, format="json", headers=acme.headers)
    assert answer.json()["data"]["status"] == "cancelled"
    assert issues(payment) == [("underpaid", 60_000)]


@pytest.mark.parametrize("status", ["created", "pending", "unknown"])
def test_one_that_its_provider_never_answered_for_ends_as_an_issue(
    api: Any, acme: Any, monkeypatch: pytest.MonkeyPatch, status: str
) -> None:
    payment = new_payment(api, acme)
    asked_last = clock.now() + timedelta(days=7)
    PaymentAttempt.objects.filter(transaction=payment).update(status=status)

    def silent(*_args: Any, **_kwargs: Any) -> Any:
        raise FateUnknown("HTTP 503")

    monkeypatch.setattr(resolve.calls, "call", silent)
    resolve.ask_about_attempt(attempt_id=payment.attempts.get().pk, actor=SYSTEM, now=asked_last)
    assert payment.attempts.get().next_query_at is None
    assert issues(payment) == [("unknown_fate", 100_000)]


def test_a_suspicion_that_ends_as_a_failure_leaves_the_part_to_a_person(api: Any, acme: Any, bank: Any) -> None:
    payment = bank.order(100_000)
    bank_order = Transaction.objects.get(pk=payment.pk)
    choose(payment, "vnpay")
    bank.transfer(bank_order, 60_000)
    assert notify(api, acme, payment, vnp_ResponseCode="07", vnp_TransactionStatus="07") == "00"
    assert notify(api, acme, payment, vnp_ResponseCode="24", vnp_TransactionStatus="02") == "00"
    payment.refresh_from_db()
    assert (payment.status, issues(payment)) == ("failed", [("underpaid", 60_000)])


def test_paid_without_a_transfer_to_show_for_it_is_left_to_a_person(bank: Any) -> None:
    payment = bank.order(100_000)
    attempt = payment.attempts.get()
    report = StatusReport(Outcome.PAID, attempt.provider_reference, 100_000, transaction_status="PAID")
    source = Source(kind="query", actor=SYSTEM)
    for _ in range(2):
        settle(attempt_id=attempt.pk, report=report, source=source, now=clock.now())
    payment.refresh_from_db()
    assert (payment.status, issues(payment)) == ("pending", [("unknown_fate", 100_000)])


def test_a_paid_order_that_nobody_here_made_is_shown_to_a_person_once(api: Any, acme: Any) -> None:
    payment = new_payment(api, acme)
    payment.provider_order_id = "ELSEWHERE00001"
    assert [notify(api, acme, payment, number="777") for _ in range(2)] == ["01", "01"]
    issue = MoneyIssue.objects.get(account__public_id=acme.account_id)
    assert (issue.issue_type, issue.amount, issue.transaction, issue.receipt) == ("unidentified_money", 100_000, None, None)

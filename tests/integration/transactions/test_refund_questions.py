"""What becomes of a refund whose answer was lost: it is asked about, and sent again only where the provider has none."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType

import pytest

from audit.services import SYSTEM
from payments_site.kernel import clock
from payments_site.kernel.http import ProviderUnreachable
from tests.factories.backoffice import new_payment, notify
from transactions.models import MoneyIssue, Refund
from transactions.providers import registry
from transactions.providers.base import FateUnknown, Outcome, RefundReport
from transactions.providers.vnpay.adapter import VNPayAdapter
from transactions.services._allocations import plan_for
from transactions.services._refunds import write_refund
from transactions.services._transition import lock_payment
from transactions.services.refund_questions import ask_about_refund


@dataclass
class Ledger(VNPayAdapter):
    """A provider that keeps one refund a reference, and says so when it has none."""

    kept: dict[str, int] = field(default_factory=dict)
    sent: list[str] = field(default_factory=list)
    trouble: Exception | None = None
    knows: bool = True

    def refund(self, account, refund, http):
        if self.trouble is not None:
            raise self.trouble
        self.sent.append(refund.reference)
        self.kept.setdefault(refund.reference, refund.amount)
        return RefundReport(Outcome.PENDING, refund_no=f"N-{refund.reference}")

    def query_refund(self, account, refund, http):
        if not self.knows:
            raise FateUnknown("no answer")
        if refund.reference not in self.kept:
            return RefundReport(Outcome.PENDING, unknown=True)
        return RefundReport(Outcome.PENDING, refund_no=f"N-{refund.reference}")


@pytest.fixture
def ledger(monkeypatch):
    ledger = Ledger()
    monkeypatch.setattr(registry, "ADAPTERS", MappingProxyType({**registry.ADAPTERS, "vnpay": ledger}))
    return ledger


@pytest.fixture
def claimed(api, acme):
    """A refund whose process died after it had claimed it and before the provider was asked."""
    payment = new_payment(api, acme)
    assert notify(api, acme, payment) == "00"
    locked, now = lock_payment(payment.pk), clock.now()
    refund = write_refund(locked, plan_for(locked, 40_000), reason="", actor=SYSTEM, now=now, due=now)
    Refund.objects.filter(pk=refund.pk).update(status="processing", sent_at=now)
    return Refund.objects.get(pk=refund.pk)


def ask(refund, **later):
    return ask_about_refund(refund_id=refund.pk, actor=SYSTEM, now=clock.now() + timedelta(**(later or {"minutes": 1})))


def test_a_refund_that_never_arrived_is_sent_again_under_the_same_reference(ledger, claimed):
    asked = ask(claimed)
    assert ledger.sent == [claimed.provider_reference]
    assert (asked.status, asked.query_count, asked.sent_at) == ("processing", 1, claimed.sent_at)
    again = ask(claimed, minutes=5)
    assert (len(ledger.sent), again.query_count) == (1, 2)


def test_a_refund_that_arrived_is_never_sent_again(ledger, claimed):
    ledger.kept[claimed.provider_reference] = 40_000
    for minutes in (1, 5, 15):
        ask(claimed, minutes=minutes)
    assert ledger.sent == []
    assert Refund.objects.get(pk=claimed.pk).query_count == 3


def test_silence_is_no_reason_to_send_again_and_ends_with_a_person(ledger, claimed):
    ledger.knows = False
    assert ask(claimed).status == "unknown"
    asked = ask(claimed, days=7)
    assert (ledger.sent, asked.status, asked.next_query_at, asked.query_count) == ([], "unknown", None, 2)
    issue = MoneyIssue.objects.get(refund=claimed)
    assert (issue.issue_type, issue.amount, issue.state) == ("unknown_fate", 40_000, "open")


def test_one_that_can_not_be_sent_again_now_keeps_its_reference_and_time_for_later(ledger, claimed):
    ledger.trouble = ProviderUnreachable("no route")
    asked = ask(claimed)
    assert (asked.status, asked.sent_at, asked.query_count) == ("requested", claimed.sent_at, 1)
    ledger.trouble = None
    assert ask(claimed, minutes=6).status == "processing"
    assert ledger.sent == [claimed.provider_reference]


def test_a_settled_refund_is_not_asked_about(ledger, claimed):
    Refund.objects.filter(pk=claimed.pk).update(status="failed")
    assert ask(claimed).status == "failed"
    assert (ledger.sent, Refund.objects.get(pk=claimed.pk).query_count) == ([], 0)


class ShowsOne(VNPayAdapter):
    """A provider that shows one refund of a payment, and does not say which."""

    def query_refund(self, account, refund, http):
        return RefundReport(Outcome.PAID, refund_no="N-SECOND")


def test_a_refund_of_the_other_receipt_of_a_payment_paid_twice_is_not_taken_for_ours(api, acme, monkeypatch):
    monkeypatch.setattr(registry, "ADAPTERS", MappingProxyType({**registry.ADAPTERS, "vnpay": ShowsOne()}))
    payment, now = new_payment(api, acme), clock.now()
    assert notify(api, acme, payment) == "00"
    assert notify(api, acme, payment) == "00"
    locked = lock_payment(payment.pk)
    first, second = (
        write_refund(locked, plan_for(locked, payment.amount), reason="", actor=SYSTEM, now=now, due=now) for _time in range(2)
    )
    assert first.receipt_id != second.receipt_id
    Refund.objects.filter(pk__in=[first.pk, second.pk]).update(status="processing", sent_at=now)
    Refund.objects.filter(pk=second.pk).update(provider_refund_id="N-SECOND")
    assert ask(first).status == "processing"
    assert ask(second).status == "completed"

"""A day of mixed traffic at every sandbox, fetched by the day's file and reconciled: the planted differences, and no other."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from audit.services import SYSTEM
from payments_site.devstack.environment import sandbox_addresses
from payments_site.kernel import clock
from reconciliation.calendars import add_business_days
from reconciliation.models import Match, Reconciliation, ReconciliationItem
from reconciliation.services import fetching, runs
from tenants.models import FeeSchedule, ProviderAccount
from tests.factories.bench import Bench
from tests.factories.in_order import disorder
from tests.factories.live import Live
from tests.factories.provider_words import WORDS
from tests.factories.world import make_world
from transactions.availability import circuits
from transactions.models import MoneyIssue, Receipt, Refund

FEES = {"basis_points": 110, "fixed": 1_650, "minimum": 0, "maximum": None, "vat_basis_points": 1_000}
# Of these the money is at once, and whole, on our own bank account.
WITHOUT_FEES = ("payos", "vietqr")


@dataclass
class Day:
    """The traffic of a day at one provider, and the differences that it must leave: {type: the line's or record's number}."""

    bench: Bench
    expected: dict[str, list[str]] = field(default_factory=dict)

    @property
    def account(self) -> ProviderAccount:
        return ProviderAccount.objects.select_related("provider").get(public_id=self.bench.account_id)

    def paid(self) -> tuple[dict[str, Any], str]:
        """A payment of which both sides know, and the provider's number of it."""
        payment, _seen = self.bench.paid()
        return payment, self.number_of(payment)

    def number_of(self, payment: dict[str, Any]) -> str:
        return str(self.bench.at_provider(payment)["transaction_no"])

    def expect(self, kind: str, number: str) -> None:
        self.expected.setdefault(kind, []).append(number)

    def wrong(self, what: str, number: str, **more: Any) -> None:
        self.bench.control("statements", edit=what, row=number, **more)

    # -- the traffic ---------------------------------------------------------------------------------------------------

    def well(self) -> None:
        for _ in range(3):
            self.paid()

    def late(self) -> None:
        """Given up by the client, and paid all the same."""
        payment = self.bench.create()
        self.bench.cancel(payment)
        [seen] = self.bench.pay(payment, "paid")
        self.bench.give(seen)

    def doubled(self) -> None:
        """The payer pays twice. NAPAS tells only the order's whole, twice what it should be: that is not believed."""
        payment = self.bench.create()
        for seen in self.bench.pay(payment, "pay_twice"):
            self.bench.give(seen)
        if self.bench.words.code == "napas":
            self.expect("status", self.number_of(payment))
            self.expect("status", str(self.bench.at_provider(payment)["second_no"]))

    def silent(self) -> None:
        """The notice never comes: the provider has the money, our order still waits."""
        payment = self.bench.create()
        self.bench.pay(payment, "paid", notice="none")
        self.expect("status", self.number_of(payment))

    def refunded(self) -> None:
        payment, _number = self.paid()
        self.bench.refund(payment, 40_000)
        self.bench.end_refund(payment, "completed")
        refund = Refund.objects.get(transaction__public_id=payment["transaction_id"])
        self.bench.ask_refund(refund.public_id)

    def refunded_at_the_portal(self) -> None:
        payment, _number = self.paid()
        made = self.bench.control("portal_refunds", reference=self.bench.reference(payment), amount=30_000)
        self.expect("refund_unknown", made["refund_no"])

    def wrong_fee(self) -> None:
        _payment, number = self.paid()
        self.wrong("fee", number, value=9_999)
        self.expect("fee", number)

    def wrong_amount(self) -> None:
        _payment, number = self.paid()
        self.wrong("amount", number, value=90_000)
        self.expect("amount", number)

    def left_out(self) -> None:
        _payment, number = self.paid()
        self.wrong("leave_out", number)
        self.expect("missing_at_provider", number)

    def listed_twice(self) -> None:
        _payment, number = self.paid()
        self.wrong("double", number)
        self.expect("duplicate", number)

    def somebody_elses(self) -> None:
        line = {"kind": "payment", "number": "990000001", "amount": 77_000, "at": time.time(), "reference": "KHONGBIET01"}
        if self.bench.words.code == "payos":
            line["reference"] = "990000001"
        self.bench.control("statements", account=self.bench.credentials[self.bench.words.identifier], add=line)
        self.expect("unidentified_money" if self.bench.words.code == "vietqr" else "missing_in_system", "990000001")

    def traffic(self) -> None:
        acts: list[Callable[[], None]] = [self.well, self.late, self.doubled, self.silent, self.left_out, self.listed_twice]
        acts += [self.somebody_elses, self.wrong_amount]
        acts += [self.refunded, self.refunded_at_the_portal] if self.bench.words.refunds else []
        acts += [self.wrong_fee] if self.bench.words.code not in WITHOUT_FEES else []
        self.agree_on_fees()
        for act in acts:
            act()

    def agree_on_fees(self) -> None:
        """The same terms in our books and at the provider."""
        if self.bench.words.code not in WITHOUT_FEES:
            FeeSchedule.objects.create(account=self.account, valid_from=clock.now() - timedelta(days=1), **FEES)
            name = self.bench.credentials[self.bench.words.identifier]
            self.bench.control("statements", account=name, fees=FEES)

    # -- the night after it ----------------------------------------------------------------------------------------------

    def reconcile(self) -> Reconciliation:
        """Fetch the file, and run when nothing may be late any more."""
        now = clock.now()
        day = now.astimezone(clock.VIETNAM).date()
        statement = fetching.fetch(account=self.account, day=day, actor=SYSTEM, now=now)
        assert statement is not None
        assert statement.state == "imported"
        after = datetime.combine(add_business_days(day, 3), now.time(), tzinfo=now.tzinfo)
        run = runs.start(account=self.account, day=day, cause="nightly", actor=SYSTEM, now=after)
        assert runs.work(run_id=run.pk, now=after)
        return Reconciliation.objects.get(pk=run.pk)

    def found(self) -> dict[str, list[str]]:
        """The open items as {type: numbers}."""
        found: dict[str, list[str]] = {}
        rows = ReconciliationItem.objects.filter(account=self.account, state="open").select_related("line", "receipt")
        for row in rows.order_by("id"):
            number = row.line.number if row.line else row.receipt.provider_transaction_no if row.receipt else None
            found.setdefault(row.item_type, []).append(str(number))
        return {kind: sorted(numbers) for kind, numbers in found.items()}


@pytest.fixture(params=sorted(WORDS))
def day(db: None, _live_stack: Live, settings: Any, request: pytest.FixtureRequest) -> Any:
    """A tenant with an account at one provider of the sandbox."""
    settings.PROVIDER_URLS = sandbox_addresses(_live_stack.sandbox)
    settings.PUBLIC_BASE_URL = _live_stack.receiver.url("")
    settings.PROVIDER_READ_TIMEOUT = 5
    bench = Bench(WORDS[request.param], make_world().acme, _live_stack.sandbox, _live_stack.receiver)
    yield Day(bench)
    assert disorder([bench.role.tenant_id]) == {}
    bench.control("reset")
    circuits().close(bench.account_id)


def test_a_day_comes_to_its_planted_differences_and_no_other(day: Day) -> None:
    day.traffic()
    run = day.reconcile()
    assert day.found() == {kind: sorted(numbers) for kind, numbers in day.expected.items()}
    receipts = Receipt.objects.filter(account=day.account).count()
    left_out = len(day.expected["missing_at_provider"])
    matched = Match.objects.filter(account=day.account, undone_at=None)
    assert matched.filter(receipt__isnull=False).count() == receipts - left_out
    assert set(matched.values_list("strategy", flat=True)) <= {"number", "reference"}
    assert run.items_open == sum(map(len, day.expected.values()))
    # Late and doubled money is a matter for a person already, and no difference.
    assert MoneyIssue.objects.filter(account=day.account, issue_type="late_success").count() == 1
    # A second look at the same day finds the same, and changes nothing.
    before = matched.count()
    again = day.reconcile()
    assert (again.changes, again.items_open, matched.count()) == ([], run.items_open, before)
    assert day.found() == {kind: sorted(numbers) for kind, numbers in day.expected.items()}

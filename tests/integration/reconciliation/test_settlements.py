"""Pay-outs: what the provider owes for its days, net of fees and refunds, and what the bank says has come."""

from datetime import date, timedelta

import pytest

from reconciliation.models import ReconciliationItem, Settlement
from tenants.models import ProviderAccount
from tests.factories.ledger import Ledger, at

pytestmark = pytest.mark.django_db
FRIDAY, SUNDAY, MONDAY = date(2026, 11, 13), date(2026, 11, 15), date(2026, 11, 16)


class Bank(Ledger):
    """The same tenant's account at the bank."""

    def __post_init__(self):
        self.account = ProviderAccount.objects.select_related("provider").get(tenant=self.books.tenant, provider__code="vietqr")
        self.lines = 0


@pytest.fixture
def bank(vnpay):
    made = Bank.__new__(Bank)
    made.role, made.code, made.books = vnpay.role, "vietqr", vnpay.books
    made.__post_init__()
    vnpay.rules(bank_account=made.account)
    return made


def weekend(vnpay):
    """Friday to Sunday: 300.000 paid, 20.000 given back, 3.300 kept; due on Monday."""
    statement = vnpay.statement(first=FRIDAY, last=SUNDAY)
    for step in range(3):
        day = FRIDAY + timedelta(days=step)
        vnpay.line(statement=statement, number=f"N{step}", reference=f"X{step}", fee=1_100, occurred_at=at("10:00", day))
    vnpay.line(statement=statement, kind="refund", number="R", amount=20_000, fee=0, occurred_at=at("11:00", SUNDAY))


def credit(bank, amount, *, day=MONDAY, kind="credit"):
    return bank.line(
        statement=bank.statement(first=day, kind="bank"), kind=kind, number=f"FT{amount}", amount=amount,
        occurred_at=at("09:00", day),
    )  # fmt: skip


def test_a_weekend_is_paid_out_as_one_and_its_credit_is_nobodys_payment(vnpay, bank):
    weekend(vnpay)
    vnpay.run(SUNDAY)
    settlement = Settlement.objects.get(account=vnpay.account)
    assert (settlement.day_from, settlement.day_to, settlement.due_day) == (FRIDAY, SUNDAY, MONDAY)
    assert (settlement.gross, settlement.refunds, settlement.fees, settlement.net) == (300_000, 20_000, 3_300, 276_700)
    assert settlement.state == "awaited"
    line = credit(bank, 276_700)
    bank.run(MONDAY)
    settlement.refresh_from_db()
    assert (settlement.state, settlement.bank_line) == ("arrived", line)
    assert bank.open_items() == {}


def test_a_pay_out_of_another_amount_differs_and_says_by_how_much(vnpay, bank):
    weekend(vnpay)
    credit(bank, 276_000, kind="settlement")
    vnpay.run(SUNDAY, now=at("03:00", date(2026, 11, 17)))
    settlement = Settlement.objects.get(account=vnpay.account)
    item = ReconciliationItem.objects.get(cause=f"settlement:{settlement.pk}")
    assert settlement.state == "differs"
    assert (item.item_type, item.amount, item.state) == ("amount", 700, "open")
    assert item.differences == {"pay_out": {"ours": 276_700, "theirs": 276_000}}


def test_a_pay_out_that_does_not_come_is_overdue_and_its_item_closes_when_it_does(vnpay, bank):
    weekend(vnpay)
    vnpay.run(SUNDAY, now=at("03:00", date(2026, 11, 17)))
    assert Settlement.objects.get(account=vnpay.account).state == "awaited"
    vnpay.run(SUNDAY, now=at("03:00", date(2026, 11, 18)))
    settlement = Settlement.objects.get(account=vnpay.account)
    item = ReconciliationItem.objects.get(cause=f"settlement:{settlement.pk}")
    assert (settlement.state, item.item_type, item.amount) == ("overdue", "missing_at_provider", 276_700)
    credit(bank, 276_700, day=date(2026, 11, 17))
    vnpay.run(SUNDAY, now=at("04:00", date(2026, 11, 18)))
    item.refresh_from_db()
    assert (item.state, item.effects) == ("closed", {"closed": "arrived"})


def test_what_the_provider_says_that_it_paid_out_goes_before_what_its_lines_add_up_to(vnpay, bank):
    weekend(vnpay)
    vnpay.line(statement=vnpay.statement(first=MONDAY), kind="settlement", amount=270_000, occurred_at=at("08:00", MONDAY))
    line = credit(bank, 270_000)
    vnpay.run(SUNDAY, now=at("03:00", date(2026, 11, 17)))
    settlement = Settlement.objects.get(account=vnpay.account)
    assert (settlement.state, settlement.bank_line, settlement.net) == ("arrived", line, 276_700)


def test_two_credits_of_the_same_amount_are_left_alone(vnpay, bank):
    weekend(vnpay)
    credit(bank, 276_700)
    bank.line(statement=bank.statement(first=MONDAY, kind="bank"), kind="credit", number="Z", amount=276_700,
              occurred_at=at("10:00", MONDAY))  # fmt: skip
    vnpay.run(SUNDAY, now=at("03:00", date(2026, 11, 17)))
    assert Settlement.objects.get(account=vnpay.account).state == "awaited"


def test_an_account_that_names_no_bank_has_no_pay_outs(vnpay):
    weekend(vnpay)
    vnpay.run(SUNDAY)
    assert not Settlement.objects.exists()

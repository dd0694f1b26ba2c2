"""What the two sides do not agree on becomes one item for each cause, with both values, and closes when it is gone."""

from datetime import date, timedelta

import pytest

from reconciliation.matching import sql
from reconciliation.matching.fees import SCHEDULES, fee_sql
from reconciliation.models import ReconciliationItem
from reconciliation.selectors import explain
from tenants.selectors import fee_in_force
from tests.factories.ledger import DAY, at
from transactions.fees import fee_of
from transactions.models import MoneyIssue
from transactions.providers.base import Outcome

pytestmark = pytest.mark.django_db
LATER = at("03:00", DAY + timedelta(days=5))


def only_item(ledger):
    return ReconciliationItem.objects.get(account=ledger.account, state="open")


def test_an_amount_that_differs_says_both_and_what_is_at_stake(vnpay):
    line = vnpay.line(vnpay.paid(100_000), statement=vnpay.statement(), amount=90_000)
    vnpay.run()
    item = only_item(vnpay)
    assert (item.item_type, item.amount) == ("amount", 10_000)
    assert item.differences == {"amount": {"ours": 100_000, "theirs": 90_000}}
    assert item.cause == f"match:{item.match_id}:amount"
    assert item.line_id == line.pk


@pytest.mark.parametrize(("fee", "found"), [(3_025, {}), (3_026, {"fee": {"ours": 3_025, "theirs": 3_026}})])
def test_a_fee_is_held_against_the_schedule_with_its_vat(vnpay, fee, found):
    vnpay.fee()
    vnpay.line(vnpay.paid(100_000), statement=vnpay.statement(), fee=fee)
    vnpay.run()
    assert {item.item_type: item.differences for item in ReconciliationItem.objects.filter(account=vnpay.account)} == (
        {"fee": found} if found else {}
    )


def test_a_fee_within_the_tolerance_does_not_matter_and_without_a_schedule_nothing_is_expected(vnpay):
    vnpay.line(vnpay.paid(100_000), statement=vnpay.statement(), fee=9_999)
    vnpay.run()
    assert vnpay.open_items() == {}
    vnpay.fee()
    vnpay.rules(fee_tolerance=5)
    vnpay.line(vnpay.paid(100_000, moment=at("10:00")), statement=vnpay.statement(), fee=3_030)
    vnpay.run()
    assert vnpay.open_items() == {}


def test_the_fee_is_that_of_the_schedule_in_force_when_the_money_came(vnpay):
    vnpay.fee()
    vnpay.fee(basis_points=200, fixed=0, vat_basis_points=0, valid_from=at("12:00"))
    statement = vnpay.statement()
    vnpay.line(vnpay.paid(moment=at("11:59")), statement=statement, fee=3_025)
    vnpay.line(vnpay.paid(moment=at("12:00")), statement=statement, fee=2_000)
    run = vnpay.run()
    assert vnpay.open_items() == {}
    assert run.totals["fees"] == {"ours": 5_025, "theirs": 5_025}


@pytest.mark.parametrize("vat", [0, 800, 1_000])
@pytest.mark.parametrize("terms", [(110, 1_650, 0, None), (55, 0, 2_000, 5_000), (0, 0, 0, None), (9_999, 7, 1, 900_000)])
def test_the_fee_in_sql_is_the_fee_in_python(vnpay, terms, vat):
    points, fixed, minimum, maximum = terms
    vnpay.fee(basis_points=points, fixed=fixed, minimum=minimum, maximum=maximum, vat_basis_points=vat)
    amounts = [1, 4, 5, 49, 50, 4_545, 4_546, 10_000, 99_999, 100_000, 454_545, 1_234_567, 500_000_000, 9 * 10**13]
    query = f"SELECT a, {fee_sql('a')} FROM unnest(%(amounts)s::bigint[]) a, ({SCHEDULES}) s"  # noqa: S608 our own
    schedule = fee_in_force(vnpay.account.pk, at("12:00"))
    expected = [(amount, fee_of(amount, schedule)) for amount in amounts]
    assert sql.rows(query, {"amounts": amounts, "account": vnpay.account.pk}) == expected


def test_a_net_that_does_not_follow_from_amount_and_fee_is_a_fee_item(vnpay):
    vnpay.fee()
    vnpay.line(vnpay.paid(), statement=vnpay.statement(), fee=3_025, net=96_000)
    vnpay.run()
    assert only_item(vnpay).differences == {"net": {"ours": 96_975, "theirs": 96_000}}


def test_a_wrong_amount_brings_no_second_item_about_its_fee(vnpay):
    vnpay.fee()
    vnpay.line(vnpay.paid(), statement=vnpay.statement(), amount=90_000, fee=2_904, net=87_096)
    vnpay.run()
    assert list(vnpay.open_items().values()) == ["amount"]


def test_money_for_an_order_that_nobody_told_us_of_is_a_state_that_differs(vnpay):
    attempt = vnpay.ordered()
    line = vnpay.line(statement=vnpay.statement(), number="1", reference=attempt.provider_reference)
    vnpay.run()
    item = only_item(vnpay)
    assert vnpay.open_items() == {f"line:{line.pk}": "status"}
    assert item.transaction == attempt.transaction
    assert item.differences == {"status": {"ours": "pending", "theirs": "success"}}


def test_a_receipt_of_which_the_provider_says_that_it_failed_is_a_state_that_differs(vnpay):
    vnpay.line(vnpay.paid(), statement=vnpay.statement(), status="reversed")
    vnpay.run()
    assert only_item(vnpay).differences == {"status": {"ours": "success", "theirs": "reversed"}}


def test_a_failed_try_of_an_order_that_nobody_paid_is_no_difference(vnpay):
    attempt = vnpay.ordered()
    vnpay.line(statement=vnpay.statement(), number="1", reference=attempt.provider_reference, status="failed")
    vnpay.run()
    assert vnpay.open_items() == {}


def test_another_currency_is_its_own_item_and_not_a_wrong_amount(vnpay):
    line = vnpay.line(vnpay.paid(), statement=vnpay.statement(), currency="USD", amount=4)
    vnpay.run()
    assert vnpay.open_items() == {f"line:{line.pk}": "currency"}
    assert only_item(vnpay).differences == {"currency": {"ours": "VND", "theirs": "USD"}}


def test_a_payment_of_an_order_that_nobody_made_is_missing_in_our_books(vnpay):
    line = vnpay.line(statement=vnpay.statement(), number="1", reference="NOBODYS")
    vnpay.run()
    assert vnpay.open_items() == {f"line:{line.pk}": "missing_in_system"}


def test_a_credit_that_names_nothing_is_unidentified_money(vietqr):
    credit = vietqr.line(statement=vietqr.statement(kind="bank"), number="FT1", kind="credit")
    vietqr.run()
    assert vietqr.open_items() == {f"line:{credit.pk}": "unidentified_money"}


def test_no_statement_of_the_day_says_nothing_about_what_is_missing(vnpay):
    vnpay.paid()
    run = vnpay.run(now=LATER)
    assert vnpay.open_items() == {}
    assert run.counts["statements"] == 0


def test_a_refund_is_found_by_number_by_our_reference_and_by_the_payment_it_gives_back(vnpay):
    statement, receipts = vnpay.statement(), [vnpay.paid() for _ in range(4)]
    for receipt in receipts:
        vnpay.line(receipt, statement=statement)
    refunds = [vnpay.refunded(receipt, 30_000, number=f"R{place}") for place, receipt in enumerate(receipts)]
    base = {"statement": statement, "kind": "refund", "amount": 30_000, "occurred_at": at("14:00")}
    first = vnpay.line(**base, number="R0")
    second = vnpay.line(**base, number=None, reference=refunds[1].provider_reference)
    third = vnpay.line(**base, number=None, original_number=receipts[2].provider_transaction_no)
    fourth = vnpay.line(**base, number=None, reference=receipts[3].attempt.provider_reference)
    vnpay.run()
    found = {pk: (strategy, refund) for pk, (strategy, _receipt, refund) in vnpay.matches().items() if refund}
    assert found == {
        first.pk: ("number", refunds[0].pk),
        second.pk: ("reference", refunds[1].pk),
        third.pk: ("original", refunds[2].pk),
        fourth.pk: ("original", refunds[3].pk),
    }
    assert vnpay.open_items() == {}


def test_a_refund_made_in_the_portal_is_unknown_to_us_and_names_its_payment(vnpay):
    receipt, statement = vnpay.paid(), vnpay.statement()
    vnpay.line(receipt, statement=statement)
    line = vnpay.line(
        statement=statement, kind="refund", number="P1", original_number=receipt.provider_transaction_no, amount=40_000
    )
    vnpay.run()
    item = only_item(vnpay)
    assert vnpay.open_items() == {f"line:{line.pk}": "refund_unknown"}
    assert (item.transaction, item.amount) == (receipt.transaction, 40_000)


def test_a_refund_that_we_think_failed_is_a_state_that_differs(vnpay):
    receipt, statement = vnpay.paid(), vnpay.statement()
    vnpay.line(receipt, statement=statement)
    refund = vnpay.books.refund(receipt.transaction, 30_000)
    vnpay.books.end(refund, Outcome.FAILED)
    vnpay.line(statement=statement, kind="refund", number="R1", reference=refund.provider_reference, amount=30_000)
    vnpay.run()
    item = only_item(vnpay)
    assert item.differences == {"status": {"ours": "failed", "theirs": "success"}}
    assert item.refund == refund


def test_a_refund_of_ours_that_the_provider_does_not_list_is_missing_there(vnpay):
    receipt, statement = vnpay.paid(), vnpay.statement()
    vnpay.line(receipt, statement=statement)
    refund = vnpay.refunded(receipt, 30_000)
    vnpay.run(now=LATER)
    assert vnpay.open_items() == {f"refund:{refund.pk}": "missing_at_provider"}


def test_a_money_issue_of_the_same_fact_is_linked_and_not_doubled(vnpay):
    attempt = vnpay.ordered()
    vnpay.books.tell(attempt, amount=50_000, number="77")  # not what was ordered: a wrong amount
    vnpay.line(statement=vnpay.statement(), number="77", reference=attempt.provider_reference, amount=50_000)
    before = MoneyIssue.objects.count()
    vnpay.run()
    assert only_item(vnpay).issue == MoneyIssue.objects.get(issue_type="wrong_amount", transaction=attempt.transaction)
    assert MoneyIssue.objects.count() == before


def test_an_order_paid_twice_agrees_with_a_statement_that_lists_both(vnpay):
    receipt, statement = vnpay.paid(), vnpay.statement()
    again = vnpay.books.attempt(receipt.transaction)
    vnpay.books.tell(again, number="second")
    for paid in receipt.transaction.receipts.all():
        vnpay.line(paid, statement=statement)
    vnpay.run()
    assert vnpay.open_items() == {}
    assert len(vnpay.matches()) == 2


def test_a_second_run_changes_nothing_and_one_with_news_says_what_and_why(vnpay):
    statement = vnpay.statement()
    receipt = vnpay.paid()
    vnpay.line(statement=statement, number="1", reference="NOBODYS")
    first = vnpay.run(now=LATER)
    items = list(ReconciliationItem.objects.order_by("pk").values("public_id", "state", "updated_at"))
    second = vnpay.run(now=LATER + timedelta(hours=1))
    assert (first.changes, second.changes) == ([], [])
    assert list(ReconciliationItem.objects.order_by("pk").values("public_id", "state", "updated_at")) == items
    vnpay.line(receipt, statement=statement)
    third = vnpay.run(now=LATER + timedelta(hours=2))
    closed = ReconciliationItem.objects.get(receipt=receipt)
    assert closed.state == "closed"
    assert third.changes == [
        {"what": "closed", "item": closed.public_id, "type": "missing_at_provider", "amount": 100_000, "why": "number"},
        {"what": "matched", "why": "number", "count": 1},
    ]
    assert (third.lines, third.matched, third.items_open) == (2, 1, 1)


def test_sums_of_both_sides_are_kept_with_the_run(vnpay):
    vnpay.fee()
    statement, receipt = vnpay.statement(), vnpay.paid(200_000)
    vnpay.line(receipt, statement=statement, fee=4_235)
    vnpay.refunded(receipt, 50_000, number="R")
    vnpay.line(statement=statement, kind="refund", number="R", amount=50_000, fee=0)
    run = vnpay.run()
    assert run.totals == {
        "gross": {"ours": 200_000, "theirs": 200_000},
        "refunds": {"ours": 50_000, "theirs": 50_000},
        "fees": {"ours": 4_235, "theirs": 4_235},
        "net": {"ours": 145_765, "theirs": 145_765},
    }


def test_the_cutoff_moves_what_belongs_to_the_day(vnpay):
    vnpay.rules(cutoff="23:00")
    statement = vnpay.statement()
    receipt = vnpay.paid(moment=at("23:10", date(2026, 11, 17)))
    vnpay.line(receipt, statement=statement)
    vnpay.paid(moment=at("23:10"))
    run = vnpay.run()
    assert (run.lines, run.records, run.items_open) == (1, 1, 0)


def test_a_match_explains_itself(vnpay):
    from reconciliation.models import Match

    vnpay.fee()
    receipt = vnpay.paid()
    vnpay.line(receipt, statement=vnpay.statement(), number=None, fee=4_000, occurred_at=at("20:00"))
    vnpay.run()
    told = explain(Match.objects.get(account=vnpay.account))
    assert (told["strategy"], told["score"]) == ("reference", 95)
    assert told["agreed"] == ["reference", "amount", "status", "currency", "date"]
    assert told["differed"] == [
        {"field": "fee", "ours": 3_025, "theirs": 4_000},
        {"field": "time", "ours": receipt.received_at.astimezone(at("20:00").tzinfo).isoformat(timespec="milliseconds"),
         "theirs": "2026-11-18T20:00:00.000+07:00"},
    ]  # fmt: skip

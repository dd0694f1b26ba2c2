"""Memos, lumps and splits: amounts must add up in one way only."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciliation.matching.subset import only_subset
from reconciliation.models import Match
from tests.factories.ledger import at
from transactions.models import Receipt

amounts_of = st.lists(st.integers(1, 40), min_size=0, max_size=9)


@given(amounts=amounts_of, total=st.integers(1, 200))
def test_a_subset_is_named_exactly_if_it_is_the_only_one_of_two_or_more(amounts, total):
    every = [
        tuple(place for place in range(len(amounts)) if mask >> place & 1)
        for mask in range(1, 2 ** len(amounts))
        if sum(amounts[place] for place in range(len(amounts)) if mask >> place & 1) == total
    ]
    expected = every[0] if len(every) == 1 and len(every[0]) >= 2 else None
    assert only_subset(amounts, total) == expected


def test_all_of_very_many_are_still_all_of_them():
    assert only_subset([7] * 60, 420) == tuple(range(60))
    assert only_subset([7] * 60, 413) is None


def memo(ledger, statement, *receipts, amount, cut=None, **columns):
    names = [receipt.attempt.provider_reference[:cut] for receipt in receipts]
    given = {"kind": "credit", "number": None, "memo_references": names, "amount": amount, "occurred_at": at("12:00")}
    return ledger.line(statement=statement, **{**given, **columns})


@pytest.mark.django_db
def test_a_memo_that_names_an_order_is_its_receipt_also_where_the_bank_cut_it_off(vietqr):
    statement = vietqr.statement(kind="bank")
    first, second = vietqr.paid(50_000), vietqr.paid(60_000)
    whole, cut = memo(vietqr, statement, first, amount=50_000), memo(vietqr, statement, second, amount=60_000, cut=9)
    vietqr.run()
    assert vietqr.matches() == {whole.pk: ("memo", first.pk, None), cut.pk: ("memo", second.pk, None)}


@pytest.mark.django_db
def test_one_transfer_for_several_orders_is_one_group_with_its_parts(vietqr):
    statement = vietqr.statement(kind="bank")
    receipts = [vietqr.paid(amount) for amount in (50_000, 60_000, 75_000)]
    line = memo(vietqr, statement, *receipts, amount=185_000)
    run = vietqr.run()
    rows = Match.objects.filter(account=vietqr.account).order_by("pk")
    assert [row.receipt for row in rows] == receipts
    assert [row.line_id for row in rows] == [line.pk, None, None]
    assert {row.group for row in rows} == {rows[0].pk}
    assert rows[0].evidence == {"parts": [50_000, 60_000, 75_000], "sum": 185_000}
    assert (run.matched, run.items_open) == (1, 0)


@pytest.mark.django_db
def test_a_memo_of_two_equal_orders_that_pays_one_of_them_is_left_to_a_person(vietqr):
    statement = vietqr.statement(kind="bank")
    receipts = [vietqr.paid(50_000), vietqr.paid(50_000)]
    line = memo(vietqr, statement, *receipts, amount=50_000)
    vietqr.run()
    assert vietqr.matches() == {}
    assert vietqr.open_items()[f"line:{line.pk}"] == "missing_in_system"


@pytest.mark.django_db
def test_a_part_is_not_taken_for_the_whole_where_the_other_parts_memo_can_be_read_to_name_more(vietqr):
    statement = vietqr.statement(kind="bank")
    receipt = vietqr.paid(100_000)
    Receipt.objects.filter(pk=receipt.pk).update(provider_transaction_no=None)
    name = receipt.attempt.provider_reference
    first = memo(vietqr, statement, receipt, amount=40_000)
    second = memo(vietqr, statement, receipt, amount=60_000, memo_references=[name, f"{name}C"])
    vietqr.run()
    rows = Match.objects.filter(account=vietqr.account)
    assert {row.strategy for row in rows} == {"split"}
    assert {row.line_id for row in rows} == {first.pk, second.pk}


@pytest.mark.django_db
def test_an_order_paid_in_two_lines_is_a_split(vnpay):
    receipt, statement = vnpay.paid(100_000), vnpay.statement()
    parts = [vnpay.line(receipt, statement=statement, number=None, amount=amount) for amount in (30_000, 70_000)]
    vnpay.run()
    rows = Match.objects.filter(account=vnpay.account).order_by("pk")
    assert [(row.strategy, row.line_id, row.receipt_id) for row in rows] == [
        ("split", parts[0].pk, receipt.pk),
        ("split", parts[1].pk, None),
    ]
    assert vnpay.open_items() == {}


@pytest.mark.django_db
def test_a_nameless_lump_is_the_only_records_that_add_up_to_it(vnpay):
    statement = vnpay.statement()
    receipts = [vnpay.paid(amount) for amount in (110_000, 230_000, 470_000)]
    line = vnpay.line(statement=statement, number="LUMP", amount=340_000)
    vnpay.run()
    taken = set(Match.objects.filter(account=vnpay.account).values_list("receipt_id", flat=True))
    assert taken == {receipts[0].pk, receipts[1].pk}
    assert Match.objects.get(line=line).strategy == "lump"


@pytest.mark.django_db
@pytest.mark.parametrize("amounts", [(100_000, 200_000, 300_000), (150_000, 150_000, 150_000)])
def test_a_lump_that_can_be_made_up_in_two_ways_is_left_to_a_person(vnpay, amounts):
    for amount in amounts:
        vnpay.paid(amount)
    vnpay.line(statement=vnpay.statement(), number="LUMP", amount=300_000)
    vnpay.run()
    assert vnpay.matches() == {}


@pytest.mark.django_db
def test_two_lumps_that_want_the_same_records_take_none(vnpay):
    for amount in (110_000, 230_000):
        vnpay.paid(amount)
    statement = vnpay.statement()
    for number in ("A", "B"):
        vnpay.line(statement=statement, number=number, amount=340_000)
    vnpay.run()
    assert vnpay.matches() == {}


@pytest.mark.django_db
def test_the_same_amount_at_nearly_the_same_time_is_the_last_resort_and_only_if_it_is_alone(vietqr):
    statement = vietqr.statement(kind="bank")
    alone, one, two = vietqr.paid(50_000), vietqr.paid(60_000), vietqr.paid(60_000)
    base = {"statement": statement, "kind": "credit", "number": None}
    line = vietqr.line(**base, amount=50_000, occurred_at=alone.received_at)
    vietqr.line(**base, amount=60_000, occurred_at=one.received_at)
    vietqr.run()
    assert vietqr.matches() == {line.pk: ("amount_time", alone.pk, None)}
    assert two.pk


@pytest.mark.django_db
def test_the_same_amount_is_nothing_where_numbers_contradict_or_hours_lie_between(vietqr):
    statement = vietqr.statement(kind="bank")
    first, second = vietqr.paid(50_000), vietqr.paid(60_000)
    vietqr.line(statement=statement, kind="credit", number="FT9", amount=50_000, occurred_at=first.received_at)
    vietqr.line(statement=statement, kind="credit", number=None, amount=60_000, occurred_at=at("20:00"))
    vietqr.run()
    assert vietqr.matches() == {}
    assert second.pk

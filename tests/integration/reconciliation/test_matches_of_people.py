"""Undo gives both sides back; a match by hand is one like any other; and what was undone is remembered."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from audit.models import AuditEntry
from audit.services import Actor
from payments_site.kernel.errors import InvalidInput
from reconciliation.models import Match, ReconciliationItem, StatementLine
from reconciliation.services.matches import AlreadyUndone, NotFree, match_by_hand, undo
from tests.factories.ledger import DAY, at

pytestmark = pytest.mark.django_db
STAFF = Actor(user_id="ketoan", user_type="staff")
NOW = at("09:00", DAY + timedelta(days=6))


def undone(ledger):
    return undo(match=Match.objects.filter(account=ledger.account).latest("pk"), actor=STAFF, note="Nhầm đơn", now=NOW)


def test_an_undone_match_frees_line_and_receipt_opens_their_items_and_is_not_made_again(vnpay):
    receipt = vnpay.paid()
    line = vnpay.line(receipt, statement=vnpay.statement())
    vnpay.run(now=NOW)
    [row] = undone(vnpay)
    assert (row.undone_by, row.undo_note) == ("ketoan", "Nhầm đơn")
    assert vnpay.matches() == {}
    items = {f"line:{line.pk}": "missing_in_system", f"receipt:{receipt.pk}": "missing_at_provider"}
    assert vnpay.open_items() == items
    again = vnpay.run(now=NOW + timedelta(hours=1))
    assert vnpay.matches() == {}
    assert vnpay.open_items() == items
    assert again.changes == []
    assert AuditEntry.objects.filter(action="match.undone", entity_id=str(row.pk)).exists()


def test_undoing_a_match_closes_the_difference_that_it_had(vnpay):
    vnpay.line(vnpay.paid(), statement=vnpay.statement(), amount=90_000)
    vnpay.run(now=NOW)
    undone(vnpay)
    assert ReconciliationItem.objects.get(item_type="amount").state == "closed"
    assert sorted(vnpay.open_items().values()) == ["missing_at_provider", "missing_in_system"]


def test_a_group_is_undone_as_a_whole(vietqr):
    receipts = [vietqr.paid(amount) for amount in (50_000, 60_000)]
    names = [receipt.attempt.provider_reference for receipt in receipts]
    vietqr.line(statement=vietqr.statement(kind="bank"), kind="credit", number="FT", memo_references=names, amount=110_000)
    for receipt in receipts:
        type(receipt).objects.filter(pk=receipt.pk).update(provider_transaction_no=None)
    vietqr.run(now=NOW)
    assert len(undone(vietqr)) == 2
    assert vietqr.matches() == {}
    assert len(vietqr.open_items()) == 3


def test_nothing_is_undone_twice_or_without_a_word(vnpay):
    vnpay.line(vnpay.paid(), statement=vnpay.statement())
    vnpay.run(now=NOW)
    match = Match.objects.get(account=vnpay.account)
    with pytest.raises(InvalidInput):
        undo(match=match, actor=STAFF, note=" ", now=NOW)
    undone(vnpay)
    with pytest.raises(AlreadyUndone):
        undone(vnpay)


def test_a_person_can_match_what_no_strategy_dares_to(vnpay):
    receipt = vnpay.paid()
    line = vnpay.line(receipt, statement=vnpay.statement(), number="99", amount=98_000)
    vnpay.run(now=NOW)
    assert len(vnpay.open_items()) == 2
    [made] = match_by_hand(line=line, records=[receipt], actor=STAFF, now=NOW)
    assert (made.strategy, made.made_by) == ("hand", "ketoan")
    assert vnpay.open_items() == {f"match:{made.pk}:amount": "amount"}
    run = vnpay.run(now=NOW + timedelta(hours=1))
    assert vnpay.matches() == {line.pk: ("hand", receipt.pk, None)}
    assert vnpay.open_items() == {f"match:{made.pk}:amount": "amount"}
    assert run.matched == 1


def test_what_is_matched_or_anothers_is_not_free(vnpay):
    receipt, statement = vnpay.paid(), vnpay.statement()
    vnpay.line(receipt, statement=statement)
    other = vnpay.line(statement=statement)
    vnpay.run(now=NOW)
    with pytest.raises(NotFree):
        match_by_hand(line=other, records=[receipt], actor=STAFF, now=NOW)
    with pytest.raises(InvalidInput):
        match_by_hand(line=other, records=[], actor=STAFF, now=NOW)


@pytest.mark.parametrize(
    "rewrite",
    [
        lambda line: StatementLine.objects.filter(pk=line.pk).update(amount=1),
        lambda line: StatementLine.objects.filter(pk=line.pk)._raw_delete("default"),
        lambda line: Match.objects.filter(line=line)._raw_delete("default"),
        lambda line: Match.objects.filter(line=line).update(score=1),
    ],
)
def test_lines_and_matches_can_not_be_rewritten_even_by_sql(vnpay, rewrite):
    line = vnpay.line(vnpay.paid(), statement=vnpay.statement())
    vnpay.run(now=NOW)
    with pytest.raises(DatabaseError), transaction.atomic():
        rewrite(line)

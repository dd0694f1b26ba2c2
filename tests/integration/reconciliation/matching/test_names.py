"""Numbers and references: the pair that is certain is made, what could be two things is left open."""

from datetime import date, timedelta

import pytest

from reconciliation.models import Match
from tests.factories.ledger import DAY, at

pytestmark = pytest.mark.django_db


def test_a_line_with_the_providers_number_is_its_receipt(vnpay):
    receipt = vnpay.paid()
    line = vnpay.line(receipt, statement=vnpay.statement())
    run = vnpay.run()
    assert vnpay.matches() == {line.pk: ("number", receipt.pk, None)}
    assert (run.state, run.lines, run.records, run.matched, run.items_open) == ("completed", 1, 1, 1, 0)
    assert run.counts["by_strategy"] == {"number": 1}
    assert vnpay.open_items() == {}


def test_a_line_without_a_number_is_found_by_our_reference(vnpay):
    receipt = vnpay.paid()
    line = vnpay.line(receipt, statement=vnpay.statement(), number=None)
    vnpay.run()
    assert vnpay.matches() == {line.pk: ("reference", receipt.pk, None)}


@pytest.mark.parametrize("spoil", [lambda text: " ".join(text), lambda text: f"DH {text}", lambda text: f"-{text}-"])
def test_a_reference_that_got_spaces_marks_or_words_is_still_ours(vnpay, spoil):
    receipt = vnpay.paid()
    line = vnpay.line(receipt, statement=vnpay.statement(), number=None, reference=spoil(receipt.attempt.provider_reference))
    vnpay.run()
    strategy, matched, _refund = vnpay.matches()[line.pk]
    assert (strategy, matched) == ("reference_folded", receipt.pk)


def test_two_numbers_that_differ_are_two_payments_whatever_the_reference(vnpay):
    receipt = vnpay.paid()
    line = vnpay.line(receipt, statement=vnpay.statement(), number="99999999")
    vnpay.run(now=at("03:00", DAY + timedelta(days=5)))
    assert vnpay.matches() == {}
    assert vnpay.open_items() == {
        f"line:{line.pk}": "missing_in_system",
        f"receipt:{receipt.pk}": "missing_at_provider",
    }


def test_a_number_listed_twice_takes_the_receipt_once_and_the_second_is_a_duplicate(vnpay):
    receipt = vnpay.paid()
    statement = vnpay.statement()
    first, second = vnpay.line(receipt, statement=statement), vnpay.line(receipt, statement=statement)
    run = vnpay.run()
    assert vnpay.matches() == {first.pk: ("number", receipt.pk, None)}
    assert vnpay.open_items() == {f"dup:{second.pk}": "duplicate"}
    assert run.counts["by_type"] == {"duplicate": 1}


def test_a_line_of_a_later_day_that_repeats_a_number_is_a_duplicate_too(vnpay):
    receipt = vnpay.paid()
    vnpay.line(receipt, statement=vnpay.statement())
    vnpay.run()
    again = vnpay.line(
        receipt, statement=vnpay.statement(first=DAY + timedelta(days=1)), occurred_at=at("09:00", DAY + timedelta(days=1))
    )
    vnpay.run(DAY + timedelta(days=1))
    assert vnpay.open_items() == {f"dup:{again.pk}": "duplicate"}


def test_the_payer_who_tried_two_cards_is_matched_with_the_one_that_was_taken(vnpay):
    receipt = vnpay.paid()
    statement = vnpay.statement()
    vnpay.line(receipt, statement=statement, status="failed", number="1")
    taken = vnpay.line(receipt, statement=statement, number=None)
    vnpay.run()
    assert vnpay.matches() == {taken.pk: ("reference", receipt.pk, None)}
    assert vnpay.open_items() == {}


def test_a_match_says_which_fields_agreed_and_which_differed(vnpay):
    from reconciliation.matching.fields import names

    vnpay.fee()
    receipt = vnpay.paid()
    vnpay.line(receipt, statement=vnpay.statement(), fee=3_025, net=96_975, reference="XX")
    vnpay.run()
    match = Match.objects.get(account=vnpay.account)
    assert names(match.agreed) == ["number", "amount", "fee", "net", "status", "currency", "date", "time"]
    assert names(match.differed) == ["reference"]


def test_what_is_used_is_used_once_by_the_database(vnpay):
    from django.db import IntegrityError, transaction

    receipt = vnpay.paid()
    vnpay.line(receipt, statement=vnpay.statement())
    other = vnpay.line(statement=vnpay.statement())
    vnpay.run()
    with pytest.raises(IntegrityError), transaction.atomic():
        Match.objects.create(account=vnpay.account, line=other, receipt=receipt, strategy="hand", score=0, created_at=at("10:00"))


def test_a_line_of_the_next_day_ends_what_was_only_on_its_way(vnpay):
    receipt = vnpay.paid(moment=at("23:58"))
    vnpay.statement()
    run = vnpay.run()
    assert vnpay.open_items() == {f"receipt:{receipt.pk}": "timing"}
    assert run.items_open == 1
    after = DAY + timedelta(days=1)
    line = vnpay.line(receipt, statement=vnpay.statement(first=after), occurred_at=at("00:01", after))
    vnpay.run(after)
    assert vnpay.matches() == {line.pk: ("number", receipt.pk, None)}
    assert vnpay.open_items() == {}


def test_what_stays_away_past_its_business_days_is_missing(vnpay):
    receipt = vnpay.paid(moment=at("10:00", date(2026, 11, 20)))
    vnpay.statement(first=date(2026, 11, 20))
    vnpay.run(date(2026, 11, 20))
    assert vnpay.open_items() == {f"receipt:{receipt.pk}": "timing"}
    vnpay.run(date(2026, 11, 22), now=at("03:00", date(2026, 11, 23)))
    assert vnpay.open_items() == {f"receipt:{receipt.pk}": "timing"}  # Friday's is late only after Monday
    vnpay.run(date(2026, 11, 23), now=at("03:00", date(2026, 11, 24)))
    assert vnpay.open_items() == {f"receipt:{receipt.pk}": "missing_at_provider"}

"""The state machine against the table of the architecture, written out here once more and by hand."""

import pytest

from transactions.lifecycle import CLOSED_UNPAID, OPEN, PAID, IssueType, NoSuchMove, Status, Trigger, next_state

# status: trigger -> new status; "late" marks money that nobody expected any more; "!type" the issue that a person must look at.
TABLE = """
pending             provider_succeeded   completed
pending             provider_suspects    under_review
pending             provider_failed      failed
pending             merchant_cancelled   cancelled
pending             deadline_passed      expired
under_review        review_accepted      completed
under_review        provider_succeeded   completed
under_review        provider_failed      failed
under_review        review_rejected      under_review
under_review        refund_settled_all   refunded
failed              provider_succeeded   completed            late !late_success
failed              provider_suspects    under_review         late
failed              refund_settled_part  failed
failed              refund_settled_all   refunded
cancelled           provider_succeeded   completed            late !late_success
cancelled           refund_settled_part  cancelled
cancelled           refund_settled_all   cancelled
cancelled           provider_suspects    under_review         late
expired             provider_succeeded   completed            late !late_success
expired             refund_settled_part  expired
expired             refund_settled_all   expired
expired             provider_suspects    under_review         late
completed           refund_settled_part  partially_refunded
completed           refund_settled_all   refunded
completed           provider_failed      completed            !failure_after_success
completed           provider_suspects    completed            !failure_after_success
partially_refunded  refund_settled_part  partially_refunded
partially_refunded  refund_settled_all   refunded
partially_refunded  refund_reversed      completed            !refund_reversed
partially_refunded  provider_failed      partially_refunded   !failure_after_success
partially_refunded  provider_suspects    partially_refunded   !failure_after_success
refunded            refund_reversed      partially_refunded   !refund_reversed
refunded            refund_settled_part  refunded
refunded            refund_settled_all   refunded
refunded            provider_failed      refunded             !failure_after_success
refunded            provider_suspects    refunded             !failure_after_success
"""
EXPECTED = {(line.split()[0], line.split()[1]): line.split()[2:] for line in TABLE.strip().splitlines()}


@pytest.mark.parametrize("trigger", Trigger)
@pytest.mark.parametrize("status", Status)
def test_every_trigger_in_every_status_is_decided_as_written(status, trigger):
    expected = EXPECTED.get((status.value, trigger.value))
    if expected is None:
        with pytest.raises(NoSuchMove):
            next_state(status, trigger)
        return
    move = next_state(status, trigger)
    issue = next((word[1:] for word in expected if word.startswith("!")), None)
    assert move.status.value == expected[0]
    assert move.late is ("late" in expected)
    assert move.issue == (IssueType(issue) if issue else None)


def test_the_table_names_only_what_exists():
    assert {status for status, _ in EXPECTED} <= set(Status)
    assert {trigger for _, trigger in EXPECTED} == set(Trigger)


def test_the_groups_of_statuses_are_complete_and_apart():
    assert set(Status) == OPEN | PAID | CLOSED_UNPAID
    assert len(OPEN) + len(PAID) + len(CLOSED_UNPAID) == len(Status)


def test_nothing_leads_from_paid_back_to_unpaid():
    for status in PAID:
        for trigger in Trigger:
            try:
                assert next_state(status, trigger).status in PAID
            except NoSuchMove:
                continue


def test_whatever_is_unpaid_can_still_become_paid():
    for status in OPEN | CLOSED_UNPAID:
        assert next_state(status, Trigger.PROVIDER_SUCCEEDED).status is Status.COMPLETED

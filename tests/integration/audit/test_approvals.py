"""Four eyes: nobody decides on what they asked for, and of two deciders one wins."""

import pytest
from django.db import IntegrityError, connection, transaction

from audit import approvals
from audit.models import ApprovalRequest, AuditEntry
from audit.services import SYSTEM, Actor
from payments_site.kernel import clock
from tests.factories.live import at_once
from tests.integration.audit.people import person

ACTION = "transactions.reject_review"


def deciders(count=2, mark=""):
    return [person(f"decider{mark}{number}", "reject_review", "decide_approvalrequest") for number in range(count)]


def ask(maker, applied, monkeypatch, payload=None):
    """Ask for a rejection whose effect is only noted."""
    registered = approvals.approvable_of(ACTION)
    effect = approvals.Approvable(
        ACTION, registered.label, registered.permission, lambda *call: applied.append(call) or {"done": 1}
    )
    monkeypatch.setitem(approvals._registered, ACTION, effect)
    return approvals.ask(
        action=ACTION, subject_type="transaction", subject_id="txn_1",
        payload=payload or {"transaction_id": "txn_1", "note": "x"},
        difference={"status": ["under_review", "rejected"], "hash_secret": ["a", "b"]}, reason="Nghi gian lận", person=maker,
        actor=SYSTEM, now=clock.now(),
    )  # fmt: skip


def approve(request, user):
    return approvals.approve(
        approval_id=request.public_id, person=user, actor=Actor(user_id=user.username, user_type="staff"), now=clock.now()
    )


def test_an_approved_request_is_applied_once_and_audited(db, monkeypatch):
    maker, checker = deciders()
    applied = []
    request = ask(maker, applied, monkeypatch)
    done = approve(request, checker)
    assert (done.state, done.decided_by, done.result) == ("approved", checker.username, {"done": 1})
    assert applied[0][0] == {"transaction_id": "txn_1", "note": "x"}
    with pytest.raises(approvals.AlreadyDecided):
        approve(request, person("third", "reject_review", "decide_approvalrequest"))
    assert len(applied) == 1
    actions = AuditEntry.objects.filter(entity_id="txn_1").order_by("id").values_list("action", "user_id")
    assert list(actions) == [("approval.requested", "system"), ("approval.approved", checker.username)]


def test_secrets_are_not_in_the_difference_and_not_readable_in_the_payload(db, monkeypatch):
    maker, _ = deciders()
    request = ask(maker, [], monkeypatch, payload={"secret_key": "very-secret-value"})
    assert request.difference["hash_secret"] == "[REDACTED]"
    with connection.cursor() as cursor:
        cursor.execute("SELECT payload FROM audit_approvalrequest WHERE id = %s", [request.pk])
        assert b"very-secret-value" not in bytes(cursor.fetchone()[0])


def test_a_maker_can_not_decide_on_their_own_request(db, monkeypatch):
    maker, _ = deciders()
    request = ask(maker, [], monkeypatch)
    for decide in (approvals.approve, approvals.reject):
        with pytest.raises(approvals.MayNotDecide):
            decide(approval_id=request.public_id, person=maker, actor=SYSTEM, now=clock.now(), note="")
    with pytest.raises(IntegrityError, match="approval_by_another"), transaction.atomic():
        ApprovalRequest.objects.filter(pk=request.pk).update(state="approved", decided_by_id=maker.pk)
    request.refresh_from_db()
    assert request.state == "pending"


@pytest.mark.parametrize("rights", [(), ("reject_review",), ("decide_approvalrequest",)])
def test_who_lacks_a_right_decides_nothing(db, monkeypatch, rights):
    maker, _ = deciders()
    request = ask(maker, [], monkeypatch)
    with pytest.raises(approvals.MayNotDecide):
        approve(request, person("weak", *rights))
    assert ApprovalRequest.objects.get(pk=request.pk).state == "pending"


def test_who_may_not_do_it_may_not_ask_for_it(db, monkeypatch):
    with pytest.raises(approvals.MayNotDecide):
        ask(person("clerk"), [], monkeypatch)


def test_a_failing_action_leaves_the_request_waiting(db, monkeypatch):
    maker, checker = deciders()
    request = ask(maker, [], monkeypatch)
    registered = approvals.approvable_of(ACTION)

    def fail(*_):
        raise ValueError("no")

    monkeypatch.setitem(approvals._registered, ACTION, approvals.Approvable(ACTION, "x", registered.permission, fail))
    with pytest.raises(ValueError, match="no"):
        approve(request, checker)
    assert ApprovalRequest.objects.get(pk=request.pk).state == "pending"


def test_an_expired_request_can_not_be_approved(db, monkeypatch):
    maker, checker = deciders()
    request = ask(maker, [], monkeypatch)
    ApprovalRequest.objects.filter(pk=request.pk).update(expires_at=clock.now())
    with pytest.raises(approvals.AlreadyDecided):
        approve(request, checker)
    assert approvals.expire_due(now=clock.now()) == 1
    request.refresh_from_db()
    assert request.state == "expired"


def test_of_two_people_deciding_at_once_one_wins_and_the_other_is_told(committed_db, monkeypatch):
    mark = clock.now().isoformat()
    maker, *checkers = deciders(3, mark)
    applied = []
    request = ask(maker, applied, monkeypatch)

    def attempt(user):
        try:
            return approve(request, user).decided_by
        except approvals.AlreadyDecided as error:
            return error.details["decided_by"]
        finally:
            connection.close()

    winners = at_once([lambda user=user: attempt(user) for user in checkers])
    assert len(applied) == 1
    assert winners[0] == winners[1]

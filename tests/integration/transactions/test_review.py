"""A payment that the provider suspects (07): accepted by one person, rejected by two."""

import pytest

from audit import approvals
from audit.services import SYSTEM, Actor
from payments_site.kernel import clock
from tests.integration.audit.people import person
from tests.payloads.vnpay_sign import ipn_fields, sign
from transactions.models import Receipt, Refund, Transaction
from transactions.providers.base import Outcome, StatusReport
from transactions.services.review import NotUnderReview, accept_review, reject_review
from transactions.services.settle import Source, settle

BODY = {
    "order_id": "ORD-1",
    "amount": 100000,
    "currency": "VND",
    "description": "Hàng",
    "provider_code": "vnpay",
    "return_url": "https://shop.example/done",
}


@pytest.fixture
def suspected(api, acme):
    """A payment under review."""
    made = api.post(f"{acme.base}/transactions", BODY, format="json", headers=acme.headers).json()["data"]
    assert notify(api, acme, made["transaction_id"], vnp_ResponseCode="07", vnp_TransactionStatus="07") == "00"
    payment = Transaction.objects.get(public_id=made["transaction_id"])
    assert payment.status == "under_review"
    return payment


def notify(api, acme, transaction_id, **changes):
    payment = Transaction.objects.get(public_id=transaction_id)
    fields = ipn_fields(tmn_code=acme.tmn_code, reference=payment.provider_order_id, amount=100000, number="909", **changes)
    return api.get(f"/api/v1/webhooks/vnpay/{acme.account_id}?{sign(fields, acme.hash_secret)}").json()["RspCode"]


def test_an_accepted_review_completes_the_payment_with_its_receipt(api, acme, suspected):
    payment = accept_review(transaction_id=suspected.public_id, note="Đã gọi khách", actor=SYSTEM, now=clock.now())
    assert (payment.status, payment.received_amount) == ("completed", 100000)
    receipt = payment.receipts.get()
    assert (receipt.provider_transaction_no, receipt.source) == ("909", "manual")
    assert payment.events.get(event_type="review_accepted").message_type == "transaction.completed"
    assert notify(api, acme, payment.public_id) == "02"
    assert payment.receipts.count() == 1
    with pytest.raises(NotUnderReview):
        accept_review(transaction_id=payment.public_id, note="", actor=SYSTEM, now=clock.now())


def test_a_rejected_review_gives_the_money_back_when_a_second_person_allows_it(api, acme, suspected):
    maker, checker = person("maker", "reject_review"), person("checker", "reject_review", "decide_approvalrequest")
    request = approvals.ask(
        action="transactions.reject_review", subject_type="transaction", subject_id=suspected.public_id,
        payload={"transaction_id": suspected.public_id, "note": "Thẻ bị đánh cắp"}, difference={}, reason="Thẻ bị đánh cắp",
        person=maker, actor=SYSTEM, now=clock.now(),
    )  # fmt: skip
    assert Refund.objects.filter(transaction=suspected).count() == 0
    actor = Actor(user_id=checker.username, user_type="staff")
    done = approvals.approve(approval_id=request.public_id, person=checker, actor=actor, now=clock.now())
    refund = Refund.objects.get(transaction=suspected)
    assert done.result == {"refund_id": refund.public_id}
    assert (refund.amount, refund.status, refund.next_query_at <= clock.now()) == (100000, "requested", True)
    suspected.refresh_from_db()
    assert (suspected.status, suspected.received_amount) == ("under_review", 100000)
    with pytest.raises(NotUnderReview):
        accept_review(transaction_id=suspected.public_id, note="", actor=SYSTEM, now=clock.now())


def test_success_after_a_review_completes_it_once(api, acme, suspected):
    assert notify(api, acme, suspected.public_id) == "00"
    assert notify(api, acme, suspected.public_id) == "02"
    suspected.refresh_from_db()
    assert (suspected.status, suspected.received_amount, suspected.receipts.count()) == ("completed", 100000, 1)


def test_failure_after_a_review_fails_it(api, acme, suspected):
    assert notify(api, acme, suspected.public_id, vnp_ResponseCode="51", vnp_TransactionStatus="02") == "00"
    suspected.refresh_from_db()
    assert (suspected.status, suspected.receipts.count()) == ("failed", 0)


@pytest.mark.parametrize("changes", [{"code": "91", "conclusive": True}, {"code": "94", "conclusive": False}])
def test_a_query_without_news_leaves_the_suspicion_on_the_record(suspected, changes):
    attempt = suspected.attempts.get()
    report = StatusReport(
        outcome=Outcome.PENDING, reference=attempt.provider_reference, amount=None, response_code=changes["code"],
        conclusive=changes["conclusive"],
    )  # fmt: skip
    assert settle(attempt_id=attempt.pk, report=report, source=Source("query", SYSTEM), now=clock.now()) == "unchanged"
    attempt.refresh_from_db()
    assert (attempt.response_code, attempt.bank_code, attempt.status) == ("07", "NCB", "suspected")


def with_a_part(payment):
    """40.000 ₫ of it came by transfer before the card was suspected."""
    now = clock.now()
    Receipt.objects.create(
        account=payment.account, transaction=payment, provider_transaction_no="FT-PART", amount=40_000, source="notice",
        received_at=now, created_at=now,
    )  # fmt: skip
    Transaction.objects.filter(pk=payment.pk).update(received_amount=40_000)


def test_a_review_is_accepted_though_a_part_had_come_before_and_that_part_is_told(suspected):
    with_a_part(suspected)
    payment = accept_review(transaction_id=suspected.public_id, note="đã gọi khách", actor=SYSTEM, now=clock.now())
    assert (payment.status, payment.received_amount) == ("completed", suspected.amount + 40_000)
    issue = payment.issues.get()
    assert (issue.issue_type, issue.amount) == ("overpaid", 40_000)


def test_a_review_is_rejected_though_a_part_had_come_before_and_only_the_suspected_money_goes_back(suspected):
    with_a_part(suspected)
    refund = reject_review(transaction_id=suspected.public_id, note="gian lận", actor=SYSTEM, now=clock.now())
    assert refund.amount == suspected.amount
    suspected.refresh_from_db()
    assert (suspected.status, suspected.received_amount) == ("under_review", suspected.amount + 40_000)

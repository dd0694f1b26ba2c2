"""What staff do on a payment's page: only what fits, only with the right, and in their own name."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from rest_framework.test import APIClient

from audit.models import ApprovalRequest, AuditEntry
from tests.factories.backoffice import new_payment, notify
from tests.factories.world import Role
from tests.integration.transactions.admin.people import act, do, page, staff_with, suspected
from transactions.models import MoneyIssue, Refund, Transaction
from transactions.providers.base import Outcome, StatusReport
from transactions.services import resolve
from webhooks.outbound.models import CallbackDelivery

SEE = "view_transaction"
RIGHTS = {
    "ask": "ask_provider",
    "cancel": "cancel_payment",
    "accept": "accept_review",
    "reject": "reject_review",
    "resend": "change_callbackdelivery",
}


def last_entry(payment: Transaction) -> tuple[str, str, str]:
    entry = AuditEntry.objects.filter(entity_id=payment.public_id, user_type="staff").latest("id")
    return entry.action, entry.user_id, entry.user_type


@pytest.fixture
def says(monkeypatch: pytest.MonkeyPatch) -> Any:
    """What the provider says when it is asked; outside every database transaction."""
    report: dict[str, StatusReport] = {}

    def answer(attempt: Any, now: Any, *, background: bool) -> StatusReport:
        assert not background
        blocks = transaction.get_connection().atomic_blocks
        assert all(getattr(block, "_from_testcase", False) for block in blocks)
        return report["it"]

    monkeypatch.setattr(resolve, "_query", answer)
    return report


def paid(payment: Transaction) -> StatusReport:
    attempt = payment.attempts.get()
    return StatusReport(
        outcome=Outcome.PAID, reference=attempt.provider_reference, amount=payment.amount, transaction_no="4455",
        response_code="00", conclusive=True,
    )  # fmt: skip


@pytest.mark.parametrize("name", sorted(RIGHTS))
def test_who_lacks_the_right_is_refused_by_page_and_by_direct_post(name: str, api: APIClient, acme: Role) -> None:
    payment = suspected(api, acme) if name in ("accept", "reject") else new_payment(api, acme)
    others = [right for act_name, right in RIGHTS.items() if act_name != name]
    client = staff_with(SEE, *others)
    before = Transaction.objects.filter(pk=payment.pk).values().get()
    assert act(payment, name) not in client.get(page(payment)).content.decode()
    assert client.get(act(payment, name)).status_code == 403
    assert client.post(act(payment, name), {"note": "x"}).status_code == 403
    assert Transaction.objects.filter(pk=payment.pk).values().get() == before
    assert not ApprovalRequest.objects.exists()


@pytest.mark.parametrize("name", sorted(RIGHTS))
def test_the_right_without_the_right_to_see_payments_is_not_enough(name: str, api: APIClient, acme: Role) -> None:
    payment = suspected(api, acme)
    assert staff_with(RIGHTS[name]).post(act(payment, name), {"note": "x"}).status_code == 403
    assert Client().post(act(payment, name), {"note": "x"}).status_code == 302
    payment.refresh_from_db()
    assert payment.status == "under_review"


def test_a_form_from_elsewhere_is_refused(api: APIClient, acme: Role) -> None:
    payment = new_payment(api, acme)
    user = staff_with(SEE, "cancel_payment").user  # type: ignore[attr-defined]
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(user)
    assert strict.post(act(payment, "cancel"), {"note": "x"}).status_code == 403
    payment.refresh_from_db()
    assert payment.status == "pending"


def test_only_what_fits_the_state_is_offered(site: Client, api: APIClient, acme: Role, payment: Transaction) -> None:
    def offered(row: Transaction) -> set[str]:
        html = site.get(page(row)).content.decode()
        return {name for name in RIGHTS if act(row, name) in html}

    assert offered(new_payment(api, acme)) == {"ask", "cancel"}
    assert offered(suspected(api, acme)) == {"ask", "accept", "reject"}
    CallbackDelivery.objects.filter(transaction=payment).update(status="dead", next_attempt_at=None)
    assert offered(payment) == {"ask", "resend"}  # a refund made in the provider's portal is only seen by asking


def test_asking_the_provider_settles_what_it_says_in_the_name_of_who_asked(says: Any, api: APIClient, acme: Role) -> None:
    payment = new_payment(api, acme)
    says["it"] = paid(payment)
    told = do(staff_with(SEE, "ask_provider", name="ketoan"), payment, "ask")
    assert told == "Cổng thanh toán đã trả lời. Trạng thái giao dịch: Hoàn thành."
    payment.refresh_from_db()
    assert payment.status == "completed"
    assert AuditEntry.objects.get(entity_id=payment.public_id, action="paid").user_id == "ketoan"
    assert last_entry(payment) == ("provider_asked", "ketoan", "staff")


def test_a_provider_without_an_answer_changes_nothing(says: Any, api: APIClient, acme: Role) -> None:
    payment = new_payment(api, acme)
    says["it"] = None
    told = do(staff_with(SEE, "ask_provider", name="ketoan"), payment, "ask")
    assert "chưa có kết quả cuối cùng" in told
    payment.refresh_from_db()
    assert payment.status == "pending"
    assert last_entry(payment) == ("provider_asked", "ketoan", "staff")


def test_nothing_is_done_by_looking_at_the_page_of_an_act(site: Client, api: APIClient, acme: Role) -> None:
    payment, review = new_payment(api, acme), suspected(api, acme)
    before = AuditEntry.objects.count()
    for row, name in ((payment, "ask"), (payment, "cancel"), (review, "accept"), (review, "reject")):
        site.get(act(row, name))
    assert site.get(act(payment, "nothing")).status_code == 404
    payment.refresh_from_db()
    assert (payment.status, AuditEntry.objects.count()) == ("pending", before)


def test_a_payment_is_cancelled_with_a_reason_and_a_second_time_is_told_why_not(api: APIClient, acme: Role) -> None:
    payment = new_payment(api, acme)
    client = staff_with(SEE, "cancel_payment", name="ketoan")
    assert "Hủy giao dịch" in client.get(act(payment, "cancel")).content.decode()
    assert do(client, payment, "cancel", note="khách đổi ý") == "Giao dịch đã bị hủy."
    payment.refresh_from_db()
    assert payment.status == "cancelled"
    assert payment.events.get(event_type="cancelled").data["reason"] == "khách đổi ý"
    assert last_entry(payment) == ("cancelled", "ketoan", "staff")
    assert "đã được xử lý" in do(client, payment, "cancel", note="x")


def test_a_review_is_accepted_with_a_note_that_is_required(api: APIClient, acme: Role) -> None:
    payment = suspected(api, acme)
    client = staff_with(SEE, "accept_review", name="ketoan")
    again = client.post(act(payment, "accept"), {"note": " "})
    assert again.status_code == 200
    assert again.context["form"].errors
    assert do(client, payment, "accept", note="đã gọi khách") == "Giao dịch đã được chấp nhận và hoàn tất."
    payment.refresh_from_db()
    assert (payment.status, payment.received_amount) == ("completed", payment.amount)
    assert last_entry(payment) == ("review_accepted", "ketoan", "staff")


def test_a_rejection_waits_for_a_second_person_and_is_asked_for_once(api: APIClient, acme: Role) -> None:
    payment = suspected(api, acme)
    maker = staff_with(SEE, "reject_review", name="ketoan")
    told = do(maker, payment, "reject", note="thẻ bị đánh cắp")
    approval = ApprovalRequest.objects.get(subject_id=payment.public_id)
    assert "người thứ hai" in told
    assert approval.public_id in told
    assert (approval.reason, approval.requested_by, approval.state) == ("thẻ bị đánh cắp", "ketoan", "pending")
    payment.refresh_from_db()
    assert (payment.status, Refund.objects.count()) == ("under_review", 0)
    html = maker.get(page(payment)).content.decode()
    assert act(payment, "reject") not in html
    assert approval.public_id in html
    do(maker, payment, "reject", note="lần nữa")
    assert ApprovalRequest.objects.count() == 1


def test_finished_callbacks_are_sent_again_the_newest_event_by_default(payment: Transaction) -> None:
    CallbackDelivery.objects.filter(transaction=payment).update(status="dead", next_attempt_at=None)
    client = staff_with(SEE, "change_callbackdelivery", name="ketoan")
    form = client.get(act(payment, "resend")).context["form"]
    newest = CallbackDelivery.objects.filter(transaction=payment).order_by("-event_id").first()
    assert newest is not None
    assert form.fields["deliveries"].initial == [newest.public_id]
    assert do(client, payment, "resend", deliveries=[newest.public_id]) == "Sẽ gửi lại 1 callback."
    newest.refresh_from_db()
    assert newest.status == "pending"
    assert last_entry(payment) == ("callback_resend", "ketoan", "staff")
    foreign = client.post(act(payment, "resend"), {"deliveries": ["cb_of_somebody_else"]})
    assert foreign.status_code == 200
    assert foreign.context["form"].errors


def test_a_money_issue_is_resolved_once_with_a_note(payment: Transaction) -> None:
    issue = MoneyIssue.objects.filter(transaction=payment).earliest("id")
    assert staff_with("view_moneyissue").post(act(issue, "resolve"), {"note": "x"}).status_code == 403
    client = staff_with("view_moneyissue", "change_moneyissue", name="ketoan")
    assert client.post(act(issue, "resolve"), {"note": ""}).status_code == 200
    do(client, issue, "resolve", note="đã hoàn cho khách")
    issue.refresh_from_db()
    assert (issue.state, issue.note, issue.resolved_by) == ("resolved", "đã hoàn cho khách", "ketoan")
    entry = AuditEntry.objects.get(entity_id=issue.public_id)
    assert (entry.action, entry.user_id, entry.changed_fields) == ("issue_resolved", "ketoan", ["state"])
    other = staff_with("view_moneyissue", "change_moneyissue")
    assert do(other, issue, "resolve", note="tôi nữa") == "ketoan đã xử lý mục này rồi."
    assert act(issue, "resolve") not in other.get(page(issue)).content.decode()


def test_a_payment_under_review_that_was_paid_meanwhile_is_not_rejected(api: APIClient, acme: Role) -> None:
    payment = suspected(api, acme)
    client = staff_with(SEE, "reject_review")
    assert notify(api, acme, payment) == "00"
    assert "đã được xử lý" in do(client, payment, "reject", note="muộn")
    assert not ApprovalRequest.objects.exists()

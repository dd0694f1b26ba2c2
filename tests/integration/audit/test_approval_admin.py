"""The queue of approvals in the back office: who sees it, who decides, and what the slower one is told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from audit import approvals
from audit.models import ApprovalRequest, AuditEntry
from payments_site.kernel import clock
from tests.factories.live import at_once
from tests.factories.world import Role, make_world
from tests.integration.transactions.admin.people import act, do, page, staff_with, suspected
from transactions.models import Refund, Transaction

LIST = reverse("admin:audit_approvalrequest_changelist")
MAKER = ("view_transaction", "reject_review", "view_approvalrequest")
CHECKER = (*MAKER, "decide_approvalrequest")


@pytest.fixture
def payment(api: APIClient, acme: Role) -> Transaction:
    return suspected(api, acme)


@pytest.fixture
def approval(payment: Transaction) -> ApprovalRequest:
    return asked(payment, staff_with(*CHECKER, name="ketoan"))


def asked(payment: Transaction, maker: Client) -> ApprovalRequest:
    do(maker, payment, "reject", note="thẻ bị đánh cắp")
    return ApprovalRequest.objects.get(subject_id=payment.public_id)


def client_of(username: str) -> Client:
    from tenants.models import StaffUser

    client = Client()
    client.force_login(StaffUser.objects.get(username=username))
    return client


def test_the_page_says_who_why_and_what_would_change(approval: ApprovalRequest, payment: Transaction) -> None:
    html = staff_with(*CHECKER).get(page(approval)).content.decode()
    for words in (
        "ketoan",
        "thẻ bị đánh cắp",
        "Từ chối giao dịch đang xem xét",
        "hoàn tiền cho người thanh toán",
        "100.000\u00a0₫",
    ):
        assert words in html
    assert page(payment) in html
    assert "payload" not in html


def test_a_second_person_approves_and_it_is_done_in_their_name(approval: ApprovalRequest, payment: Transaction) -> None:
    checker = staff_with(*CHECKER, name="duyet")
    assert act(approval, "approve") in checker.get(page(approval)).content.decode()
    assert do(checker, approval, "approve", note="đồng ý") == "Đã duyệt và thực hiện."
    approval.refresh_from_db()
    assert (approval.state, approval.decided_by, approval.decision_note) == ("approved", "duyet", "đồng ý")
    assert Refund.objects.get(transaction=payment).amount == payment.amount
    assert AuditEntry.objects.get(action="approval.approved").user_id == "duyet"
    assert act(approval, "approve") not in checker.get(page(approval)).content.decode()


def test_a_second_person_refuses_with_a_reason_and_nothing_is_done(approval: ApprovalRequest, payment: Transaction) -> None:
    checker = staff_with(*CHECKER, name="duyet")
    assert checker.post(act(approval, "reject"), {"note": ""}).status_code == 200
    do(checker, approval, "reject", note="không đủ căn cứ")
    approval.refresh_from_db()
    assert (approval.state, approval.decision_note) == ("rejected", "không đủ căn cứ")
    assert not Refund.objects.filter(transaction=payment).exists()


@pytest.mark.parametrize("decision", ["approve", "reject"])
def test_a_maker_decides_neither_by_the_page_nor_by_a_direct_post(decision: str, approval: ApprovalRequest) -> None:
    maker = client_of("ketoan")
    assert act(approval, decision) not in maker.get(page(approval)).content.decode()
    assert maker.get(act(approval, decision)).status_code == 302
    assert "Người yêu cầu không được tự phê duyệt" in do(maker, approval, decision, note="tôi")
    approval.refresh_from_db()
    assert (approval.state, Refund.objects.count()) == ("pending", 0)


@pytest.mark.parametrize("decision", ["approve", "reject"])
def test_who_lacks_a_right_decides_nothing(decision: str, approval: ApprovalRequest) -> None:
    clerk = staff_with(*MAKER)
    assert act(approval, decision) not in clerk.get(page(approval)).content.decode()
    assert clerk.post(act(approval, decision), {"note": "x"}).status_code == 403
    other = staff_with("view_approvalrequest", "decide_approvalrequest")
    assert act(approval, decision) not in other.get(page(approval)).content.decode()
    do(other, approval, decision, note="x")
    assert staff_with("decide_approvalrequest").post(act(approval, decision), {"note": "x"}).status_code == 403
    approval.refresh_from_db()
    assert approval.state == "pending"


def test_the_slower_one_is_told_by_whom(approval: ApprovalRequest) -> None:
    do(staff_with(*CHECKER, name="duyet"), approval, "reject", note="không")
    assert do(staff_with(*CHECKER), approval, "approve", note="") == "duyet đã từ chối yêu cầu này."


def test_an_expired_request_says_so_and_is_not_decided(approval: ApprovalRequest) -> None:
    ApprovalRequest.objects.update(expires_at=clock.now() - timedelta(seconds=1))
    checker = staff_with(*CHECKER)
    html = checker.get(page(approval)).content.decode()
    assert "Hết hạn" in html
    assert act(approval, "approve") not in html
    assert do(checker, approval, "approve", note="") == "Yêu cầu đã hết hạn; hãy gửi lại."


def test_waiting_ones_come_first_and_the_sidebar_counts_them(approval: ApprovalRequest, api: APIClient, acme: Role) -> None:
    checker = staff_with(*CHECKER)
    later = asked(suspected(api, acme), client_of("ketoan"))
    do(checker, later, "reject", note="không")
    listed = checker.get(LIST)
    assert [row.pk for row in listed.context["cl"].result_list] == [approval.pk, later.pk]
    groups = listed.context["sidebar_navigation"]
    badges = {str(item["title"]): item.get("badge") for group in groups for item in group["items"]}
    assert badges["Yêu cầu duyệt"] == "1"


def test_a_request_of_an_action_that_is_no_more_is_still_shown(approval: ApprovalRequest, site_of_boss: Client) -> None:
    ApprovalRequest.objects.update(action="gone.action", subject_type="gone")
    assert "gone.action" in site_of_boss.get(page(approval)).content.decode()
    assert site_of_boss.get(LIST).status_code == 200


@pytest.fixture
def site_of_boss(db: None) -> Client:
    from tests.factories.tenants import StaffUserFactory

    client = Client()
    client.force_login(StaffUserFactory(is_superuser=True))
    return client


def test_of_two_people_approving_at_once_one_wins_and_the_other_is_told(committed_db: None, api: APIClient) -> None:
    mark = clock.now().isoformat()
    payment = suspected(api, make_world().acme)
    request = asked(payment, staff_with(*CHECKER, name=f"maker{mark}"))
    checkers = [staff_with(*CHECKER, name=f"checker{mark}{number}") for number in range(2)]

    def decide(client: Client) -> str:
        try:
            return do(client, request, "approve", note="")
        finally:
            connection.close()

    told = at_once([lambda client=client: decide(client) for client in checkers])  # type: ignore[misc]
    request.refresh_from_db()
    assert sorted(told) == sorted(["Đã duyệt và thực hiện.", f"{request.decided_by} đã duyệt yêu cầu này."])
    assert Refund.objects.filter(transaction=payment).count() == 1
    assert approvals.approvable_of(request.action)

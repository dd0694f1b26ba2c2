"""What becomes of a difference: the provider's word through the door of its notices, by two people; the rest by one, undoable."""

from __future__ import annotations

import secrets
from datetime import timedelta

import pytest

from audit import approvals
from audit.models import ApprovalRequest, AuditEntry
from audit.services import Actor
from payments_site.kernel.errors import InvalidInput
from reconciliation.models import ReconciliationItem
from reconciliation.services.accepting import CanNotAccept
from reconciliation.services.resolve import ItemNotOpen, NotResolved, propose, reopen_overdue, undo_resolution
from tenants.models import ProviderAccount
from tests.factories.books import Books
from tests.factories.desk_of_reconciliation import Paper
from tests.integration.audit.people import person
from transactions.models import MoneyIssue, Receipt, Refund

MAKER = Actor(user_id="maker", user_type="staff")
CHECKER = Actor(user_id="checker", user_type="staff")


@pytest.fixture
def books(acme):
    return Books(acme)


@pytest.fixture
def paper(books):
    return paper_of(books, "vnpay")


@pytest.fixture
def maker(db):
    return person("maker", "resolve_item")


@pytest.fixture
def checker(db):
    return person("checker", "resolve_item", "decide_approvalrequest")


def paper_of(books, code):
    return Paper(ProviderAccount.objects.select_related("provider").get(tenant=books.tenant, provider__code=code), books.now)


def say(item, action, maker, now, note="Đã xem"):
    return propose(item=item, action=action, note=note, person=maker, actor=MAKER, now=now)


def accepted(item, maker, checker, now):
    """Proposed by one person and allowed by another; the item as it is then."""
    asked = say(item, "accept_provider", maker, now)
    assert isinstance(asked, ApprovalRequest)
    approvals.approve(approval_id=asked.public_id, person=checker, actor=CHECKER, now=now)
    return ReconciliationItem.objects.get(pk=item.pk)


def test_a_payment_that_only_the_provider_knows_is_settled_as_its_notice_would(books, paper, maker, checker):
    payment = books.order()
    line = paper.line(reference=payment.attempts.get().provider_reference)
    item = paper.item("missing_in_system", line=line)
    asked = say(item, "accept_provider", maker, books.now)
    item.refresh_from_db()
    assert (item.state, item.approval_id, books.fresh(payment).status) == ("proposed", asked.public_id, "pending")
    approvals.approve(approval_id=asked.public_id, person=checker, actor=CHECKER, now=books.now)
    item.refresh_from_db()
    receipt = Receipt.objects.get(transaction=payment)
    assert (receipt.source, receipt.provider_transaction_no, receipt.amount) == ("statement", line.number, 100_000)
    assert receipt.received_at == line.occurred_at
    assert (books.fresh(payment).status, item.state, item.closed_by) == ("completed", "resolved", "checker")
    assert item.effects["receipt_id"] == receipt.public_id
    assert AuditEntry.objects.filter(action="reconciliation_item.resolved", entity_id=item.public_id).count() == 1


def test_who_proposes_can_not_allow_and_without_the_right_nobody_proposes(books, paper, checker):
    item = paper.item("missing_in_system", line=paper.line())
    asked = say(item, "accept_provider", checker, books.now)
    with pytest.raises(approvals.MayNotDecide):
        approvals.approve(approval_id=asked.public_id, person=checker, actor=CHECKER, now=books.now)
    other = paper.item("missing_in_system", line=paper.line())
    with pytest.raises(approvals.MayNotDecide):
        say(other, "accept_provider", person("looker", "view_reconciliationitem"), books.now)
    other.refresh_from_db()
    assert other.state == "open"


def test_money_without_an_order_is_kept_and_left_to_a_person(books, paper, maker, checker):
    line = paper.line()
    item = accepted(paper.item("missing_in_system", line=line), maker, checker, books.now)
    receipt = Receipt.objects.get(provider_transaction_no=line.number)
    issue = MoneyIssue.objects.get(receipt=receipt)
    assert (receipt.transaction, receipt.amount, issue.issue_type, issue.state) == (None, 100_000, "unidentified_money", "open")
    assert item.effects["issue_opened"] == issue.public_id


def test_a_bank_transfer_whose_memo_names_one_order_pays_it(books, maker, checker):
    payment = books.order("vietqr")
    paper = paper_of(books, "vietqr")
    line = paper.line(kind="credit", memo_references=[payment.attempts.get().provider_reference])
    accepted(paper.item("unidentified_money", line=line), maker, checker, books.now)
    assert books.fresh(payment).status == "completed"


def test_money_without_a_number_is_not_taken_in(books, paper, maker, checker):
    item = paper.item("missing_in_system", line=paper.line(number=None))
    asked = say(item, "accept_provider", maker, books.now)
    with pytest.raises(CanNotAccept):
        approvals.approve(approval_id=asked.public_id, person=checker, actor=CHECKER, now=books.now)
    item.refresh_from_db()
    assert item.state == "proposed"
    assert not Receipt.objects.filter(account=paper.account).exists()


def test_a_refund_made_in_the_portal_is_taken_in(books, paper, maker, checker):
    payment = books.paid()
    paid = payment.attempts.get()
    line = paper.line(kind="refund", amount=30_000, original_number=paid.provider_transaction_no)
    item = accepted(paper.item("refund_unknown", line=line), maker, checker, books.now)
    refund = Refund.objects.get(transaction=payment)
    assert (refund.source, refund.amount, refund.status, refund.provider_refund_id) == (
        "portal", 30_000, "completed", line.number,
    )  # fmt: skip
    assert (books.fresh(payment).refunded_amount, item.effects["refund_id"]) == (30_000, refund.public_id)


def test_more_than_was_paid_is_not_refunded_by_a_statement(books, paper, maker, checker):
    paid = books.paid().attempts.get()
    line = paper.line(kind="refund", amount=130_000, original_number=paid.provider_transaction_no)
    asked = say(paper.item("refund_unknown", line=line), "accept_provider", maker, books.now)
    with pytest.raises(CanNotAccept):
        approvals.approve(approval_id=asked.public_id, person=checker, actor=CHECKER, now=books.now)
    assert not Refund.objects.filter(transaction=paid.transaction).exists()


@pytest.mark.parametrize(("status", "ends_as"), [("success", "completed"), ("failed", "failed")])
def test_a_refund_on_its_way_ends_as_the_statement_says(books, paper, maker, checker, status, ends_as):
    payment = books.paid()
    refund = books.refund(payment, 40_000)
    line = paper.line(kind="refund", amount=40_000, status=status, reference=refund.provider_reference)
    item = paper.item("status", line=line, refund=refund, differences={"status": {"ours": "unknown", "theirs": status}})
    accepted(item, maker, checker, books.now)
    refund.refresh_from_db()
    assert refund.status == ends_as


def test_a_fee_is_corrected_and_can_be_put_back(books, paper, maker, checker):
    payment = books.paid()
    item = paper.item(
        "fee", line=paper.line(fee=500), transaction=payment, amount=500, differences={"fee": {"ours": 0, "theirs": 500}}
    )
    before = payment.transaction_fee
    item = accepted(item, maker, checker, books.now)
    fresh = books.fresh(payment)
    assert (fresh.transaction_fee, fresh.net_amount) == (before + 500, 100_000 - before - 500)
    undo_resolution(item=item, note="Nhầm", actor=MAKER, now=books.now)
    fresh = books.fresh(payment)
    assert (fresh.transaction_fee, fresh.net_amount) == (before, 100_000 - before)


def test_a_failure_after_success_opens_an_issue_and_un_pays_nothing(books, paper, maker, checker):
    payment = books.paid()
    receipt = Receipt.objects.get(transaction=payment)
    item = paper.item("status", line=paper.line(status="failed"), receipt=receipt, transaction=payment)
    item = accepted(item, maker, checker, books.now)
    assert (books.fresh(payment).status, MoneyIssue.objects.get(transaction=payment).issue_type) == (
        "completed", "failure_after_success",
    )  # fmt: skip
    assert "issue_opened" in item.effects


@pytest.mark.parametrize("item_type", ["duplicate", "currency", "missing_at_provider"])
def test_where_there_is_nothing_to_take_over_nobody_is_asked(books, paper, maker, item_type):
    item = paper.item(item_type)
    with pytest.raises(CanNotAccept):
        say(item, "accept_provider", maker, books.now)
    assert not ApprovalRequest.objects.exists()


@pytest.mark.parametrize("action", ["accept_ours", "timing", "note"])
def test_what_moves_no_money_takes_one_person_and_can_be_taken_back(books, paper, maker, action):
    issue = MoneyIssue.objects.create(
        issue_type="unidentified_money", cause=secrets.token_hex(4), amount=1, account=paper.account, created_at=books.now
    )
    item = paper.item("missing_at_provider", issue=issue)
    done = say(item, action, maker, books.now, note="Ngân hàng ghi có ngày mai")
    issue.refresh_from_db()
    assert (done.state, done.action, done.note, done.closed_by) == ("resolved", action, "Ngân hàng ghi có ngày mai", "maker")
    assert (issue.state, issue.resolved_by) == ("resolved", "maker")
    with pytest.raises(ItemNotOpen):
        say(item, action, maker, books.now)
    undo_resolution(item=item, note="Nhầm khoản", actor=CHECKER, now=books.now)
    item.refresh_from_db()
    issue.refresh_from_db()
    assert (item.state, item.action, item.closed_by, item.closed_at, issue.state) == ("open", "", "", None, "open")
    actions = AuditEntry.objects.filter(entity_id=item.public_id).order_by("id").values_list("action", flat=True)
    assert list(actions) == ["reconciliation_item.resolved", "reconciliation_item.reopened"]
    with pytest.raises(NotResolved):
        undo_resolution(item=item, note="Lại nhầm", actor=CHECKER, now=books.now)


def test_money_that_has_moved_is_not_taken_back(books, paper, maker, checker):
    item = accepted(paper.item("missing_in_system", line=paper.line()), maker, checker, books.now)
    with pytest.raises(NotResolved):
        undo_resolution(item=item, note="Nhầm", actor=MAKER, now=books.now)
    item.refresh_from_db()
    assert item.state == "resolved"


def test_a_refused_proposal_leaves_the_item_open(books, paper, maker, checker):
    item = paper.item("missing_in_system", line=paper.line())
    asked = say(item, "accept_provider", maker, books.now)
    approvals.reject(approval_id=asked.public_id, person=checker, actor=CHECKER, now=books.now, note="Chưa rõ")
    item.refresh_from_db()
    assert (item.state, item.action, item.approval_id) == ("open", "", "")


def test_a_difference_of_two_sides_is_never_merely_late(books, paper, maker):
    with pytest.raises(CanNotAccept):
        say(paper.item("amount"), "timing", maker, books.now)


@pytest.mark.parametrize(("action", "note"), [("forget", "x"), ("note", "  "), ("note", "x" * 501)])
def test_what_nobody_can_understand_is_refused(books, paper, maker, action, note):
    with pytest.raises(InvalidInput):
        say(paper.item("amount"), action, maker, books.now, note=note)


def test_a_payment_of_another_amount_is_not_completed(books, paper, maker, checker):
    payment = books.order()
    line = paper.line(amount=90_000, reference=payment.attempts.get().provider_reference)
    item = accepted(paper.item("missing_in_system", line=line), maker, checker, books.now)
    assert (books.fresh(payment).status, item.effects["settlement"]) == ("pending", "wrong_amount")
    assert MoneyIssue.objects.get(transaction=payment).issue_type == "wrong_amount"


def test_what_was_said_to_be_late_and_does_not_come_is_open_again(books, paper, maker):
    lost, come = paper.item("missing_at_provider"), paper.item("missing_in_system", line=paper.line())
    for item in (lost, come):
        say(item, "timing", maker, books.now)
    receipt = Receipt.objects.get(transaction=books.paid())
    paper.match(come.line, receipt)
    assert reopen_overdue(now=books.now) == 0
    lost.refresh_from_db()
    later = books.now + timedelta(days=14)
    assert lost.due_day < later.date()
    assert (reopen_overdue(now=later), reopen_overdue(now=later)) == (1, 0)
    lost.refresh_from_db()
    come.refresh_from_db()
    assert (lost.state, come.state) == ("open", "resolved")

"""What becomes of money issues by itself."""

from __future__ import annotations

import pytest

from audit.models import AuditEntry
from tests.factories.books import Books
from tests.factories.world import Role
from transactions.models import MoneyIssue, Receipt


@pytest.fixture
def books(acme: Role) -> Books:
    return Books(acme)


def test_the_issue_of_unidentified_money_is_resolved_when_its_payment_is_known(books: Books) -> None:
    payment = books.order("vietqr")
    number = books.nobodys()
    other = books.nobodys()
    books.tell(payment.attempts.get(), number=number)
    receipt = Receipt.objects.get(provider_transaction_no=number)
    issue = MoneyIssue.objects.get(cause=receipt.public_id)
    assert receipt.transaction == payment
    assert (issue.state, issue.note, issue.resolved_by) == ("resolved", payment.public_id, "provider")
    assert AuditEntry.objects.get(entity_id=issue.public_id).action == "issue_resolved"
    assert MoneyIssue.objects.get(receipt__provider_transaction_no=other).state == "open"


def test_a_repeat_resolves_nothing_twice(books: Books) -> None:
    payment = books.order("vietqr")
    number = books.nobodys()
    for _time in range(2):
        books.tell(payment.attempts.get(), number=number)
    assert AuditEntry.objects.filter(action="issue_resolved").count() == 1
    assert books.fresh(payment).status == "completed"

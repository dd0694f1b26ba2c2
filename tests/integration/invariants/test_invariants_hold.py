"""Whatever the services do, the laws hold: a property of every sequence of acts, not of chosen ones."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.factories.books import Books
from tests.factories.world import World, make_world
from tests.integration.invariants.conftest import open_books
from transactions.invariants import LAWS, check
from transactions.models import MoneyIssue, PaymentAttempt, Refund, Transaction
from transactions.providers.base import Outcome

ACT = st.tuples(st.integers(0, 15), st.integers(0, 5), st.integers(0, 999))


def broken(books: Books) -> dict[str, list[tuple[str, str, str]]]:
    """{law: rows} of this shop."""
    found = check(now=books.now, tenants=[books.role.tenant_id])
    return {one.law.name: [(row.row, row.expected, row.found) for row in one.rows] for one in found}


def issues_of(payment: Transaction) -> list[tuple[str, int]]:
    return list(MoneyIssue.objects.filter(transaction=payment).order_by("id").values_list("issue_type", "amount"))


def test_books_in_which_everything_happened_are_in_order(books: Books) -> None:
    assert broken(books) == {}
    statuses = set(Transaction.objects.filter(tenant=books.tenant).values_list("status", flat=True))
    assert statuses == {"pending", "completed", "expired", "cancelled", "under_review", "partially_refunded", "refunded"}
    assert set(MoneyIssue.objects.values_list("issue_type", flat=True)) == {
        "late_success", "double_payment", "underpaid", "overpaid", "unidentified_money",
    }  # fmt: skip


@settings(
    max_examples=20, deadline=None, derandomize=True, database=None, phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
@given(acts=st.lists(ACT, min_size=8, max_size=30))
def test_no_sequence_of_acts_breaks_a_law(db: None, acts: list[tuple[int, int, int]]) -> None:
    books = open_books(make_world())
    books.order("vnpay")
    books.order("vietqr")
    for act in acts:
        books.act(*act)
    assert broken(books) == {}


def test_the_acts_reach_what_the_laws_are_about(db: None) -> None:
    """The property above would be empty if every act was refused."""
    books = open_books(make_world())
    for number in range(160):
        books.act(number * 7, number * 3, number * 11 + number // 5)
    payments = Transaction.objects.filter(tenant=books.tenant)
    assert len(set(payments.values_list("status", flat=True))) >= 5
    assert len(set(PaymentAttempt.objects.filter(transaction__in=payments).values_list("provider_code", flat=True))) >= 4
    assert {"completed", "failed"} <= set(Refund.objects.filter(tenant=books.tenant).values_list("status", flat=True))
    assert len(set(MoneyIssue.objects.filter(transaction__in=payments).values_list("issue_type", flat=True))) >= 4
    assert broken(books) == {}


def test_every_law_has_a_name_of_its_own_and_says_something() -> None:
    assert len({law.name for law in LAWS}) == len(LAWS) > 30
    assert all(law.says.endswith(".") for law in LAWS)


def test_a_transfer_before_a_card_is_a_surplus_that_somebody_looks_at(world: World) -> None:
    books = open_books(world)
    payment = books.order("vietqr")
    books.tell(payment.attempts.get(), amount=40_000)
    books.tell(books.attempt(payment, "vnpay"))
    assert books.fresh(payment).received_amount == 140_000
    assert issues_of(payment) == [("overpaid", 40_000)]
    assert broken(books) == {}


def test_money_of_a_payment_that_the_client_cancels_is_looked_at(world: World) -> None:
    books = open_books(world)
    payment = books.order("vietqr")
    books.tell(payment.attempts.get(), amount=40_000)
    books.cancel(payment)
    assert issues_of(payment) == [("underpaid", 40_000)]
    assert broken(books) == {}


def test_money_of_a_payment_whose_suspected_attempt_fails_is_looked_at(world: World) -> None:
    books = open_books(world)
    payment = books.order("vietqr")
    books.tell(payment.attempts.get(), amount=40_000)
    card = books.attempt(payment, "vnpay")
    books.tell(card, Outcome.SUSPECTED)
    books.tell(card, Outcome.FAILED)
    assert books.fresh(payment).status == "failed"
    assert issues_of(payment) == [("underpaid", 40_000)]
    assert broken(books) == {}


def test_the_last_answer_about_a_refund_leaves_it_to_a_person_in_the_same_step(world: World) -> None:
    books = open_books(world)
    refund = books.refund(books.paid("vnpay"), 30_000)
    books.now += timedelta(days=60)
    books.end(refund, None)
    refund.refresh_from_db()
    assert (refund.status, refund.next_query_at) == ("unknown", None)
    assert MoneyIssue.objects.filter(refund=refund).values_list("issue_type", "amount").get() == ("unknown_fate", 30_000)
    assert broken(books) == {}


def test_a_rejected_review_that_fails_meanwhile_is_no_issue_while_its_money_is_on_its_way_back(world: World) -> None:
    books = open_books(world)
    payment = books.order("vnpay")
    books.tell(payment.attempts.get(), Outcome.SUSPECTED)
    books.reject(payment)
    books.tell(payment.attempts.get(), Outcome.FAILED)
    assert books.fresh(payment).status == "failed"
    assert issues_of(payment) == []
    assert broken(books) == {}

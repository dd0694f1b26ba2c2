"""The questions of the design's VNPay table, as filters, a report and alerts."""

from __future__ import annotations

import csv
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from audit.words import ALERTS, KINDS
from payments_site.kernel import clock
from tests.factories.backoffice import new_payment, notify
from tests.factories.world import Role
from tests.integration.transactions.admin.people import staff_with
from transactions.models import PaymentAttempt, Transaction

ROOT = Path(__file__).parents[4]
LIST = reverse("admin:transactions_transaction_changelist")
REVENUE = reverse("admin:transactions_transaction_revenue")


def found(site: Client, question: str, **filters: str) -> set[str]:
    rows = site.get(LIST, {"question": question, **filters}).context["cl"].result_list
    return {row.order_id for row in rows}


def failed(api: APIClient, acme: Role, code: str) -> Transaction:
    payment = new_payment(api, acme, order_id=f"FAILED-{code}")
    notify(api, acme, payment, vnp_ResponseCode=code, vnp_TransactionStatus="02")
    return payment


def returned(payment: Transaction, minutes: int) -> None:
    moment = clock.now() - timedelta(minutes=minutes)
    PaymentAttempt.objects.filter(transaction=payment).update(return_success=True, return_received_at=moment)


def test_failed_ones_are_found_without_those_that_the_payer_gave_up(site: Client, api: APIClient, acme: Role) -> None:
    for code in ("24", "11", "51", "75"):
        failed(api, acme, code)
    new_payment(api, acme)
    assert found(site, "failed") == {"FAILED-51", "FAILED-75"}


def test_paid_at_the_provider_and_not_here_is_found(site: Client, api: APIClient, acme: Role) -> None:
    returned(new_payment(api, acme, order_id="RETURNED"), minutes=0)
    notify(api, acme, new_payment(api, acme, order_id="OTHER-AMOUNT"), amount=5_000)
    settled = new_payment(api, acme, order_id="SETTLED")
    returned(settled, minutes=9)
    notify(api, acme, settled)
    new_payment(api, acme, order_id="OPEN")
    assert found(site, "elsewhere") == {"RETURNED", "OTHER-AMOUNT"}


def test_paid_without_a_notice_is_found_after_five_minutes(site: Client, api: APIClient, acme: Role) -> None:
    returned(new_payment(api, acme, order_id="LONG-AGO"), minutes=6)
    returned(new_payment(api, acme, order_id="JUST-NOW"), minutes=1)
    noticed = new_payment(api, acme, order_id="NOTICED")
    returned(noticed, minutes=6)
    notify(api, acme, noticed)
    assert found(site, "unnoticed") == {"LONG-AGO"}


def test_questions_look_back_thirty_days_unless_days_are_chosen(site: Client, api: APIClient, acme: Role) -> None:
    old = failed(api, acme, "51")
    Transaction.objects.filter(pk=old.pk).update(created_at=clock.now() - timedelta(days=40))
    day = clock.vietnam_day(clock.now() - timedelta(days=40)).isoformat()
    assert found(site, "failed") == set()
    assert found(site, "failed", from_day=day, to_day=day) == {old.order_id}
    assert found(site, "nonsense") == {old.order_id}


def test_revenue_adds_up_by_day_and_provider_and_as_csv(site: Client, api: APIClient, acme: Role) -> None:
    for amount in (100_000, 250_000):
        notify(api, acme, new_payment(api, acme, amount=amount))
    new_payment(api, acme)
    html = site.get(REVENUE).content.decode()
    assert "350.000\u00a0₫" in html
    assert "Tổng cộng" in html
    answer = site.get(REVENUE, {"export": "csv"})
    today = clock.vietnam_day(clock.now())
    assert f"_{today}.csv" in answer["Content-Disposition"]
    rows = list(csv.DictReader(answer.content.decode("utf-8-sig").splitlines()))
    assert [(row["day"], row["provider_code"], row["payments"], row["paid"], row["revenue"]) for row in rows] == [
        (today.isoformat(), "vnpay", "3", "2", "350000")
    ]


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ({"to_day": "2026-03-31"}, "2026-03-02", "2026-03-31"),
        ({"from_day": "2020-01-01", "to_day": "2026-03-31"}, "2025-12-30", "2026-03-31"),
        ({"from_day": "2026-04-05", "to_day": "2026-03-31"}, "2026-03-31", "2026-03-31"),
        ({"from_day": "x", "to_day": "2026-03-31"}, "2026-03-02", "2026-03-31"),
    ],
)
def test_revenue_is_of_a_bounded_range(asked: dict[str, str], first: str, last: str, site: Client) -> None:
    context = site.get(REVENUE, asked).context
    assert (context["first"], context["last"]) == (first, last)


def test_revenue_needs_the_right_to_see_payments(db: None) -> None:
    assert staff_with("view_receipt").get(REVENUE).status_code == 403
    assert REVENUE not in staff_with("view_receipt").get(reverse("admin:index")).content.decode()
    assert staff_with("view_transaction").get(REVENUE).status_code == 200


def test_alerts_are_filtered_by_kind_and_shown_on_the_first_page(site: Client, payment: Transaction) -> None:
    events = reverse("admin:audit_operationalevent_changelist")
    assert len(site.get(events, {"kind": "alerts"}).context["cl"].result_list) == 1
    assert len(site.get(events, {"kind": "alert.failed_payments"}).context["cl"].result_list) == 0
    words = "Đã trả tiền nhưng không có thông báo từ cổng"
    assert words in site.get(reverse("admin:index")).content.decode()
    assert words not in staff_with("view_transaction").get(reverse("admin:index")).content.decode()


def test_every_kind_of_event_that_is_raised_has_words() -> None:
    raised = set()
    for room in ("audit", "tenants", "transactions", "webhooks"):
        for source in (ROOT / room).rglob("*.py"):
            lines = source.read_text(encoding="utf-8").splitlines()
            for number, line in enumerate(lines):
                if "raise_event(" in line and "def " not in line:
                    call = " ".join(lines[number : number + 4])
                    raised |= {part.split('"')[1] for part in call.split("kind=")[1:] if part.startswith('"')}
    assert raised
    assert raised <= set(KINDS)
    assert set(ALERTS) <= set(KINDS)

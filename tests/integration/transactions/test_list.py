"""The list: every filter, every sort, pages that neither skip nor repeat."""

from datetime import timedelta

import pytest

from payments_site.kernel import clock
from transactions.models import Transaction

BODY = {
    "amount": 100000,
    "currency": "VND",
    "description": "Hàng",
    "provider_code": "vnpay",
    "return_url": "https://shop.example/done",
}


@pytest.fixture
def nine(api, acme):
    """Nine payments: amounts in steps of 10.000, two with the same time, four paid (times set by hand: this tests reading)."""
    ids = []
    start = clock.now() - timedelta(days=3)
    for number in range(9):
        body = {**BODY, "order_id": f"ORD-{number}", "amount": 20000 + 10000 * (number % 5)}
        body["customer_info"] = {"email": f"k{number}@example.com", "phone": f"090000000{number}"}
        made = api.post(f"{acme.base}/transactions", body, format="json", headers=acme.headers)
        ids.append(made.json()["data"]["transaction_id"])
        paid_at = start + timedelta(hours=number) if number % 2 else None
        created_at = start + timedelta(days=number // 3)
        Transaction.objects.filter(public_id=ids[-1]).update(created_at=created_at, paid_at=paid_at)
    return ids


def pages(api, acme, **params):
    """Follow ``next`` to the end: every id in order."""
    seen, cursor = [], None
    for _ in range(20):
        query = {**params, **({"cursor": cursor} if cursor else {})}
        answer = api.get(f"{acme.base}/transactions", query, headers=acme.headers)
        assert answer.status_code == 200, answer.content
        seen += [item["transaction_id"] for item in answer.json()["data"]]
        cursor = answer.json()["pagination"]["next"]
        if cursor is None:
            return seen
    raise AssertionError("the list does not end")


@pytest.mark.parametrize("sort", ["created_at", "-created_at", "amount", "-amount", "paid_at", "-paid_at"])
def test_pages_of_two_show_every_payment_once_in_order(api, acme, nine, sort):
    seen = pages(api, acme, sort=sort, limit=2)
    assert sorted(seen) == sorted(nine)
    field = sort.removeprefix("-")
    values = [getattr(Transaction.objects.get(public_id=public_id), field) for public_id in seen]
    known = [value for value in values if value is not None]
    assert known == sorted(known, reverse=sort.startswith("-"))
    assert all(value is None for value in values[len(known) :])


@pytest.mark.parametrize("sort", ["-created_at", "amount", "paid_at", "-paid_at"])
def test_previous_leads_back_to_the_page_before(api, acme, nine, sort):
    def get(**params):
        return api.get(f"{acme.base}/transactions", {"sort": sort, "limit": 4, **params}, headers=acme.headers).json()

    first = get()
    second = get(cursor=first["pagination"]["next"])
    third = get(cursor=second["pagination"]["next"])
    back = get(cursor=third["pagination"]["previous"])
    assert [item["order_id"] for item in back["data"]] == [item["order_id"] for item in second["data"]]
    again = get(cursor=back["pagination"]["previous"])
    assert [item["order_id"] for item in again["data"]] == [item["order_id"] for item in first["data"]]
    assert again["pagination"]["previous"] is None
    assert first["pagination"]["previous"] is None
    assert third["pagination"]["next"] is None


def test_direction_turns_the_sort(api, acme, nine):
    assert pages(api, acme, sort="amount", direction="desc") == pages(api, acme, sort="-amount")


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"status": "pending"}, 9),
        ({"status": "completed"}, 0),
        ({"provider_code": "vnpay"}, 9),
        ({"provider_code": "momo"}, 0),
        ({"amount_from": "50000"}, 3),
        ({"amount_to": "20000"}, 2),
        ({"search": "ORD-3"}, 1),
        ({"search": "ORD"}, 9),
        ({"search": "K4@example.com"}, 1),
        ({"search": "+84 90 000 0005"}, 1),
        ({"search": "RD-3"}, 0),
        ({"payment_method": "qr"}, 0),
    ],
)
def test_filters_find_what_they_name(api, acme, nine, params, expected):
    assert len(pages(api, acme, **params)) == expected


def test_dates_are_vietnam_days_and_inclusive(api, acme, nine):
    payment = Transaction.objects.get(public_id=nine[0])
    midnight = clock.day_borders(clock.vietnam_day(payment.created_at))[0]
    Transaction.objects.filter(public_id=nine[0]).update(created_at=midnight)
    Transaction.objects.filter(public_id=nine[1]).update(created_at=midnight - timedelta(microseconds=1))
    day = clock.vietnam_day(midnight).isoformat()
    found = pages(api, acme, date_from=day, date_to=day)
    assert nine[0] in found
    assert nine[1] not in found
    exact = clock.iso(midnight)
    assert pages(api, acme, date_from=exact, date_to=exact) == [nine[0]]


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"status": "paid"}, "status"),
        ({"provider_code": "stripe"}, "provider_code"),
        ({"date_from": "2026-13-01"}, "date_from"),
        ({"date_to": "yesterday"}, "date_to"),
        ({"amount_from": "10.5"}, "amount_from"),
        ({"amount_to": "-1"}, "amount_to"),
        ({"sort": "status"}, "sort"),
        ({"direction": "up"}, "direction"),
        ({"limit": "201"}, "limit"),
        ({"limit": "0"}, "limit"),
        ({"cursor": "nonsense"}, "cursor"),
        ({"search": "a\x00b"}, "search"),
    ],
)
def test_a_bad_filter_is_named(api, acme, params, field):
    answer = api.get(f"{acme.base}/transactions", params, headers=acme.headers)
    assert (answer.status_code, answer.json()["error_code"]) == (400, "VALIDATION_ERROR")
    assert answer.json()["details"]["field"] == field


def test_a_list_item_has_no_events_attempts_or_refunds(api, acme, nine):
    item = api.get(f"{acme.base}/transactions", headers=acme.headers).json()["data"][0]
    detail = api.get(f"{acme.base}/transactions/{nine[-1]}", headers=acme.headers).json()["data"]
    assert set(detail) - set(item) == {"events", "attempts", "refunds"}


def test_strangers_list_is_empty(api, world, nine):
    answer = api.get(f"{world.stranger.base}/transactions", headers=world.stranger.headers)
    assert answer.json()["data"] == []


def test_a_list_makes_as_many_queries_for_nine_as_for_two(api, acme, nine, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for limit in (2, 9):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            api.get(f"{acme.base}/transactions", {"limit": limit}, headers=acme.headers)
        counts.append(len(queries))
    assert counts[0] == counts[1]

"""Search by the start of any word, blind to accents and case, without a readable name in the table."""

import pytest

from transactions.admin.search import search
from transactions.models import Transaction

BODY = {
    "amount": 100000,
    "currency": "VND",
    "description": "Hàng",
    "provider_code": "vnpay",
    "return_url": "https://shop.example/done",
}
PAYERS = {"ORD-2026-77": "Nguyễn Thị Ánh Tuyết", "ORD-2026-78": "Đặng Văn Bình", "VE-1": "nguyen van an"}


@pytest.fixture
def payments(api, acme):
    """Three payments of three payers."""
    for order_id, name in PAYERS.items():
        body = {**BODY, "order_id": order_id, "customer_info": {"name": name}}
        assert api.post(f"{acme.base}/transactions", body, format="json", headers=acme.headers).status_code == 201


@pytest.mark.parametrize(
    ("term", "orders"),
    [
        ("nguyen", {"ORD-2026-77", "VE-1"}),
        ("Nguyễn", {"ORD-2026-77", "VE-1"}),
        ("tuy", {"ORD-2026-77"}),
        ("anh", {"ORD-2026-77"}),
        ("dang binh", {"ORD-2026-78"}),
        ("BÌNH ĐẶNG", {"ORD-2026-78"}),
        ("an", {"ORD-2026-77", "VE-1"}),
        ("2026", {"ORD-2026-77", "ORD-2026-78"}),
        ("78", {"ORD-2026-78"}),
        ("uyet", set()),
        ("x", set()),
        ("nguyen binh", set()),
    ],
)
def test_a_payment_is_found_by_the_start_of_any_word(payments, term, orders):
    found = search(Transaction.objects.all(), term, payer=True)
    assert set(found.values_list("order_id", flat=True)) == orders


def test_who_may_not_see_payers_does_not_find_them_by_name(payments):
    assert not search(Transaction.objects.all(), "nguyen", payer=False).exists()

"""The page of a payment and the list of payments: what is shown, to whom, and how it is found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from rest_framework.test import APIClient

from payments_site.kernel import clock
from tests.factories.backoffice import new_payment, notify
from tests.factories.tenants import StaffUserFactory
from tests.factories.world import Role
from transactions import timeline
from transactions.models import DataKey, MoneyIssue, Transaction
from transactions.timeline import Kind, Line

LIST = reverse("admin:transactions_transaction_changelist")


def page_of(payment: Transaction) -> str:
    return reverse("admin:transactions_transaction_change", args=[payment.pk])


def staff_with(*permissions: str) -> Client:
    user = StaffUserFactory(is_superuser=False, is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(user)
    return client


def texts(lines: Iterable[Line]) -> set[str]:
    return {str(line.text) for line in lines}


def test_the_timeline_has_all_kinds_of_lines_in_the_order_of_time(payment: Transaction) -> None:
    lines = timeline.lines_of(payment)
    assert {line.kind for line in lines} == set(Kind)
    assert [line.at for line in lines] == sorted(line.at for line in lines)
    assert texts(lines) >= {
        "Tạo giao dịch",
        "Chuyển người thanh toán sang cổng",
        "Thanh toán thất bại",
        "Đã thanh toán",
        "Thanh toán lần thứ hai",
        "Người thanh toán quay về, báo thành công",
        "Thông báo từ cổng: Đã áp dụng",
        "Thông báo từ cổng: Sai chữ ký",
        "Thông báo từ cổng: Sai số tiền",
        "Gửi callback không thành công",
        "Gửi lại callback thủ công",
    }


def test_the_cause_stands_before_its_effect(api: APIClient, acme: Role) -> None:
    payment = new_payment(api, acme)
    notify(api, acme, payment)
    kinds = [line.kind for line in timeline.lines_of(payment)]
    assert kinds == [Kind.EVENT, Kind.EVENT, Kind.NOTICE, Kind.EVENT]


def test_an_upper_room_adds_its_lines(payment: Transaction, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timeline, "_providers", [*timeline._providers])

    def reconciled(of: Transaction) -> Iterator[Line]:
        yield Line(at=clock.now(), kind=Kind.STAFF, text=f"matched {of.order_id}")

    timeline.register(reconciled)
    timeline.register(reconciled)
    assert [str(line.text) for line in timeline.lines_of(payment)].count(f"matched {payment.order_id}") == 1


def test_the_page_shows_money_tables_and_what_codes_mean(site: Client, payment: Transaction) -> None:
    html = site.get(page_of(payment)).content.decode()
    for heading in ("Diễn biến", "Các lần thanh toán", "Khoản thu", "Hoàn tiền", "Thông báo từ cổng", "Callback"):
        assert f"<h2>{heading}</h2>" in html
    assert "200.000\u00a0₫" in html  # received twice
    assert "24 · Khách hàng hủy giao dịch" in html
    assert "Trả muộn" in html
    for issue in MoneyIssue.objects.filter(transaction=payment):
        assert reverse("admin:transactions_moneyissue_change", args=[issue.pk]) in html


def test_the_page_in_english_has_english_codes(site: Client, payment: Transaction) -> None:
    html = site.get(page_of(payment), headers={"Accept-Language": "en"}).content.decode()
    assert "24 · The payer cancelled" in html
    assert "Timeline" in html


def test_the_payer_is_shown_only_with_the_right_to_see_payers(payment: Transaction) -> None:
    hidden = staff_with("view_transaction").get(page_of(payment)).content.decode()
    assert "Nguyễn Văn Ánh" not in hidden
    assert "Bạn không có quyền xem thông tin người thanh toán." in hidden
    shown = staff_with("view_transaction", "view_payer").get(page_of(payment)).content.decode()
    assert "Nguyễn Văn Ánh" in shown
    assert "anh@example.com" in shown


def test_an_erased_payer_is_said_to_be_erased(site: Client, payment: Transaction) -> None:
    DataKey.objects.filter(pk=payment.data_key_id).update(wrapped=None, destroyed_at=clock.now())
    html = site.get(page_of(payment)).content.decode()
    assert "Dữ liệu người thanh toán đã được xóa." in html
    assert "Nguyễn Văn Ánh" not in html


def test_a_payment_is_found_by_the_start_of_any_of_its_numbers(site: Client, api: APIClient, acme: Role) -> None:
    payment = new_payment(api, acme, order_id="HD-2026-000123")
    other = new_payment(api, acme, order_id="XX-9")
    notify(api, acme, payment, number="77123456")
    payment.refresh_from_db()
    reference = str(payment.provider_order_id)
    for term in (
        payment.public_id,
        payment.public_id[:28].upper(),
        "HD-2026",
        "771234",
        reference,
        reference[:-1] + reference[-1],
    ):
        html = site.get(LIST, {"q": term}).content.decode()
        assert payment.order_id in html, term
        assert other.public_id not in html, term


@pytest.mark.parametrize("term", ["anh@example.com", " ANH@example.com ", "0901234567", "+84 901 234 567"])
def test_a_payer_is_found_by_the_whole_address_or_number(term: str, payment: Transaction) -> None:
    allowed = staff_with("view_transaction", "view_payer")
    assert payment.order_id in allowed.get(LIST, {"q": term}).content.decode()
    assert payment.order_id not in allowed.get(LIST, {"q": term.strip()[:-1]}).content.decode()
    assert payment.order_id not in staff_with("view_transaction").get(LIST, {"q": term}).content.decode()


@pytest.mark.parametrize("term", ["%", "_", "\x00", "'", "%00", "txn_", "att_zzz", "@", "9" * 400])
def test_odd_words_find_nothing_wrong(term: str, site: Client, payment: Transaction) -> None:
    assert site.get(LIST, {"q": term}).status_code == 200


def test_filters_have_choices_and_narrow_the_list(site: Client, payment: Transaction, api: APIClient, acme: Role) -> None:
    pending = new_payment(api, acme)
    today = clock.vietnam_day(clock.now()).isoformat()

    def shown(**filters: str) -> set[str]:
        html = site.get(LIST, filters).content.decode()
        return {one.order_id for one in (payment, pending) if one.order_id in html}

    both = {payment.order_id, pending.order_id}
    assert shown(status__exact="completed") == {payment.order_id}
    assert shown(late__exact="1") == {payment.order_id}
    assert shown(provider="vnpay") == both
    assert shown(provider="momo") == set()
    assert shown(from_day=today, to_day=today) == both
    assert shown(to_day="2020-01-01") == set()
    assert shown(from_day="not a day") == both


def test_the_list_never_counts_the_whole_table(site: Client, payment: Transaction) -> None:
    with CaptureQueriesContext(connection) as queries:
        site.get(LIST, {"_facets": "True"})
    counts = [query["sql"] for query in queries if "COUNT(" in query["sql"] and "transactions_transaction" in query["sql"]]
    assert counts
    assert all("LIMIT 50000" in sql for sql in counts)


def test_without_the_right_to_view_there_is_no_page(payment: Transaction) -> None:
    assert staff_with("view_receipt").get(page_of(payment)).status_code == 403
    assert Client().get(page_of(payment)).status_code == 302

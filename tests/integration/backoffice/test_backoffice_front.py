"""The first page, the sidebar, and the languages."""

from __future__ import annotations

from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from tests.factories.tenants import PASSWORD, StaffUserFactory
from transactions.models import Transaction


def client_with(*permissions: str) -> Client:
    """A member of staff with these permissions and no others."""
    user = StaffUserFactory(is_superuser=False, is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(user)
    return client


def test_the_dashboard_shows_todays_money_and_what_is_open(site: Client, payment: Transaction) -> None:
    html = site.get(reverse("admin:index")).content.decode()
    for words in ("Giao dịch hôm nay", "Đã thu hôm nay", "Khoản cần tra soát", "100.000\u00a0₫", payment.order_id):
        assert words in html


def test_the_login_page_opened_by_itself_leads_to_the_first_page(site: Client) -> None:
    StaffUserFactory(username="ketoan")
    answer = Client().post(reverse("admin:login"), {"username": "ketoan", "password": PASSWORD})
    assert answer["Location"] == reverse("admin:index")


def test_without_permissions_the_dashboard_is_empty_and_the_sidebar_bare(payment: Transaction) -> None:
    html = client_with().get(reverse("admin:index")).content.decode()
    assert payment.order_id not in html
    assert reverse("admin:transactions_transaction_changelist") not in html


def test_the_sidebar_shows_only_what_may_be_seen(payment: Transaction) -> None:
    html = client_with("view_moneyissue").get(reverse("admin:index")).content.decode()
    assert reverse("admin:transactions_moneyissue_changelist") in html
    assert reverse("admin:tenants_tenant_changelist") not in html
    assert payment.order_id not in html


def test_vietnamese_is_the_language_unless_another_is_asked_for(site: Client) -> None:
    assert "Tổng quan" in site.get(reverse("admin:index")).content.decode()
    english = site.get(reverse("admin:index"), headers={"Accept-Language": "en"}).content.decode()
    assert "Payments today" in english
    assert "Tổng quan" not in english


def test_the_language_is_switched_and_kept(site: Client) -> None:
    index = reverse("admin:index")
    site.post("/i18n/setlang/", {"language": "en", "next": index})
    assert "Payments today" in site.get(index).content.decode()
    site.post("/i18n/setlang/", {"language": "vi", "next": index})
    assert "Giao dịch hôm nay" in site.get(index).content.decode()


def test_the_scripts_of_the_admin_speak_vietnamese(site: Client) -> None:
    script = site.get(reverse("admin:jsi18n")).content.decode()
    assert "\\u1ecd" in script or "Chọn tất cả %s" in script


def test_times_are_vietnams_and_days_come_first(site: Client, payment: Transaction) -> None:
    Transaction.objects.filter(pk=payment.pk).update(created_at="2026-01-02T20:30:00Z")
    html = site.get(reverse("admin:transactions_transaction_changelist")).content.decode()
    assert "03/01/2026 03:30:00" in html


def test_a_page_that_is_missing_or_forbidden_says_so_in_the_readers_language(site: Client, payment: Transaction) -> None:
    assert "Không tìm thấy trang" in site.get("/admin/nothing/").content.decode()
    refused = client_with().get(reverse("admin:transactions_transaction_changelist"))
    assert refused.status_code == 403
    assert "Bạn không được phép" in refused.content.decode()

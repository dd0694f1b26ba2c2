"""Notices in the back office: the raw request as evidence, and applying again."""

from __future__ import annotations

from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from audit.models import AuditEntry
from payments_site.kernel import clock
from tests.factories.tenants import StaffUserFactory
from transactions.models import DataKey, Receipt, Transaction
from webhooks.inbound.models import ProviderNotification

LIST = reverse("admin:webhooks_providernotification_changelist")


def staff_with(*permissions: str) -> Client:
    user = StaffUserFactory(username="ketoan", is_superuser=False, is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(user)
    return client


def page(notice: ProviderNotification) -> str:
    return reverse("admin:webhooks_providernotification_change", args=[notice.pk])


def replay(client: Client, notice: ProviderNotification) -> str:
    chosen = {"action": "replay_notices", "_selected_action": [notice.pk]}
    return client.post(LIST, chosen, follow=True).content.decode()


def applied() -> ProviderNotification:
    return ProviderNotification.objects.filter(verdict="applied").latest("id")


def test_the_raw_request_is_shown_with_the_right_to_see_payers(site: Client, payment: Transaction) -> None:
    html = site.get(page(applied())).content.decode()
    assert "vnp_SecureHash = " in html
    assert "GET /api/v1/webhooks/vnpay/" in html
    hidden = staff_with("view_providernotification").get(page(applied())).content.decode()
    assert "vnp_SecureHash" not in hidden
    assert applied().payload_hash in hidden


def test_a_raw_request_that_was_erased_is_said_to_be(site: Client, payment: Transaction) -> None:
    DataKey.objects.filter(pk=applied().data_key_id).update(wrapped=None, destroyed_at=clock.now())
    assert "không còn đọc được yêu cầu gốc" in site.get(page(applied())).content.decode()


def test_applying_again_changes_no_money_and_names_who_asked(payment: Transaction) -> None:
    notice, receipts = applied(), Receipt.objects.count()
    html = replay(staff_with("view_providernotification", "change_providernotification"), notice)
    assert "Đã xử lý lại 1 thông báo." in html
    notice.refresh_from_db()
    assert (notice.verdict, notice.tries, Receipt.objects.count()) == ("repeated", 2, receipts)
    entry = AuditEntry.objects.get(action="notice_replayed")
    assert (entry.user_id, entry.user_type, entry.entity_id) == ("ketoan", "staff", notice.public_id)
    assert (entry.old_values, entry.new_values) == ({"verdict": "applied"}, {"verdict": "repeated"})


def test_applying_again_needs_the_right_to_change_notices(payment: Transaction) -> None:
    notice = applied()
    client = staff_with("view_providernotification")
    assert "replay_notices" not in client.get(LIST).content.decode()
    replay(client, notice)
    notice.refresh_from_db()
    assert notice.tries == 1


def test_a_notice_is_found_by_its_id_and_our_reference(site: Client, payment: Transaction) -> None:
    notice = applied()
    for term in (notice.public_id[:20], str(payment.provider_order_id)):
        assert notice.public_id in site.get(LIST, {"q": term}).content.decode()
    assert notice.public_id not in site.get(LIST, {"verdict__exact": "unreadable"}).content.decode()

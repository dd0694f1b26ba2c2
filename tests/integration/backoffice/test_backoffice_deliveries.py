"""Callbacks in the back office: what was sent, every try, and sending again."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse

from payments_site.kernel import clock
from tests.integration.transactions.admin.people import act, do, page, staff_with
from transactions.models import DataKey, Transaction
from webhooks.outbound.models import CallbackDelivery


def delivery_of(payment: Transaction) -> CallbackDelivery:
    return CallbackDelivery.objects.filter(transaction=payment).earliest("id")


def test_the_page_shows_the_message_and_every_try(site: Client, payment: Transaction) -> None:
    html = site.get(page(delivery_of(payment))).content.decode()
    assert "&quot;event_type&quot;:&quot;transaction.failed&quot;" in html
    assert "busy" in html
    assert "12 ms" in html
    assert 'sp-badge--bad">503<' in html


def test_the_message_is_shown_only_with_the_right_to_see_payers(payment: Transaction) -> None:
    delivery = delivery_of(payment)
    hidden = staff_with("view_callbackdelivery", "view_callbackattempt").get(page(delivery)).content.decode()
    assert "&quot;event_type&quot;" not in hidden
    assert "busy" in hidden
    shown = staff_with("view_callbackdelivery", "view_payer").get(page(delivery)).content.decode()
    assert "&quot;event_type&quot;" in shown


def test_a_message_that_was_erased_is_said_to_be(site: Client, payment: Transaction) -> None:
    DataKey.objects.filter(pk=payment.data_key_id).update(wrapped=None, destroyed_at=clock.now())
    assert "không còn đọc được nội dung" in site.get(page(delivery_of(payment))).content.decode()


def test_sending_again_from_its_page_needs_the_right(payment: Transaction) -> None:
    delivery = delivery_of(payment)
    CallbackDelivery.objects.filter(pk=delivery.pk).update(status="dead", next_attempt_at=None, failed_at=clock.now())
    reader = staff_with("view_callbackdelivery")
    assert act(delivery, "resend") not in reader.get(page(delivery)).content.decode()
    assert reader.post(act(delivery, "resend")).status_code == 403
    sender = staff_with("view_callbackdelivery", "change_callbackdelivery")
    assert act(delivery, "resend") in sender.get(page(delivery)).content.decode()
    assert do(sender, delivery, "resend") == "Sẽ gửi lại 1 callback."
    delivery.refresh_from_db()
    assert delivery.status == "pending"
    assert "đang chờ gửi" in do(sender, delivery, "resend")


def test_the_list_names_address_and_state(site: Client, payment: Transaction) -> None:
    html = site.get(reverse("admin:webhooks_callbackdelivery_changelist")).content.decode()
    assert "https://shop.example/hook" in html
    assert "sp-badge--warning" in html

"""The language of the payer's pages: as asked for, as chosen before, else the payment's own."""

from __future__ import annotations

import secrets

import pytest
from django.test import Client
from rest_framework.test import APIClient

from tests.factories.world import Role

CHOOSE = {"vi": "Chọn cách thanh toán", "en": "Choose how to pay"}


@pytest.fixture
def page(api: APIClient, acme: Role) -> str:
    """The address of a Vietnamese payment's page."""
    order = {
        "order_id": f"ORD-{secrets.token_hex(6)}",
        "amount": 100_000,
        "currency": "VND",
        "description": "Thanh toán đơn hàng",
        "return_url": "https://shop.example/done",
    }
    answer = api.post(f"{acme.base}/transactions", order, format="json", headers=acme.headers)
    assert answer.status_code == 201, answer.content
    return f"/pay/{answer.json()['data']['transaction_id']}"


def test_what_was_chosen_once_holds_on_the_pages_that_follow(page: str) -> None:
    payer = Client()
    assert CHOOSE["vi"] in payer.get(page).content.decode()
    assert CHOOSE["en"] in payer.get(f"{page}?lang=en").content.decode()
    assert CHOOSE["en"] in payer.get(page).content.decode()
    assert CHOOSE["vi"] in payer.get(f"{page}?lang=vi").content.decode()
    assert CHOOSE["vi"] in payer.get(page).content.decode()
    assert CHOOSE["vi"] in Client().get(page).content.decode()


def test_a_language_that_there_is_not_is_neither_shown_nor_kept(page: str) -> None:
    payer = Client()
    assert CHOOSE["vi"] in payer.get(f"{page}?lang=fr").content.decode()
    assert "pay_language" not in payer.cookies
    payer.cookies["pay_language"] = "../en"
    assert CHOOSE["vi"] in payer.get(page).content.decode()

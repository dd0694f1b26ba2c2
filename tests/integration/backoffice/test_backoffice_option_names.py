"""A second person reads an account's options in words and money, not as names of fields."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from audit.models import ApprovalRequest
from audit.services import SYSTEM
from payments_site.backoffice.approval_pages import OPTIONS
from payments_site.kernel import clock
from tenants.credentials import COMMON_OPTIONS, OWN_OPTIONS
from tenants.models import ProviderAccount, StaffUser
from tenants.services.four_eyes import change_account
from tests.factories.tenants import ProviderAccountFactory, StaffUserFactory
from tests.integration.transactions.admin.people import page

MOMO = {"partner_code": "MOMOSHOP", "access_key": "an-access-key", "secret_key": "a-secret-key"}


@pytest.fixture
def approval(db: None) -> ApprovalRequest:
    """A MoMo account that takes real money is to hold it back, and to be offered for other amounts."""
    account: ProviderAccount = ProviderAccountFactory(environment="production", provider_code="momo", credentials=MOMO)
    maker = StaffUser.objects.get(pk=StaffUserFactory(permissions=["tenants.change_provideraccount"]).pk)
    asked = change_account(
        account_id=account.public_id,
        changes={"options": {"auto_capture": False, "offered_from": 20_000, "card_max_amount": 5_000_000}},
        tenant_id=account.tenant.public_id if account.tenant else None,
        project_id=account.project.public_id if account.project else None,
        person=maker,
        actor=SYSTEM,
        now=clock.now(),
    )
    assert isinstance(asked, ApprovalRequest)
    return asked


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("vi", ["tùy chọn: Thu tiền ngay", "Không", "tùy chọn: Chỉ gợi ý từ", "20.000\u00a0₫", "5.000.000\u00a0₫"]),
        ("en", ["option: Take the money at once", "No", "option: Offered from", "20.000\u00a0₫", "5.000.000\u00a0₫"]),
    ],
)
def test_the_page_of_a_request_names_options_as_the_form_does(
    site: Client, approval: ApprovalRequest, language: str, words: list[str]
) -> None:
    site.cookies["django_language"] = language
    html = site.get(page(approval)).content.decode()
    assert [word for word in words if word not in html] == []
    assert "options." not in html


def test_options_that_two_providers_have_are_named_the_same() -> None:
    seen: dict[str, Any] = {}
    for own in (*OWN_OPTIONS.values(), COMMON_OPTIONS):
        for option in own:
            assert seen.setdefault(option.name, option.label) == option.label
    assert {name.removeprefix("options.") for name in OPTIONS} == set(seen)

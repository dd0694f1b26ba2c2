"""The admin site as a superuser sees it, with payments in it."""

from __future__ import annotations

import pytest
from django.test import Client
from rest_framework.test import APIClient

from tests.factories.backoffice import eventful_payment
from tests.factories.desk_of_reconciliation import one_of_each
from tests.factories.tenants import StaffUserFactory
from tests.factories.world import Role
from transactions.models import Transaction


@pytest.fixture
def site(db: None) -> Client:
    """Logged in as a superuser."""
    client = Client()
    client.force_login(StaffUserFactory(username="boss", is_superuser=True))
    return client


@pytest.fixture
def payment(api: APIClient, acme: Role) -> Transaction:
    """One payment to which nearly everything has happened."""
    made = eventful_payment(api, acme)
    one_of_each(made)
    return made

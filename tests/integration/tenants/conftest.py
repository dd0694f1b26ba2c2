"""Clients of the admin API and of the admin site."""

from __future__ import annotations

import pytest
from django.test import Client
from rest_framework.test import APIClient

from tenants.models import StaffUser
from tests.factories.tenants import StaffUserFactory, staff_client


@pytest.fixture
def boss(db: None) -> StaffUser:
    """A superuser."""
    return StaffUserFactory(username="boss", is_superuser=True)


@pytest.fixture
def staff(boss: StaffUser) -> APIClient:
    """The admin API as a superuser uses it."""
    return staff_client(boss)


@pytest.fixture
def site(boss: StaffUser) -> Client:
    """The admin site, logged in as a superuser."""
    client = Client()
    client.force_login(boss)
    return client

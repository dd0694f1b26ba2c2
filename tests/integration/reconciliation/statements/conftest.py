"""Fixtures of the tests about statements."""

import io
from datetime import UTC, datetime

import pytest

from audit.services import Actor
from reconciliation.services.intake import take_in
from tests.factories.tenants import ProviderAccountFactory

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
CLERK = Actor(user_id="ketoan", user_type="staff")


@pytest.fixture
def account(db):
    """A VNPay account."""
    return ProviderAccountFactory()


@pytest.fixture
def bring(account):
    """Bring bytes in as a file of the account."""

    def bring(content, name="sao-ke.csv", *, kind="provider", to=None, **more):
        return take_in(
            account=to or account,
            kind=kind,
            file=io.BytesIO(content),
            file_name=name,
            source="upload",
            actor=CLERK,
            now=NOW,
            **more,
        )

    return bring

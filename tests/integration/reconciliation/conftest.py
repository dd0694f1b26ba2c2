"""Fixtures of the engine's tests."""

import pytest

from tests.factories.ledger import Ledger


@pytest.fixture
def vnpay(acme):
    """An account whose provider lists whole payments."""
    return Ledger(acme)


@pytest.fixture
def vietqr(acme):
    """An account whose bank lists transfers."""
    return Ledger(acme, "vietqr")

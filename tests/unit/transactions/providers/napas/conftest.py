"""No test finds the access token of another."""

from __future__ import annotations

import pytest

from transactions.providers.napas import tokens


@pytest.fixture(autouse=True)
def no_token_is_kept() -> None:
    """Forget what earlier tests were given."""
    tokens._tokens.clear()

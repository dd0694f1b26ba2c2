"""The list of adapters, and that each of them is a whole provider."""

from __future__ import annotations

import pytest

from transactions.providers import registry
from transactions.providers.base import Capability, Provider


def test_an_adapter_is_found_by_its_code() -> None:
    for code, adapter in registry.ADAPTERS.items():
        assert registry.get(code) is adapter
        assert adapter.code == code


def test_an_unknown_code_is_said_to_be_unknown() -> None:
    with pytest.raises(registry.UnknownProvider):
        registry.get("paypal")


@pytest.mark.parametrize("adapter", registry.ADAPTERS.values(), ids=registry.ADAPTERS)
def test_an_adapter_is_consistent_with_itself(adapter: Provider) -> None:
    assert adapter.identifier_field in adapter.credential_fields
    assert adapter.limits.min_amount < adapter.limits.max_amount
    assert all(adapter.accepts_method(method.code) for method in adapter.methods)
    assert set(adapter.check_credentials({})) == set(adapter.credential_fields)
    assert hasattr(adapter, "query_refund") == (Capability.QUERY_REFUND in adapter.capabilities)

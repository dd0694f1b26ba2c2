"""AcmePay's lines elsewhere: what the registry, the credentials, the settings and the contract's words would hold of it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from rest_framework import serializers

from tenants import credentials
from tenants.credentials import CredentialForm
from tenants.models import PaymentProvider
from tests.factories.acmepay.provider.adapter import AcmePayAdapter
from tests.factories.provider_words import ProviderWords
from transactions.api.serializers import CreateTransaction
from transactions.providers import registry

WORDS = ProviderWords(
    code="acmepay", method="wallet", identifier="shop_id", secret="secret", telling="status",
    credentials=lambda: {"shop_id": f"shop-{secrets.token_hex(4)}", "secret": secrets.token_hex(16)},
    good=(200, "ok"), repeat=(200, "ok"), bad_signature=(401, "bad signature"), unknown_order=(404, "unknown order"),
    wrong_amount=(409, "wrong amount"), our_error=(500, "come again"), min_amount=2_000, max_amount=20_000_000,
)  # fmt: skip


@contextmanager
def in_place() -> Iterator[None]:
    """AcmePay in the registry and among the credentials, as its two lines of code would put it there."""
    form = CredentialForm(("shop_id", "secret"), ("shop_id",), {"shop_id": r"[a-z0-9-]{3,40}"}, name="AcmePay")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(registry, "ADAPTERS", {**registry.ADAPTERS, "acmepay": AcmePayAdapter()})
        patch.setitem(credentials.FORMS, "acmepay", form)
        patch.setitem(credentials.OWN_OPTIONS, "acmepay", ())
        # The serializer has read the list when it was imported.
        chosen = serializers.ChoiceField(choices=PaymentProvider.Code.values, required=False, allow_null=True)
        patch.setitem(CreateTransaction._declared_fields, "provider_code", chosen)
        yield


def addresses(sandbox: str) -> dict[str, str]:
    """What the settings would hold of it."""
    return {"ACMEPAY_API_URL": f"{sandbox}/acmepay"}

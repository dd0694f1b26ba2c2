"""What a provider's code says, from the code table of its adapter's folder."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from django.utils.translation import get_language

from transactions.providers import registry


def meaning(provider_code: str | None, code: str | None, *, table: str = "RESPONSE") -> str:
    """The code's meaning in the reader's language; empty where nobody knows it."""
    if not code or provider_code not in registry.ADAPTERS:
        return ""
    try:
        codes: Mapping[str, Any] = getattr(import_module(f"transactions.providers.{provider_code}.codes"), table)
    except (ImportError, AttributeError):
        return ""
    found = codes.get(code)
    if found is None:
        return ""
    return str(found.en if (get_language() or "vi").startswith("en") else found.vi)


def explained(provider_code: str | None, code: str | None, *, table: str = "RESPONSE") -> str:
    """``24 · Khách hàng hủy giao dịch``; the bare code where its meaning is not known; empty without a code."""
    words = meaning(provider_code, code, table=table)
    return f"{code} · {words}" if words else code or ""

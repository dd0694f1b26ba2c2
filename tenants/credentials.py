"""What each provider's credentials consist of, as data. No adapter is asked: this app stands below them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from payments_site.kernel.errors import InvalidInput
from payments_site.kernel.redaction import mask

MAX_VALUE_LENGTH = 512
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True)
class CredentialForm:
    """The fields of one provider. ``identifier`` names those that tell accounts apart; ``patterns`` are what they look like."""

    fields: tuple[str, ...]
    identifier: tuple[str, ...]
    patterns: Mapping[str, str] = field(default_factory=dict)
    open_fields: frozenset[str] = frozenset()

    def is_secret(self, name: str) -> bool:
        """Whether the field's value may never be shown again."""
        return name not in self.identifier and name not in self.open_fields


FORMS: dict[str, CredentialForm] = {
    "vnpay": CredentialForm(("tmn_code", "hash_secret"), ("tmn_code",), {"tmn_code": r"[A-Za-z0-9]{8}"}),
    "momo": CredentialForm(
        ("partner_code", "access_key", "secret_key"), ("partner_code",), {"partner_code": r"[A-Za-z0-9_-]{1,50}"}
    ),
    "zalopay": CredentialForm(("app_id", "key1", "key2"), ("app_id",), {"app_id": r"[0-9]{1,18}"}),
    "napas": CredentialForm(
        ("merchant_id", "client_secret", "username", "password"),
        ("merchant_id",),
        {"merchant_id": r"[A-Za-z0-9_.-]{1,64}"},
        frozenset({"username"}),
    ),
    "payos": CredentialForm(("client_id", "api_key", "checksum_key"), ("client_id",), {"client_id": r"[A-Za-z0-9_-]{1,64}"}),
    "vietqr": CredentialForm(
        ("bin", "account_number", "account_name", "webhook_secret"),
        ("bin", "account_number"),
        {"bin": r"[0-9]{6}", "account_number": r"[A-Za-z0-9]{1,19}"},
        frozenset({"account_name"}),
    ),
}


def check(provider_code: str, credentials: Mapping[str, Any]) -> dict[str, str]:
    """The credentials as they will be stored. Raises ``InvalidInput`` naming each wrong field, never showing its value."""
    form = FORMS[provider_code]
    problems = [_problem(name, "not a credential of this provider") for name in sorted(set(credentials) - set(form.fields))]
    for name in form.fields:
        fault = _fault(form, name, credentials.get(name))
        if fault:
            problems.append(_problem(name, fault))
    if problems:
        raise InvalidInput(*problems)
    return {name: credentials[name] for name in form.fields}


def identifier_of(provider_code: str, credentials: Mapping[str, str]) -> str:
    """By what the provider's notices name the account (``tmn_code``, ``partner_code`` ...; parts are joined by a colon)."""
    return ":".join(credentials[name] for name in FORMS[provider_code].identifier)


def masked(identifier: str) -> str:
    """An identifier as it is shown to people: enough to recognise, too little to use."""
    return ":".join(mask(part) for part in identifier.split(":"))


def _problem(name: str, constraint: str) -> dict[str, str]:
    return {"field": f"credentials.{name[:100]}", "constraint": constraint}


def _fault(form: CredentialForm, name: str, value: Any) -> str | None:
    if value is None:
        return "required"
    if not isinstance(value, str) or not value or len(value) > MAX_VALUE_LENGTH:
        return f"a text of 1 to {MAX_VALUE_LENGTH} characters is expected"
    if _UNPRINTABLE.search(value) or value != value.strip():
        return "no control characters, no spaces at either end"
    pattern = form.patterns.get(name)
    if pattern and not re.fullmatch(pattern, value):
        return f"does not match {pattern}"
    return None

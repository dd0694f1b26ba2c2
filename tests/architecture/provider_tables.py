"""The tables of ``docs/providers.md``, made from adapters and settings: ``python -m tests.architecture.provider_tables``."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "providers.md"
_PART = re.compile(r"(<!-- made: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
_CAN = {
    "query": "query", "refund": "refund", "partial_refund": "part", "cancel": "cancel", "capture": "hold", "qr": "QR",
    "transfers": "transfers", "payer_form": "form",
    "statement": "file",
}  # fmt: skip
_KINDS = {"bool": "true or false", "int": "whole number", "text": "text", "object": "JSON object"}


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table in Markdown."""
    lines = [list(head)]
    lines += [["---"] * len(lines[0]), *(list(row) for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def code(*words: str) -> str:
    """Each word as code."""
    return ", ".join(f"`{word}`" for word in words)


def offers() -> str:
    """What can be asked of each."""
    from transactions.providers import registry

    rows = []
    for adapter in registry.ADAPTERS.values():
        limits, able = adapter.limits, {capability.value for capability in adapter.capabilities}
        least, most = limits.min_expiry_minutes, limits.max_expiry_minutes
        rows.append(
            [
                adapter.name, code(adapter.code), code(*(method.code for method in adapter.methods)),
                f"{limits.min_amount:,} – {limits.max_amount:,}".replace(",", "."),
                f"{least or 1} – {most or 43_200}",
                *("yes" if name in able else "–" for name in _CAN),
            ]
        )  # fmt: skip
    return table(
        ("Provider", "Code", "Methods", "Amount, ₫", "Minutes an order lives", *_CAN.values(), "How the payer pays"), rows
    )


def credentials() -> str:
    """What an account consists of; secrets are never shown again."""
    from tenants.credentials import FORMS
    from transactions.providers import registry

    rows = [
        [
            form.name, code(*form.identifier), code(*(name for name in form.fields if form.is_secret(name))),
            code(*sorted(form.open_fields)) or "–", f"{registry.get(provider).read_timeout} s",
        ]
        for provider, form in FORMS.items()
    ]  # fmt: skip
    return table(("Provider", "Tells accounts apart", "Secret", "Other", "Longest wait for an answer"), rows)


def options() -> str:
    """What may be set for an account."""
    from django.utils import translation

    from tenants.credentials import COMMON_OPTIONS, FORMS, OWN_OPTIONS, Option

    def row(whose: str, option: Option) -> list[str]:
        kind = "one of " + code(*map(str, option.choices)) if option.choices else _KINDS[option.kind.value]
        default = "–" if option.default is None else code(json.dumps(option.default).strip('"'))
        about = " ".join(part for part in (f"{option.label}.", str(option.help)) if part)
        return [whose, code(option.name), kind, default, about.replace("|", "\\|")]

    with translation.override("en"):
        rows = [row(FORMS[provider].name, option) for provider, own in OWN_OPTIONS.items() for option in own]
        rows += [row("all", option) for option in COMMON_OPTIONS]
        return table(("Provider", "Option", "Value", "If not set", "What it does"), rows)


def answers() -> str:
    """What each provider is answered."""
    from transactions.providers import registry
    from transactions.providers.base import AckOutcome, RawRequest

    nothing = RawRequest("POST", "", b"{}", "application/json")
    rows = []
    for adapter in registry.ADAPTERS.values():
        given = [adapter.acknowledge(outcome, nothing) for outcome in AckOutcome]
        rows.append([adapter.name, *(f"{one.status} `{one.body.decode()}`" if one.body else str(one.status) for one in given)])
    return table(("Provider", *(outcome.value.replace("_", " ") for outcome in AckOutcome)), rows)


def variables() -> str:
    """Which variables say where each provider lives."""
    from django.conf import settings

    from tenants.credentials import FORMS

    named = {provider: [name for name in settings.PROVIDER_URLS if name.lower().startswith(f"{provider}_")] for provider in FORMS}
    return table(("Provider", "Variables"), ([FORMS[provider].name, code(*found) or "–"] for provider, found in named.items()))


TABLES: dict[str, Callable[[], str]] = {one.__name__: one for one in (offers, credentials, options, answers, variables)}


def with_tables(page: str) -> str:
    """The page with every table made anew."""
    return _PART.sub(lambda part: f"{part[1]}{TABLES[part[2]]()}\n{part[3]}", page)


def parts(page: str) -> list[str]:
    """The names of the tables on the page."""
    return [part[2] for part in _PART.finditer(page)]


def main() -> None:
    """Makes the tables of the page anew."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "payments_site.settings.test")
    os.environ.setdefault("DATABASE_URL", "postgres:///nobody")
    os.environ.setdefault("REDIS_URL", "redis://localhost:1")
    django.setup()
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()

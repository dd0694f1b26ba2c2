"""The page of the providers says what the adapters do."""

from __future__ import annotations

import re

from tests.architecture.provider_tables import PAGE, TABLES, parts, with_tables
from tests.architecture.source import ROOT
from tests.factories.provider_words import WORDS
from transactions.providers import registry


def page() -> str:
    return PAGE.read_text(encoding="utf-8")


def test_the_tables_are_made_from_the_adapters() -> None:
    assert page() == with_tables(page()), "run: python -m tests.architecture.provider_tables"


def test_the_page_has_every_table() -> None:
    assert sorted(parts(page())) == sorted(TABLES)


def test_every_provider_has_its_row_in_every_table_but_that_of_options() -> None:
    for name in set(TABLES) - {"options"}:
        rows = TABLES[name]().splitlines()[2:]
        assert len(rows) == len(registry.ADAPTERS), name
        assert all(adapter.name.lower() in rows[place].lower() for place, adapter in enumerate(registry.ADAPTERS.values())), name


def test_the_answers_are_those_that_the_contract_asks_for() -> None:
    """The table comes from the adapters; what they should say is written down in the words of the contract tests."""
    rows = dict(zip(registry.ADAPTERS, TABLES["answers"]().splitlines()[2:], strict=True))
    for code, words in WORDS.items():
        cells = [cell.strip() for cell in rows[code].split("|")[2:-1]]
        expected = (words.good, words.repeat, words.unknown_order, words.wrong_amount, words.bad_signature)
        assert [int(cell[:3]) for cell in cells[:5]] == [status for status, _ in expected], code


def test_every_file_that_the_page_names_is_there() -> None:
    for link in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page()):
        assert (PAGE.parent / link).exists(), link


def test_every_setting_that_the_page_names_is_one() -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    named = re.findall(r"`([A-Z][A-Z0-9]*_[A-Z0-9_]+)`", page())
    assert named
    assert [name for name in named if not re.search(rf"^{name}=", example, re.MULTILINE)] == []

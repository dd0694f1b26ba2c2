"""Nothing is left in English: every message of the project has its Vietnamese, and the compiled catalogue is up to date."""

from __future__ import annotations

import ast
import gettext
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "locale" / "vi" / "LC_MESSAGES"
ROOMS = ("payments_site", "audit", "tenants", "transactions", "webhooks", "reconciliation", "templates")


def entries(po: Path) -> dict[str, str]:
    """message id -> translation (the only form there is in Vietnamese)."""
    found: dict[str, str] = {}
    for block in re.split(r"\n\n+", po.read_text(encoding="utf-8")):
        values: dict[str, str] = {}
        key = ""
        for line in block.splitlines():
            start = re.match(r'(msgctxt|msgid_plural|msgid|msgstr)(?:\[0\])? (".*")$', line)
            if start:
                key = start[1]
                values[key] = ast.literal_eval(start[2])
            elif line.startswith('"'):
                values[key] += ast.literal_eval(line)
        if values.get("msgid"):
            found[values["msgid"]] = values["msgstr"]
    return found


@pytest.mark.parametrize("domain", ["django", "djangojs"])
def test_every_message_is_translated_and_none_is_fuzzy(domain: str) -> None:
    po = FOLDER / f"{domain}.po"
    assert [message for message, translation in entries(po).items() if not translation.strip()] == []
    assert "fuzzy" not in po.read_text(encoding="utf-8")


@pytest.mark.parametrize("domain", ["django", "djangojs"])
def test_the_compiled_catalogue_says_what_the_readable_one_says(domain: str) -> None:
    with (FOLDER / f"{domain}.mo").open("rb") as compiled:
        catalogue = gettext.GNUTranslations(compiled)._catalog  # type: ignore[attr-defined]
    said = {(key[0] if isinstance(key, tuple) else key).rpartition("\x04")[2]: text for key, text in catalogue.items() if key}
    assert said == entries(FOLDER / f"{domain}.po")


def test_placeholders_survive_the_translation() -> None:
    pattern = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")
    wrong = {
        message: translation
        for message, translation in entries(FOLDER / "django.po").items()
        if sorted(pattern.findall(message)) != sorted(pattern.findall(translation))
    }
    assert wrong == {}


@pytest.mark.skipif(shutil.which("xgettext") is None, reason="no gettext on this machine")
def test_makemessages_finds_nothing_new(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    # In a copy: makemessages writes to the locale folder beside what it reads.
    shutil.copytree(ROOT / "locale", tmp_path / "locale")
    for room in ROOMS:
        (tmp_path / room).symlink_to(ROOT / room)
    settings.LOCALE_PATHS = [tmp_path / "locale"]
    monkeypatch.chdir(tmp_path)
    call_command("makemessages", locale=["vi"], no_location=True, no_wrap=True, no_obsolete=True, symlinks=True, verbosity=0)
    assert entries(tmp_path / "locale/vi/LC_MESSAGES/django.po") == entries(FOLDER / "django.po")

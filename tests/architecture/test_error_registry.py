"""The registry of error codes is whole, every exception of a service is in it, and its page is up to date."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterator

from payments_site.api.error_table import markdown
from payments_site.kernel.errors import REGISTRY
from tests.architecture.source import APPS, ROOT, last_name, modules

STATUSES = {400, 401, 403, 404, 405, 409, 411, 413, 422, 429, 500, 502, 503}


def named_codes() -> Iterator[tuple[str, str]]:
    """(where, code) of every ``code = "..."`` of an exception and every ``REGISTRY["..."]``."""
    for module in modules(*APPS):
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ClassDef) and any(last_name(base) in _exceptions() for base in node.bases):
                for line in node.body:
                    if isinstance(line, ast.Assign) and last_name(line.targets[0]) == "code":
                        yield f"{module.path}:{line.lineno}", ast.literal_eval(line.value)
            elif isinstance(node, ast.Subscript) and last_name(node.value) == "REGISTRY" and isinstance(node.slice, ast.Constant):
                yield f"{module.path}:{node.lineno}", node.slice.value


@functools.cache
def _exceptions() -> set[str]:
    """``DomainError`` and everything that is one."""
    known = {"DomainError"}
    bases = {
        node.name: {last_name(base) for base in node.bases}
        for module in modules(*APPS)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ClassDef)
    }
    while more := {name for name, above in bases.items() if above & known} - known:
        known |= more
    return known


def test_the_page_of_the_errors_is_made_from_the_registry() -> None:
    page = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    assert page == markdown(), "run: python -m payments_site.api.error_table > docs/errors.md"


def test_the_page_names_every_code_once() -> None:
    assert sorted(re.findall(r"^\| `(\w+)`", markdown(), re.MULTILINE)) == sorted(REGISTRY)


def test_every_code_that_is_raised_is_in_the_registry() -> None:
    named = list(named_codes())
    assert len(named) > 20
    assert [(where, code) for where, code in named if code not in REGISTRY] == []


def test_every_code_has_a_status_and_a_text_in_both_languages() -> None:
    for code, row in REGISTRY.items():
        assert row.code == code
        assert row.status in STATUSES, code
        assert row.vi.strip(), code
        assert row.en.strip(), code
        assert row.vi != row.en, code


def test_the_texts_of_the_registry_are_readable_in_both_languages() -> None:
    assert REGISTRY["INVALID_AMOUNT"].message("vi") != REGISTRY["INVALID_AMOUNT"].message("en")
    assert REGISTRY["INVALID_AMOUNT"].message("fr") == REGISTRY["INVALID_AMOUNT"].vi

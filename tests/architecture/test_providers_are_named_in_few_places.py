"""A provider's name stands in its own folder and in a few lists: what else names one would have to be changed for the next."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from tests.architecture.source import ROOT, Module, modules
from transactions.providers import registry

CODES = tuple(registry.ADAPTERS)
FOLDERS = tuple(f"transactions/providers/{code}/" for code in CODES)
# Where a provider is one entry of a list. A seventh adds its own here, and nowhere else.
LISTS = {
    "transactions/providers/registry.py": "its line",
    "tenants/credentials.py": "its credentials and options, as data; the closed list of codes",
    "tenants/demo.py": "its account of the demo",
    "payments_site/settings/providers.py": "its addresses",
    "payments_site/settings/refusals.py": "its addresses, which production judges",
    "payments_site/devstack/environment.py": "where the sandbox plays it",
}
# What names one for a reason of its own, and would not name the next.
NAMED = {
    "transactions/providers/emvco.py": "VietQR, the standard of QR codes, and NAPAS 247, its network",
    "transactions/providers/banks/directory.py": "VietQR, the standard of QR codes",
    "transactions/api/examples.py": "examples of the document",
    "transactions/api/system_views.py": "examples of the document",
    "tenants/api/examples.py": "examples of the document",
    "reconciliation/api/examples.py": "examples of the document",
    "tenants/api/log_views.py": "examples of the document",
    "transactions/api/keyed_views.py": "the PayOS document's own routes",
    "payments_site/kernel/errors.py": "a code of the PayOS document's own routes",
    "payments_site/settings/api.py": "the document's first sentence",
    "payments_site/devstack/run.py": "the first call that is shown to a person",
    "payments_site/devstack/journey.py": "a payer with a banking app",
    "templates/checkout/attempt.html": "the ids by which NAPAS's script finds its form",
}
# In code a provider goes by its code, in small letters or in capitals; "VietQR" and "PayOS" are words for people.
_CODE = re.compile(rf"(?<![A-Za-z])(?:{'|'.join(CODES)}|{'|'.join(CODES).upper()})(?![a-z])")
_ANY_CASE = re.compile("|".join(CODES), re.IGNORECASE)


def docstrings(tree: ast.Module) -> set[int]:
    """The ids of the nodes that are docstrings."""
    owners = (node for node in ast.walk(tree) if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef))
    firsts = (owner.body[0] for owner in owners if owner.body)
    return {id(first.value) for first in firsts if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)}


def names(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Texts but docstrings, and every name that code gives or uses; each with its line."""
    told = docstrings(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told and _CODE.search(node.value):
            yield node.lineno, node.value
        for field in ("id", "attr", "name", "module", "arg"):
            text = getattr(node, field, None)
            if isinstance(text, str) and _ANY_CASE.search(text):
                yield getattr(node, "lineno", 0), text


def namers() -> dict[str, list[str]]:
    """{file: what it names}, over everything that serves but the providers' own folders."""
    found: dict[str, list[str]] = {}
    for module in modules("payments_site", "audit", "tenants", "transactions", "webhooks", "reconciliation"):
        if not module.path.startswith(FOLDERS):
            found[module.path] = [f"{module.path}:{line} {text[:80]}" for line, text in names(module.tree)]
    for path in (ROOT / "templates").rglob("*.html"):
        lines = enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        inside = str(path.relative_to(ROOT))
        found[inside] = [f"{inside}:{number} {line.strip()[:80]}" for number, line in lines if _CODE.search(line)]
    return {path: what for path, what in found.items() if what}


def test_nothing_but_its_folder_and_the_lists_names_a_provider() -> None:
    assert [line for path, what in namers().items() if path not in LISTS | NAMED for line in what] == []


def test_no_file_is_excused_that_names_none() -> None:
    assert set(LISTS | NAMED) - set(namers()) == set()


@pytest.mark.parametrize("path", sorted(LISTS))
def test_a_list_names_every_provider_that_has_what_it_lists(path: str) -> None:
    text = (ROOT / path).read_text(encoding="utf-8").lower()
    assert {code for code in CODES if code not in text} == set()


@pytest.mark.parametrize(
    "code",
    [
        'if account.provider.code == "vnpay":\n    pass',
        "from transactions.providers.momo import client",
        "import transactions.providers.payos.flat as flat",
        "payos_link = 1",
        "class ZaloPayThing:\n    pass",
        'url = settings.PROVIDER_URLS["NAPAS_API_URL"]',
        'path = f"/webhooks/vietqr/{account}"',
    ],
)
def test_a_place_that_names_a_provider_would_be_found(code: str) -> None:
    assert list(names(Module.of(code).tree))


@pytest.mark.parametrize("code", ['"""As VNPay\'s querydr wants it."""', "x = 1  # vnpay", 'label = _("With VietQR codes")'])
def test_words_for_people_are_let_through(code: str) -> None:
    assert not list(names(Module.of(code).tree))

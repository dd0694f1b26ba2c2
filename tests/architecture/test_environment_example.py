"""``.env.example`` names every variable that a program reads, and none that nobody reads."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from tests.architecture.source import ROOT, Module, first_name, last_name, modules

_NAME = re.compile(r"[A-Z][A-Z0-9_]+")
_LINE = re.compile(r"^(?:# ?)?([A-Z][A-Z0-9_]+)=", re.MULTILINE)
_MAPPINGS = frozenset({"env", "environ", "given", "merged"})
_TABLES = frozenset({"REQUIRED", "PROVIDER_ADDRESSES"})
# Read, but not for a person to set.
NOT_SETTINGS = {
    "PYTEST_XDIST_WORKER": "pytest-xdist sets it",
    "FAULT_POINT": "tests kill a process with it",
    "FAULT_POINT_FILE": "tests kill a process with it",
    "NO_COLOR": "a convention of terminals",
    "PYTHONUNBUFFERED": "Python's own",
}


def variables_of(module: Module) -> Iterator[str]:
    """Names read as ``env.str("NAME")``, ``os.environ.get("NAME")``, ``given["NAME"]`` or through a table of names."""
    for node in ast.walk(module.tree):
        key: ast.expr | None = None
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
            key = node.args[0] if last_name(node.func.value) in _MAPPINGS or first_name(node.func) == "env" else None
        elif isinstance(node, ast.Subscript) and last_name(node.value) in _MAPPINGS:
            key = node.slice
        elif isinstance(node, ast.Assign) and "sandbox" not in module.path and last_name(node.targets[0]) in _TABLES:
            yield from (str(part.value) for part in ast.walk(node.value) if isinstance(part, ast.Constant))
        if isinstance(key, ast.Constant) and isinstance(key.value, str) and _NAME.fullmatch(key.value):
            yield key.value


def _shortened(module: Module) -> Iterator[str]:
    """``_seconds("IPN_INTERVAL", ...)`` of the sandbox's providers, which put ``SANDBOX_VNPAY_`` before it."""
    prefix = re.search(r'f"(SANDBOX_[A-Z]+_)\{name\}"', module.text)
    if prefix:
        for name in re.findall(r'_seconds\("([A-Z_]+)"', module.text):
            yield prefix[1] + name


def read_variables() -> set[str]:
    found: set[str] = set()
    for module in modules(
        "payments_site", "audit", "tenants", "transactions", "webhooks", "reconciliation", "sandbox", "benchmarks"
    ):
        found.update(variables_of(module))
        found.update(_shortened(module))
    return found | set(variables_of(Module.of((ROOT / "manage.py").read_text(encoding="utf-8"))))


def example_variables() -> list[str]:
    return _LINE.findall((ROOT / ".env.example").read_text(encoding="utf-8"))


def test_the_example_names_every_variable_that_is_read() -> None:
    assert sorted(read_variables() - set(example_variables()) - set(NOT_SETTINGS)) == []


def test_the_example_names_no_variable_that_nobody_reads() -> None:
    assert sorted(set(example_variables()) - read_variables()) == []


def test_the_example_names_each_variable_once() -> None:
    names = example_variables()
    assert sorted(names) == sorted(set(names))


def test_no_exception_is_kept_for_a_variable_that_nobody_reads() -> None:
    made = {"PYTHONUNBUFFERED"}
    assert set(NOT_SETTINGS) - made <= read_variables()


def test_no_secret_of_the_example_could_be_used() -> None:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    secrets = re.findall(r"^(?:SECRET_KEY|FERNET_KEYS|BLIND_INDEX_KEY)=(.*)$", text, re.MULTILINE)
    assert secrets == ["", "", ""]


@pytest.mark.parametrize(
    "code",
    ['env.str("A_NAME", default="")', 'os.environ["A_NAME"]', 'os.environ.get("A_NAME")', 'given["A_NAME"]',
     'os.environ.setdefault("A_NAME", "x")', 'REQUIRED = ("A_NAME",)'],
)  # fmt: skip
def test_every_way_of_reading_a_variable_is_seen(code: str) -> None:
    assert list(variables_of(Module.of(code))) == ["A_NAME"]

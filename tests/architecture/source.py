"""The project's own source, parsed once."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APPS = ("payments_site", "audit", "tenants", "transactions", "webhooks", "reconciliation")
ALL = (*APPS, "sandbox")


@dataclass(frozen=True)
class Module:
    """One file: its path from the root of the project, its text and its tree."""

    path: str
    text: str
    tree: ast.Module

    @classmethod
    def of(cls, text: str, path: str = "sample.py") -> Module:
        """A module from a text, for samples."""
        return cls(path, text, ast.parse(text))


@functools.cache
def modules(*folders: str, migrations: bool = False) -> tuple[Module, ...]:
    """Every Python file below the folders."""
    found = (path for folder in folders for path in sorted((ROOT / folder).rglob("*.py")))
    return tuple(_module(path) for path in found if migrations or "migrations" not in path.parts)


@functools.cache
def _module(path: Path) -> Module:
    """Parsed once, whatever folders it is asked for with."""
    return Module.of(path.read_text(encoding="utf-8"), str(path.relative_to(ROOT)))


def last_name(node: ast.expr) -> str:
    """``payment`` of ``self.payment``, of ``payment`` and of ``payments[0].payment``; "" for what has no name."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def first_name(node: ast.expr) -> str:
    """``Refund`` of ``Refund.objects.filter(...)``: where a chain of attributes and calls begins."""
    while not isinstance(node, ast.Name):
        if isinstance(node, ast.Call):
            node = node.func
        elif isinstance(node, ast.Attribute | ast.Subscript):
            node = node.value
        else:
            return ""
    return node.id


def texts(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Every text of a module with its line; what is put into an f-string appears as ``{}``."""
    inside: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            inside.update(id(part) for part in node.values)
            parts = [str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values]
            yield node.lineno, "".join(parts)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside:
            yield node.lineno, node.value

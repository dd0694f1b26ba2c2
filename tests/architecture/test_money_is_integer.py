"""Money is an integer of đồng: no float, no division, no rounding of Python's near it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.source import Module, modules

MONEY = ("transactions", "tenants", "reconciliation", "payments_site/kernel")
# What is not money, by file and the code itself: a percentage for people, seconds of a socket or a wait.
ALLOWED = {
    ("transactions/statistics.py", "float"): "a rate of success, shown in percent",
    ("transactions/statistics.py", "round(100 * part / whole, 2)"): "a rate of success, shown in percent",
    ("transactions/statistics.py", "100 * part / whole"): "a rate of success, shown in percent",
    ("transactions/api/answers.py", "serializers.FloatField"): "a rate of success, shown in percent",
    ("transactions/api/examples.py", "75.0"): "a rate of success, shown in percent",
    ("payments_site/kernel/http.py", "float"): "seconds",
    ("payments_site/kernel/http.py", "3.0"): "seconds",
    ("payments_site/kernel/http.py", "30.0"): "seconds",
}


def inexact(module: Module) -> Iterator[tuple[int, str]]:
    """(line, code) of everything that is not exact integer arithmetic."""
    for node in ast.walk(module.tree):
        match node:
            case ast.Constant(value=float()) | ast.Name(id="float" | "Decimal" | "Fraction"):
                yield node.lineno, ast.unparse(node)
            case ast.BinOp(op=ast.Div()) | ast.AugAssign(op=ast.Div()):
                yield node.lineno, ast.unparse(node)
            case ast.Call(func=ast.Name(id="round")):
                yield node.lineno, ast.unparse(node)
            case ast.Attribute(attr="FloatField" | "DecimalField"):
                yield node.lineno, ast.unparse(node)


def test_no_inexact_number_is_near_money() -> None:
    found = [
        f"{module.path}:{line} {code}"
        for module in modules(*MONEY, migrations=True)
        for line, code in inexact(module)
        if (module.path, code) not in ALLOWED
    ]
    assert found == []


def test_no_exception_is_kept_for_code_that_is_gone() -> None:
    used = {(module.path, code) for module in modules(*MONEY) for _, code in inexact(module)}
    assert set(ALLOWED) <= used


@pytest.mark.parametrize(
    "code",
    [
        "fee = amount * 1.1",
        "fee = amount / 100",
        "amount /= 100",
        "amount = float(text)",
        "def fee(rate: float) -> int: ...",
        "fee = round(amount)",
        "from decimal import Decimal\nfee = Decimal(amount)",
        "amount = models.FloatField()",
        "amount = serializers.DecimalField()",
    ],
)
def test_an_inexact_number_would_be_found(code: str) -> None:
    assert list(inexact(Module.of(code)))


@pytest.mark.parametrize("code", ["fee = (amount * 110 + 5_000) // 10_000", "left = amount - fee", "version = '2.1'"])
def test_integer_arithmetic_is_left_alone(code: str) -> None:
    assert not list(inexact(Module.of(code)))

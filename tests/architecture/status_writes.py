"""Finds code that writes a payment's status. Only ``transactions/services/_transition.py`` may.

Judged by deny: ``x.status = ...`` is a payment's unless the name says that x is something else that has a status of its own.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.architecture.source import Module, first_name, last_name, texts

# Other things with a status, by the name they go by. Nothing else may be called so.
OTHERS = frozenset({"attempt", "refund", "delivery", "row", "response", "answer"})
OTHER_MODELS = frozenset({"PaymentAttempt", "Refund", "CallbackDelivery", "CallbackAttempt", "Project", "Tenant"})
_UPDATES = frozenset({"update", "aupdate", "bulk_update", "update_or_create"})
PAYMENTS = frozenset({"payment", "transaction", "txn", "trans", "locked", "paid", "order"})

_UPDATE = re.compile(
    r'\bupdate\s+(?:only\s+)?(?:"?transactions_transaction"?|\{\})(?:\s+(?:as\s+)?(?!set\b)\w+)?\s+set\s+(?P<set>.*?)'
    r"(?=\bwhere\b|\bfrom\b|\breturning\b|;|$)",
    re.IGNORECASE | re.DOTALL,
)
_UPSERT = re.compile(
    r'\binsert\s+into\s+"?transactions_transaction"?\b.*?\bdo\s+update\s+set\s+(?P<set>.*?)(?=\bwhere\b|\breturning\b|;|$)',
    re.IGNORECASE | re.DOTALL,
)
_ASSIGNS_STATUS = re.compile(r'(?<![\w.])"?status"?\s*=|\(\s*[^()=]*\bstatus\b[^()=]*\)\s*=', re.IGNORECASE)


def status_writes(module: Module) -> list[str]:
    """``path:line what`` for each writer of a payment's status."""
    found = sorted({*_in_code(module.tree), *_in_sql(module.tree)})
    return [f"{module.path}:{line} {what}" for line, what in found]


def _in_code(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            flat = [part for target in targets for part in ast.walk(target)]
            for part in flat:
                if _stores_status(part):
                    yield node.lineno, f"assigns {ast.unparse(part)}"
        elif isinstance(node, ast.Call):
            yield from _in_call(node)


def _stores_status(node: ast.AST) -> bool:
    if not isinstance(node, ast.Attribute) or node.attr != "status" or not isinstance(node.ctx, ast.Store):
        return False
    return last_name(node.value) not in OTHERS


def _in_call(call: ast.Call) -> Iterator[tuple[int, str]]:
    name = last_name(call.func)
    text = ast.unparse(call)[:80]
    if name == "setattr" and len(call.args) == 3:
        what, base = call.args[1], last_name(call.args[0])
        if isinstance(what, ast.Constant):
            if what.value == "status" and base not in OTHERS:
                yield call.lineno, text
        elif base in PAYMENTS:
            yield call.lineno, text
    elif name == "Transaction" or first_name(call.func) == "Transaction":
        if name not in ("filter", "exclude", "get", "Q") and _mentions_status(call):
            yield call.lineno, text
    elif name in _UPDATES and first_name(call.func) not in OTHER_MODELS and _mentions_status(call):
        yield call.lineno, text


def _mentions_status(call: ast.Call) -> bool:
    """A keyword ``status``, or the text "status" among the arguments (``**{"status": ...}``, ``["status"]``)."""
    arguments = [*call.args, *(keyword.value for keyword in call.keywords)]
    return any(keyword.arg == "status" for keyword in call.keywords) or any(
        isinstance(part, ast.Constant) and part.value == "status" for argument in arguments for part in ast.walk(argument)
    )


def _in_sql(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for line, text in texts(tree):
        for pattern in (_UPDATE, _UPSERT):
            for match in pattern.finditer(text):
                if _ASSIGNS_STATUS.search(match["set"]):
                    yield line, f"SQL: {' '.join(match[0].split())[:80]}"

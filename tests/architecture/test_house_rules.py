"""The habits of the house: short functions and files, nothing swallowed, nothing printed, nothing left to do."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Callable, Iterator

import pytest

from tests.architecture.source import ALL, ROOT, Module, last_name, modules

MAX_FUNCTION, MAX_FILE = 60, 400
SPEAKS_TO_A_TERMINAL = ("payments_site/devstack/", "sandbox/")
_LATER = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
_HARMLESS = {"FileNotFoundError", "ProcessLookupError", "StopIteration", "KeyboardInterrupt", "CancelledError"}
# Handlers that go on on purpose, by file and exception: each says why beside it.
GOES_ON = {
    ("payments_site/devstack/postgres_home.py", "OSError"),
    ("payments_site/devstack/spawn.py", "TimeoutExpired"),
    ("payments_site/devstack/pytest_plugin.py", "BlockingIOError"),
    # The next credential may be the one that signed.
    ("transactions/services/returns.py", "InvalidSignature"),
    ("webhooks/inbound/receive.py", "InvalidSignature"),
}

Finding = tuple[int, str]
Rule = Callable[[Module], Iterator[Finding]]


def caught(handler: ast.ExceptHandler) -> set[str]:
    if handler.type is None:
        return {""}
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return {last_name(kind) for kind in kinds}


def swallowed(module: Module) -> Iterator[Finding]:
    """Handlers that do nothing at all, and handlers of everything that neither raise nor log with the stack."""
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.ExceptHandler):
            continue
        kinds = caught(node)
        if all(isinstance(line, ast.Pass | ast.Continue) or _is_text(line) for line in node.body):
            left = {kind for kind in kinds - _HARMLESS if (module.path, kind) not in GOES_ON}
            if left:
                yield node.lineno, f"nothing is done about {', '.join(sorted(left)) or 'anything'}"
        elif kinds & {"", "Exception", "BaseException"} and not _is_told(node):
            yield node.lineno, "everything is caught and neither raised again nor logged with its stack"


def _is_text(line: ast.stmt) -> bool:
    return isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant)


def _is_told(handler: ast.ExceptHandler) -> bool:
    for node in ast.walk(handler):
        if isinstance(node, ast.Raise):
            return True
        if isinstance(node, ast.Call) and (last_name(node.func) == "exception" or "exc_info" in _keywords(node)):
            return True
    return False


def _keywords(call: ast.Call) -> set[str | None]:
    return {keyword.arg for keyword in call.keywords}


def printed(module: Module) -> Iterator[Finding]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("print", "breakpoint", "pprint"):
            yield node.lineno, f"{node.func.id}()"


def unfinished(module: Module) -> Iterator[Finding]:
    if not _LATER.search(module.text):  # tokens are dear, and most files have no such word anywhere
        return
    for token in tokenize.generate_tokens(io.StringIO(module.text).readline):
        if token.type in (tokenize.COMMENT, tokenize.STRING) and _LATER.search(token.string):
            yield token.start[0], token.string[:80]


def too_long(module: Module) -> Iterator[Finding]:
    lines = len(module.text.splitlines())
    if lines > MAX_FILE:
        yield 1, f"{lines} lines in the file"
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            # The documentation of an operation is data, not code.
            first = node.lineno if _is_documented_operation(node) else first
            length = (node.end_lineno or first) - first + 1
            if length > MAX_FUNCTION:
                yield first, f"{length} lines in {node.name}"


def _is_documented_operation(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any(isinstance(one, ast.Call) and last_name(one.func) == "operation" for one in node.decorator_list)


def undocumented(module: Module) -> Iterator[Finding]:
    if module.tree.body and not module.path.endswith(("apps.py", "manage.py")) and ast.get_docstring(module.tree) is None:
        yield 1, "no docstring"


def findings(rule: Rule, *folders: str) -> list[str]:
    return [f"{module.path}:{line} {what}" for module in modules(*folders) for line, what in rule(module)]


def test_no_exception_is_swallowed() -> None:
    assert findings(swallowed, *ALL) == []


def test_no_exception_is_excused_that_is_gone() -> None:
    handlers = [(module.path, node) for module in modules(*ALL) for node in ast.walk(module.tree)]
    there = {(path, kind) for path, node in handlers if isinstance(node, ast.ExceptHandler) for kind in caught(node)}
    assert there >= GOES_ON


def test_nothing_is_printed_by_what_serves() -> None:
    assert [one for one in findings(printed, *ALL) if not one.startswith(SPEAKS_TO_A_TERMINAL)] == []


def test_nothing_is_left_to_do() -> None:
    assert findings(unfinished, *ALL, "tests/integration", "tests/unit", "tests/factories", "benchmarks") == []


def test_no_function_and_no_file_is_too_long() -> None:
    assert findings(too_long, *ALL) == []


def test_every_module_says_what_it_is_for() -> None:
    assert findings(undocumented, *ALL) == []


def test_no_test_empties_the_tables_that_migrations_filled() -> None:
    marks = ("transaction=" + "True", "transactional" + "_db", "Transaction" + "TestCase")
    texts = {path: path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("*.py")}
    found = [f"{path.relative_to(ROOT)}: {mark}" for path, text in texts.items() for mark in marks if mark in text]
    assert found == [], "use committed_db: a flush takes providers and schedules away from the tests that come later"


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        (swallowed, "try:\n    pay()\nexcept ValueError:\n    pass"),
        (swallowed, "try:\n    pay()\nexcept (ValueError, KeyError):\n    'never mind'"),
        (swallowed, "for a in b:\n    try:\n        pay()\n    except OSError:\n        continue"),
        (swallowed, "try:\n    pay()\nexcept:\n    paid = False"),
        (swallowed, "try:\n    pay()\nexcept Exception as error:\n    logger.warning('failed: %s', error)"),
        (printed, "print(1)"),
        (unfinished, "x = 1  # TODO: later"),
        (unfinished, "def f():\n    '''FIXME'''"),
        (too_long, "def f():\n" + "    x = 1\n" * 60),
        (too_long, "x = 1\n" * 401),
        (undocumented, "x = 1"),
    ],
)
def test_a_broken_rule_would_be_found(rule: Rule, code: str) -> None:
    assert list(rule(Module.of(code)))


@pytest.mark.parametrize(
    "code",
    [
        "try:\n    pay()\nexcept ValueError:\n    paid = False",
        "try:\n    pay()\nexcept Exception:\n    logger.exception('failed')",
        "try:\n    pay()\nexcept Exception as error:\n    raise Trouble from error",
        "try:\n    os.unlink(path)\nexcept FileNotFoundError:\n    pass",
    ],
)
def test_a_handled_exception_is_left_alone(code: str) -> None:
    assert not list(swallowed(Module.of(code)))

"""Which room may call which: the contracts of pyproject.toml hold, cover every provider, and would bite."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.architecture.source import ROOT

_LINT = "from importlinter.cli import lint_imports_command; lint_imports_command()"
_CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]

_FORBIDDEN = """
[importlinter]
root_packages =
    transactions
[importlinter:contract:sample]
name = Sample
type = forbidden
source_modules = transactions.services
forbidden_modules = transactions.models
"""


def lint(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", _LINT, "--no-cache", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=100, check=False)


def test_every_import_contract_is_kept() -> None:
    run = lint()
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr


def test_a_forbidden_import_would_be_found(tmp_path: Path) -> None:
    config = tmp_path / "sample.ini"
    config.write_text(_FORBIDDEN)
    run = lint("--config", str(config))
    assert run.returncode == 1, run.stdout + run.stderr
    assert "transactions.services is not allowed to import transactions.models" in run.stdout


def test_every_provider_is_named_by_the_contract_of_independence() -> None:
    folder = ROOT / "transactions" / "providers"
    providers = {f"transactions.providers.{path.parent.name}" for path in folder.glob("*/adapter.py")}
    named = [set(one["modules"]) for one in _CONTRACTS["contracts"] if one["type"] == "independence"]
    assert providers
    assert named == [providers]


@pytest.mark.parametrize("room", ["reconciliation", "sandbox", "audit", "tenants", "transactions", "webhooks"])
def test_every_room_that_exists_is_a_root_of_the_contracts(room: str) -> None:
    assert (room in _CONTRACTS["root_packages"]) == (ROOT / room / "__init__.py").exists()

"""JavaScript SDKs as judges of this service: one question to ``run.mjs``, one answer.

``npm ci --prefix tests/node`` installs them. Without node or a package the tests are skipped, by the name of what is missing.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

_HERE = Path(__file__).parent
_SECONDS = 30


def ask(package: str, operation: str, **question: Any) -> Any:
    """The answer of ``package`` to ``operation`` of ``run.mjs``."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    if not (_HERE / "node_modules" / package).is_dir():
        pytest.skip(f"the npm package {package} is not installed (npm ci --prefix tests/node)")
    done = subprocess.run(
        [node, str(_HERE / "run.mjs")],
        input=json.dumps({"operation": operation, **question}),
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)

"""The environment, read in one place; ``NAME_FILE`` (a Docker secret) may stand in for ``NAME``."""

from __future__ import annotations

import os
from pathlib import Path

import environ

BASE_DIR = Path(__file__).resolve().parents[2]


def _read_secret_files() -> None:
    """For every ``NAME_FILE`` whose ``NAME`` is not set, set it to the file's content."""
    for name, path in list(os.environ.items()):
        target = name.removesuffix("_FILE")
        if target != name and target in SECRET_FILE_NAMES and target not in os.environ:
            os.environ[target] = Path(path).read_text(encoding="utf-8").strip()


SECRET_FILE_NAMES = frozenset({"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "FERNET_KEYS", "BLIND_INDEX_KEY"})
_read_secret_files()

env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env", overwrite=False)

"""The profiles that come with the service: one for each provider, and those of banks."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_PLACE = Path(__file__).parent.joinpath("profiles")
BANK = "bank"


@dataclass(frozen=True)
class Shipped:
    """A profile as it is seeded. Files are called ``<provider>.json``; ``<provider>.<more>.json`` is one more of it."""

    provider_code: str
    name: str
    spec: dict[str, Any]


def shipped() -> list[Shipped]:
    """All of them, in order of their names."""
    found = []
    for path in sorted(_PLACE.glob("*.json")):
        code, _, _rest = path.stem.partition(".")
        found.append(Shipped(code, path.stem, json.loads(path.read_text(encoding="utf-8"))))
    return found

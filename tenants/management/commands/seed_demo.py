"""``manage.py seed_demo --output FILE``: a project, a tenant, a VNPay sandbox account and three members of staff."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from payments_site.kernel import clock
from payments_site.kernel.errors import DomainError
from tenants.demo import seed


class Command(BaseCommand):
    """Idempotent: what exists stays, and the keys of FILE are kept as long as the database knows them."""

    help = "Create the demo's project, tenant, account and staff, and write their keys to a private file."

    def add_arguments(self, parser: CommandParser) -> None:
        """Where the keys go, and where the sandbox sends its notices."""
        parser.add_argument("--output", required=True, metavar="FILE", help="JSON file (0600) for the logins and keys")
        parser.add_argument("--ipn-base", default="", metavar="URL", help="instead of PUBLIC_BASE_URL in sandbox_ipn_url")

    def handle(self, *args: Any, **options: Any) -> None:
        """Seed and write the file."""
        path = Path(options["output"])
        base = (options["ipn_base"] or settings.PUBLIC_BASE_URL).rstrip("/")
        try:
            demo = seed(earlier=_read(path), ipn_base=base, now=clock.now())
        except DomainError as error:
            raise CommandError(f"the demo could not be seeded: {error.message('en')} {error.details}") from error
        _write(path, demo)
        self.stdout.write(f"The demo's logins and keys are in {path}")


def _read(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise CommandError(f"{path} can not be read as JSON: {error}") from error
    if not isinstance(value, dict):
        raise CommandError(f"{path} does not hold a JSON object")
    return value


def _write(path: Path, demo: dict[str, Any]) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(demo, file, indent=2, ensure_ascii=False)
        file.write("\n")
    temporary.replace(path)

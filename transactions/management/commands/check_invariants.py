"""``manage.py check_invariants``: what must be true of the books, asked in read-only SQL; exits with 1 where something is not."""

from __future__ import annotations

import json
import re
from argparse import ArgumentParser
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.dateparse import parse_datetime

from payments_site.kernel import clock
from transactions.invariants import LAWS, Broken, UnknownLaw, check
from transactions.invariants.runner import DEFAULT_ROWS

_AGO = re.compile(r"(\d{1,6})([mhd])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


class Command(BaseCommand):
    """Nothing is written, and payments may be made meanwhile: all laws are asked of one snapshot."""

    help = "Check that events, money, refunds, callbacks and tenants agree with each other"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which payments, which laws, how much is told, and how."""
        parser.add_argument(
            "--since", metavar="MOMENT|36h", help="only payments made or changed since (ISO 8601, or 90m, 36h, 7d ago)"
        )
        parser.add_argument("--tenant", action="append", metavar="tnt_...", help="only payments of this tenant")
        parser.add_argument("--law", action="append", metavar="NAME", help="only this law")
        parser.add_argument("--rows", type=int, default=DEFAULT_ROWS, help="rows told of each law (%(default)s)")
        parser.add_argument("--json", action="store_true", help="one JSON document instead of lines")
        parser.add_argument("--list", action="store_true", help="say what the laws are, and check nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Ask, and print what is broken."""
        if options["list"]:
            self.stdout.write("\n".join(f"{law.name}: {law.says}" for law in LAWS))
            return
        now = clock.now()
        since = _moment(options["since"], now)
        try:
            broken = check(now=now, since=since, tenants=options["tenant"], names=options["law"], rows=max(1, options["rows"]))
        except UnknownLaw as error:
            raise CommandError(f"no such law: {error}") from error
        asked = len(options["law"] or LAWS)
        self.stdout.write(_document(broken, asked, now, since) if options["json"] else _lines(broken, asked))
        if broken:
            raise CommandError(f"{len(broken)} of {asked} laws do not hold", returncode=1)


def _lines(broken: Sequence[Broken], asked: int) -> str:
    lines = [f"{asked - len(broken)} of {asked} laws hold"]
    for one in broken:
        lines.append(f"BROKEN {one.law.name}: {one.law.says}")
        lines += [f"  {row.row}: expected {row.expected}; found {row.found}" for row in one.rows]
        lines += ["  and more"] if one.more else []
    return "\n".join(lines)


def _document(broken: Sequence[Broken], asked: int, now: datetime, since: datetime | None) -> str:
    findings = [
        {"id": row.row, "law": one.law.name, "what": one.law.says, "expected": row.expected, "found": row.found}
        for one in broken
        for row in one.rows
    ]
    document = {
        "checked_at": clock.iso(now),
        "since": clock.iso(since),
        "laws": asked,
        "broken": {one.law.name: {"rows": len(one.rows), "more": one.more} for one in broken},
        "findings": findings,
    }
    return json.dumps(document, ensure_ascii=False, indent=1)


def _moment(text: str | None, now: datetime) -> datetime | None:
    if text is None:
        return None
    if ago := _AGO.fullmatch(text):
        return now - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
    moment = parse_datetime(text)
    if moment is None or moment.tzinfo is None:
        raise CommandError("--since takes 90m, 36h, 7d, or ISO 8601 with an offset, such as 2026-11-21T10:00:00+07:00")
    return moment

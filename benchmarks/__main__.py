"""`python -m benchmarks [create|notice|intake|callbacks|beside|all]`, `... profile create|notice`, `... admin`, `... books`."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any

from benchmarks import admin, beside, books, callbacks, hot_paths, intake
from benchmarks.options import Options
from benchmarks.profile import printed, profile
from benchmarks.report import save, show
from benchmarks.stack import Stack
from payments_site.devstack.environment import PROJECT

_WHAT = {
    "create": hot_paths.create, "notice": hot_paths.notice, "intake": intake.intake, "callbacks": callbacks.callbacks,
    "beside": beside.beside,
}  # fmt: skip


def _arguments(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure against a peer in one interleaved run.")
    parser.add_argument("what", nargs="?", default="all", choices=[*_WHAT, "all", "profile", "admin", "books"])
    parser.add_argument("path", nargs="?", choices=["create", "notice"], help="what to profile")
    parser.add_argument("--rounds", type=int, default=Options.rounds, help="interleaved rounds (5 or more count)")
    parser.add_argument("--seconds", type=float, default=Options.seconds, help="seconds of each side in a round")
    parser.add_argument("--clients", type=int, default=Options.clients, help="connections at once")
    parser.add_argument("--callbacks", type=int, default=Options.callbacks, help="callbacks delivered in a round")
    parser.add_argument("--requests", type=int, default=400, help="requests that are profiled")
    parser.add_argument("--payments", type=int, default=340_000, help="payments whose books are audited (15 rows each)")
    parser.add_argument("--rows", type=int, default=5_000_000, help="payments in the admin's database")
    place = Path(os.environ.get("VAR_DIR") or PROJECT / "var") / "bench"
    parser.add_argument("--place", type=Path, default=place, help="where the admin's database is kept (VAR_DIR/bench)")
    parser.add_argument("--admin-requests", type=int, default=30, help="requests of each page of the admin")
    parser.add_argument("--only", default="", help="only the admin's pages whose name holds this text")
    parser.add_argument("--stock-requests", type=int, default=3, help="of each page of the stock admin")
    parser.add_argument("--stock-timeout", type=int, default=30, help="seconds that one of its statements may take")
    parser.add_argument("--json", type=Path, help="where the JSON goes instead of benchmarks/results/")
    found = parser.parse_args(arguments)
    if (found.what == "profile") != (found.path is not None):
        parser.error("`profile` takes create or notice, the others take nothing")
    return found


def _measure(name: str, options: Options) -> dict[str, Any]:
    with Stack() as stack:
        rows, details, raw = _WHAT[name](stack, options)
    sys.stdout.write(show(rows, details, raw["machine"]) + "\n\n")
    return raw | {"rows": [row.document() for row in rows], "details": dict(details)}


def main(arguments: list[str]) -> int:
    """Measure, print, save."""
    chosen = _arguments(arguments)
    if chosen.what == "profile":
        found = profile(chosen.path, chosen.requests)
        sys.stdout.write(printed(found) + "\n")
        path = save(f"profile-{chosen.path}", found, chosen.json)
    elif chosen.what == "admin":
        spec = (chosen.place / f"admin-{chosen.rows}", chosen.rows, chosen.admin_requests, chosen.stock_requests)
        found = admin.admin(*spec, chosen.stock_timeout, chosen.only, Options())
        sys.stdout.write(admin.printed(found) + "\n")
        path = save("admin", found, chosen.json)
    elif chosen.what == "books":
        found = books.books(chosen.payments, Options())
        sys.stdout.write(books.printed(found) + "\n")
        path = save("books", found, chosen.json)
    else:
        options = Options(chosen.rounds, chosen.seconds, chosen.clients, chosen.callbacks)
        names = list(_WHAT) if chosen.what == "all" else [chosen.what]
        document = {name: _measure(name, options) for name in names}
        document["options"] = {name: getattr(options, name) for name in ("rounds", "seconds", "clients", "callbacks")}
        path = save(chosen.what, document, chosen.json)
    sys.stderr.write(f"JSON: {path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

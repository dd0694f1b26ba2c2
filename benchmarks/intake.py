"""Taking in what a provider sends: VNPay's notice at ours beside Stripe's event at dj-stripe, by turns.

Both behind the same gunicorn, on the same PostgreSQL, under the same load generator; no request is sent twice. Ours is stored
raw, verified, settled and its callback queued; dj-stripe's is stored, verified, and made an event unless it is known.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from statistics import median
from typing import Any

from benchmarks.djstripe import DjStripe
from benchmarks.hot_paths import NoticeIntake
from benchmarks.machine import machine
from benchmarks.measure import Load, details
from benchmarks.options import Options
from benchmarks.report import Row
from benchmarks.stack import Stack

Measured = tuple[list[Row], list[tuple[str, str]], dict[str, Any]]

GATE, GOAL = 5.0, 8.0
_WARM_SECONDS, _ALONE_SECONDS = 3.0, 2.0


def intake(stack: Stack, options: Options) -> Measured:
    """Peer, ours at full load, ours alone; so many rounds of it, and then both databases are asked."""
    peer, ours = DjStripe(stack), NoticeIntake(stack)
    for run in (peer.run, ours.run):
        run(options.clients, _WARM_SECONDS)
    theirs, busy, alone = _rounds(peer.run, ours.run, options)
    ours.agree()
    peer.agree()
    name = f"dj-stripe's webhook, {options.clients} connections"
    row = Row("intake", name, [load.rate for load in busy], [load.rate for load in theirs], GATE, GOAL)
    raw = {name: [asdict(one) for one in runs] for name, runs in (("busy", busy), ("alone", alone), ("peer", theirs))}
    return [row], [*details(busy, alone, options.clients), *_of_peer(busy, theirs)], raw | {"machine": machine(stack.bin_dir)}


def _rounds(
    peer: Callable[[int, float], Load], ours: Callable[[int, float], Load], options: Options
) -> tuple[list[Load], list[Load], list[Load]]:
    theirs, busy, alone = [], [], []
    for number in range(options.rounds):
        theirs.append(peer(options.clients, options.seconds))
        busy.append(ours(options.clients, options.seconds))
        alone.append(ours(1, min(options.seconds, _ALONE_SECONDS)))
        options.say(f"intake {number + 1}/{options.rounds}: {busy[-1].rate:.0f}/s, dj-stripe {theirs[-1].rate:.0f}/s")
    return theirs, busy, alone


def _of_peer(busy: list[Load], theirs: list[Load]) -> list[tuple[str, str]]:
    """What the peer spends, and the same comparison by everybody's CPU: steadier where others use the machine too."""
    lines = [(f"CPU an event at dj-stripe, {name}", f"{_middle(theirs, name):.2f} ms") for name in ("web", "postgres")]
    ours, peer = (sum(_middle(loads, name) for name in ("web", "postgres", "load")) for loads in (busy, theirs))
    return [*lines, ("ratio by CPU", f"{peer / ours:.2f}")]


def _middle(loads: list[Load], name: str) -> float:
    return float(median(getattr(load, f"{name}_cpu_ms") for load in loads))

"""The two rows that pgbench is the peer of: create a payment, take in a provider's notice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from statistics import median
from typing import Any

from benchmarks.machine import machine
from benchmarks.measure import Load, count, details, drive
from benchmarks.messages import signed_notice
from benchmarks.options import Options
from benchmarks.pgbench import Peer, PgBench
from benchmarks.report import Row
from benchmarks.stack import Stack

Drive = Callable[[int, float], Load]
Measured = tuple[list[Row], list[tuple[str, str]], dict[str, Any]]

_WARM_SECONDS, _ALONE_SECONDS = 3.0, 2.0
_CREATED = "SELECT count(*) FROM transactions_transaction"
_RECEIVED = """
SELECT count(*) FROM transactions_receipt r JOIN webhooks_providernotification n ON n.public_id = r.notice_id
WHERE n.verdict = 'applied' AND EXISTS (SELECT FROM webhooks_callbackdelivery d WHERE d.transaction_id = r.transaction_id)
"""


class Notices:
    """Signed IPNs in stock, each for a pending payment of its own; made before the clock starts."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._stock: list[str] = []
        self._made = 0
        self.file = stack.place / "notices.txt"

    def fill(self, wanted: int) -> None:
        """Make sure that `wanted` are in stock, and write them where the load generator reads them."""
        if (missing := wanted - len(self._stock)) > 0:
            stack, listing = self._stack, self._stack.place / "pending.txt"
            stack.run("-m", "benchmarks.child", "pending", str(missing), str(listing), stack.create_path, stack.demo["api_key"])
            for line in listing.read_text(encoding="ascii").splitlines():
                reference, amount = line.split()
                self._made += 1
                self._stock.append(signed_notice(reference, int(amount), 20_000_000 + self._made, **stack.vnpay_keys))
        self.file.write_text("".join(f"{query}\n" for query in self._stock), encoding="ascii")

    def used(self, number: int) -> None:
        """The first so many are spent."""
        del self._stock[:number]


def create(stack: Stack, options: Options) -> Measured:
    """Create over HTTP, all of it, beside pgbench's create."""
    web, before = stack.web(), count(stack, _CREATED)
    request = {"path": stack.create_path, "api_key": stack.demo["api_key"]}
    answers: list[int] = []

    def run(connections: int, seconds: float) -> Load:
        load = drive(stack, web, connections=connections, seconds=seconds, status=201, words='"success":true', create=request)
        answers.append(load.answers)
        return load

    measured = _interleaved(stack, options, "create", run, gate=0.25, goal=0.45)
    _agree("payments", count(stack, _CREATED) - before, sum(answers))
    return measured


def notice(stack: Stack, options: Options) -> Measured:
    """VNPay's IPN over HTTP, stored, verified, settled and its callback queued, beside pgbench's webhook."""
    intake = NoticeIntake(stack)
    measured = _interleaved(stack, options, "notice", intake.run, gate=0.30, goal=0.45)
    intake.agree()
    return measured


class NoticeIntake:
    """Our web server under VNPay's notices, each for a pending payment of its own."""

    def __init__(self, stack: Stack) -> None:
        self._stack, self._web, self._notices = stack, stack.web(), Notices(stack)
        self._before, self._answers, self._speed = count(stack, _RECEIVED), 0, 150.0

    def run(self, connections: int, seconds: float) -> Load:
        """Load that is made before the clock starts; RuntimeError unless each notice was answered with 00."""
        self._notices.fill(round(self._speed * seconds * 2) + connections)
        source = {"path": self._stack.notify_path, "file": str(self._notices.file)}
        spec: dict[str, Any] = {"status": 200, "words": '"00"', "notices": source}
        load = drive(self._stack, self._web, connections=connections, seconds=seconds, **spec)
        self._notices.used(load.sent)
        self._answers += load.answers
        self._speed = max(self._speed, load.rate)
        return load

    def agree(self) -> None:
        """RuntimeError unless each answer left an applied notice, a receipt and a queued callback."""
        _agree("receipts of applied notices", count(self._stack, _RECEIVED) - self._before, self._answers)


def _interleaved(stack: Stack, options: Options, what: str, run: Drive, *, gate: float, goal: float) -> Measured:
    """Peer, ours at full load, ours alone; so many rounds of it."""
    bench = PgBench(stack)
    run(options.clients, _WARM_SECONDS)
    bench.run(what, clients=options.clients, seconds=1)
    peer, busy, alone = [], [], []
    for number in range(options.rounds):
        peer.append(bench.run(what, clients=options.clients, seconds=options.seconds))
        busy.append(run(options.clients, options.seconds))
        alone.append(run(1, min(options.seconds, _ALONE_SECONDS)))
        options.say(f"{what} {number + 1}/{options.rounds}: {busy[-1].rate:.0f}/s, pgbench {peer[-1].rate:.0f}/s")
    row = Row(
        what,
        f"pgbench {what}, {options.clients} clients, prepared",
        [load.rate for load in busy],
        [one.rate for one in peer],
        gate,
        goal,
    )
    raw = {name: [asdict(one) for one in runs] for name, runs in (("busy", busy), ("alone", alone), ("peer", peer))}
    return [row], [*details(busy, alone, options.clients), *_by_cpu(busy, peer)], raw | {"machine": machine(stack.bin_dir)}


def _by_cpu(busy: list[Load], peer: list[Peer]) -> list[tuple[str, str]]:
    """The same comparison by CPU spent, everybody's: on a machine that others use as well it is steadier than rates."""
    ours = median(load.web_cpu_ms + load.postgres_cpu_ms + load.load_cpu_ms for load in busy)
    theirs = median(one.cpu_ms for one in peer)
    return [("CPU a transaction, pgbench and its server", f"{theirs:.2f} ms"), ("ratio by CPU", f"{theirs / ours:.3f}")]


def _agree(what: str, found: int, answered: int) -> None:
    """The copies of `pending` and its template bring payments, never receipts; a create run makes none of them."""
    if found != answered:
        raise RuntimeError(f"{answered} requests were answered well, but there are {found} {what}")

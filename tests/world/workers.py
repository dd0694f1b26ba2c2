"""The service's own processes: what beat sends on its schedule, and the drain of the callbacks."""

from __future__ import annotations

from collections.abc import Callable

from audit import approvals
from payments_site.kernel import clock
from tests.world.scene import Act, Scene
from transactions import tasks as transaction_tasks
from transactions.services import expire, resolve
from webhooks.inbound import retry
from webhooks.outbound import running


def drain(scene: Scene) -> Act:
    """The callbacks' drain."""
    return Act("drain", scene.stage.drained)


def schedule(scene: Scene) -> list[Act]:
    """Every job of the schedule that changes anything, once."""
    jobs: list[tuple[str, Callable[[], object]]] = [
        ("resolve", lambda: resolve.resolve_due(now=clock.now())),
        ("expire", lambda: expire.expire_due(now=clock.now())),
        ("retry notices", lambda: retry.retry_due(now=clock.now())),
        ("sweep", lambda: running.sweep(now=clock.now)),
        ("alerts", transaction_tasks.raise_alerts),
        ("keys", transaction_tasks.delete_idempotency_records),
        ("approvals", lambda: approvals.expire_due(now=clock.now())),
    ]
    return [Act(name, work) for name, work in jobs]


def often(scene: Scene) -> list[Act]:
    """The jobs that money waits for."""
    return schedule(scene)[:3]

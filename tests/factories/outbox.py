"""The outbox of a database in which other tests have committed rows too."""

from __future__ import annotations

from webhooks.outbound.models import CallbackDelivery


def settle_everything() -> None:
    """Nothing is due any more, so that a drain sees only what the test itself enqueues."""
    CallbackDelivery.objects.filter(status="pending").update(status="dead", next_attempt_at=None)

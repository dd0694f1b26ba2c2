"""What waits for a second person, as the whole back office needs it."""

from __future__ import annotations

from audit.models import ApprovalRequest
from payments_site.kernel import clock

COUNT_LIMIT = 100


def approvals_waiting() -> int:
    """How many requests wait for a decision; counts no further than 100."""
    waiting = ApprovalRequest.objects.filter(state=ApprovalRequest.State.PENDING, expires_at__gt=clock.now())
    return waiting.order_by()[:COUNT_LIMIT].count()

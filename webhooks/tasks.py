"""Shim: Celery looks for tasks here; they live on their floors."""

from webhooks.inbound.tasks import retry_notices
from webhooks.outbound.tasks import sweep_callbacks

__all__ = ["retry_notices", "sweep_callbacks"]

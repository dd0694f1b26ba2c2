"""Shim: Celery looks for tasks here; they live on their floors."""

from webhooks.outbound.tasks import sweep_callbacks

__all__ = ["sweep_callbacks"]

"""Shim: Django looks for models here; they live on their floors."""

from webhooks.inbound.models import ProviderNotification
from webhooks.outbound.models import CallbackAttempt, CallbackDelivery, CallbackEndpoint, CallbackPolicy

__all__ = ["CallbackAttempt", "CallbackDelivery", "CallbackEndpoint", "CallbackPolicy", "ProviderNotification"]

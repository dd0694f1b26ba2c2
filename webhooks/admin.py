"""Shim: Django looks for admin classes here; they live on their floors."""

from webhooks.inbound.admin import ProviderNotificationAdmin
from webhooks.outbound.admin import CallbackDeliveryAdmin, CallbackEndpointAdmin, CallbackPolicyAdmin

__all__ = ["CallbackDeliveryAdmin", "CallbackEndpointAdmin", "CallbackPolicyAdmin", "ProviderNotificationAdmin"]

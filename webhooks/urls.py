"""Where providers and the payers they send back arrive, below ``/api/v1/webhooks``; and staff, by words that are no provider."""

from django.urls import path

from transactions.checkout.views import provider_return
from webhooks.inbound.api.views import WebhookLogsView, WebhookRetriesView, WebhookRetryView, WebhookTestView
from webhooks.inbound.views import notify

urlpatterns = [
    path("logs", WebhookLogsView.as_view(), name="webhook-logs"),
    path("retry", WebhookRetriesView.as_view(), name="webhook-retries"),
    path("<str:webhook_id>/retry", WebhookRetryView.as_view(), name="webhook-retry"),
    path("<str:provider_code>/test", WebhookTestView.as_view(), name="webhook-test"),
    path("<str:provider_code>", notify),
    path("<str:provider_code>/return", provider_return),
    path("<str:provider_code>/<str:account_id>", notify),
    path("<str:provider_code>/<str:account_id>/return", provider_return),
]

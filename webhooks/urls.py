"""Where providers and the payers they send back arrive, below ``/api/v1/webhooks``."""

from django.urls import path

from transactions.checkout.views import provider_return
from webhooks.inbound.views import notify

urlpatterns = [
    path("<str:provider_code>", notify),
    path("<str:provider_code>/return", provider_return),
    path("<str:provider_code>/<str:account_id>", notify),
    path("<str:provider_code>/<str:account_id>/return", provider_return),
]

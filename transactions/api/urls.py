"""Routes of the client API below ``/api/v1/{project_code}/{app_code}``."""

from django.urls import path

from transactions.api import keyed_views, more_views, refund_views, views

urlpatterns = [
    path("transactions", views.Transactions.as_view()),
    path("transactions/ref/<path:reference_id>", more_views.ByReference.as_view()),
    path("transactions/<str:transaction_id>", views.TransactionDetail.as_view()),
    path("transactions/<str:transaction_id>/cancel", more_views.Cancel.as_view()),
    path("transactions/<str:transaction_id>/refund", refund_views.RefundCreate.as_view()),
    path("transactions/<str:transaction_id>/refunds", refund_views.RefundList.as_view()),
    path("transactions/<str:transaction_id>/refunds/<str:refund_id>", refund_views.RefundDetail.as_view()),
    path("events", more_views.Events.as_view()),
    path("statistics", more_views.Statistics.as_view()),
    path("providers", views.Providers.as_view()),
    path("providers/<str:provider_code>", views.ProviderDetail.as_view()),
    path("status", views.TenantStatus.as_view()),
]

# Without codes in the path: served below ``/api/v1`` and, for the PayOS document's readers, at the root as well.
keyed = [
    path("payment/process_payment", keyed_views.ProcessPayment.as_view()),
    path("payment/status/<str:payment_id>", keyed_views.PaymentStatus.as_view()),
    path("payment/refresh-status/<str:payment_id>", keyed_views.RefreshStatus.as_view()),
    path("notifications/check", keyed_views.Notifications.as_view()),
]

"""Routes of the client API below ``/api/v1/{project_code}/{app_code}``."""

from django.urls import path

from transactions.api import views

urlpatterns = [
    path("transactions", views.Transactions.as_view()),
    path("transactions/<str:transaction_id>", views.TransactionDetail.as_view()),
    path("providers", views.Providers.as_view()),
    path("providers/<str:provider_code>", views.ProviderDetail.as_view()),
    path("status", views.TenantStatus.as_view()),
]

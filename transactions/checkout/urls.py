"""The payer's pages."""

from django.urls import path

from transactions.checkout import views

urlpatterns = [
    path("pay/<str:transaction_id>", views.pay, name="pay"),
    path("pay/<str:transaction_id>/status", views.status, name="pay-status"),
]

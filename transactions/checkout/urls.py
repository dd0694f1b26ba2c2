"""The payer's pages."""

from django.urls import path

from transactions.checkout import views

urlpatterns = [
    path("pay", views.back_here, name="pay-back"),
    path("pay/<str:transaction_id>", views.pay, name="pay"),
    path("pay/<str:transaction_id>/status", views.status, name="pay-status"),
    path("pay/<str:transaction_id>/<str:attempt_id>", views.pay_attempt, name="pay-attempt"),
    path("pay/<str:transaction_id>/<str:attempt_id>/qr.png", views.qr_picture, name="pay-qr"),
]

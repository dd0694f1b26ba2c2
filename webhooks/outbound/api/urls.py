"""A tenant's callbacks by its own key, below ``/api/v1/{project_code}/{app_code}``."""

from django.urls import path

from webhooks.outbound.api import callback_views, endpoint_views, policy_views

urlpatterns = [
    path("callback-endpoints", endpoint_views.Endpoints.as_view()),
    path("callback-endpoints/<str:endpoint_id>", endpoint_views.EndpointDetail.as_view()),
    path("callback-endpoints/<str:endpoint_id>/test", endpoint_views.EndpointTest.as_view()),
    path("callback-policy", policy_views.Policy.as_view()),
    path("callback-secrets", policy_views.Secrets.as_view()),
    path("callbacks", callback_views.Callbacks.as_view()),
    path("callbacks/resend", callback_views.CallbacksResend.as_view()),
    path("callbacks/<str:callback_id>", callback_views.CallbackDetail.as_view()),
    path("callbacks/<str:callback_id>/resend", callback_views.CallbackResend.as_view()),
]

"""The routes of this app's part of the admin API, to be included under ``/api/v1/admin/``."""

from __future__ import annotations

from django.urls import path

from tenants.api.access_views import ApiKeysView, ApiKeyView, CallbackSecretsView, LimitsView
from tenants.api.account_views import ProjectAccountsView, ProjectAccountView, TenantAccountsView, TenantAccountView
from tenants.api.approval_views import ApprovalsView, ApproveView, RejectView
from tenants.api.log_views import SystemLogsView
from tenants.api.project_views import ProjectsView, ProjectView
from tenants.api.tenant_views import TenantsView, TenantView

urlpatterns = [
    path("approvals", ApprovalsView.as_view(), name="admin-approvals"),
    path("approvals/<str:approval_id>/approve", ApproveView.as_view(), name="admin-approve"),
    path("approvals/<str:approval_id>/reject", RejectView.as_view(), name="admin-reject"),
    path("system-logs", SystemLogsView.as_view(), name="admin-system-logs"),
    path("projects", ProjectsView.as_view(), name="admin-projects"),
    path("projects/<str:project_id>", ProjectView.as_view(), name="admin-project"),
    path("projects/<str:project_id>/providers", ProjectAccountsView.as_view(), name="admin-project-accounts"),
    path(
        "projects/<str:project_id>/providers/<str:account_id>",
        ProjectAccountView.as_view(),
        name="admin-project-account",
    ),
    path("tenants", TenantsView.as_view(), name="admin-tenants"),
    path("tenants/<str:tenant_id>", TenantView.as_view(), name="admin-tenant"),
    path("tenants/<str:tenant_id>/providers", TenantAccountsView.as_view(), name="admin-tenant-accounts"),
    path("tenants/<str:tenant_id>/providers/<str:account_id>", TenantAccountView.as_view(), name="admin-tenant-account"),
    path("tenants/<str:tenant_id>/limits", LimitsView.as_view(), name="admin-tenant-limits"),
    path("tenants/<str:tenant_id>/api-keys", ApiKeysView.as_view(), name="admin-tenant-api-keys"),
    path("tenants/<str:tenant_id>/api-keys/<str:key_id>", ApiKeyView.as_view(), name="admin-tenant-api-key"),
    path("tenants/<str:tenant_id>/callback-secrets", CallbackSecretsView.as_view(), name="admin-tenant-callback-secrets"),
]

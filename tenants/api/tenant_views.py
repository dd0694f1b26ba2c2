"""``/admin/tenants``."""

from __future__ import annotations

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from payments_site.api.envelope import success
from payments_site.api.schema import operation
from payments_site.kernel import clock
from tenants import directory
from tenants.api import examples, inputs, outputs
from tenants.api.bodies import read_body
from tenants.api.lists import LIST_PARAMETERS, answer_page, read_flag, read_page, read_text
from tenants.api.staff_view import STAFF_ERRORS, StaffView
from tenants.models import Tenant
from tenants.services.tenants import create_tenant, deactivate_tenant, update_tenant

TAGS = ["Admin: tenants"]
_PROJECT = OpenApiParameter("project_id", OpenApiTypes.STR, description="only tenants of this project")


class TenantsView(StaffView):
    """The list, and new ones."""

    required_permission = {"GET": "tenants.view_tenant", "POST": "tenants.add_tenant"}

    @operation(
        summary="List tenants",
        name="adminListTenants",
        data=outputs.TenantOutput(many=True),
        tags=TAGS,
        paginated=True,
        parameters=(*LIST_PARAMETERS, _PROJECT),
        example=[examples.TENANT],
        errors=(*STAFF_ERRORS, "VALIDATION_ERROR"),
    )
    def get(self, request: Request) -> Response:
        """Newest first."""
        page = read_page(request)
        rows = directory.tenants(
            page=page,
            search=read_text(request, "search"),
            is_active=read_flag(request, "is_active"),
            project_id=read_text(request, "project_id"),
        )
        return answer_page(request, rows, page, lambda shown: outputs.TenantOutput(shown, many=True).data)

    @operation(
        summary="Create a tenant",
        name="adminCreateTenant",
        data=outputs.NewTenantOutput(),
        tags=TAGS,
        status=201,
        description="Its first API key (all scopes) and its callback secret are shown this once.",
        request=inputs.TenantInput,
        request_example=examples.TENANT_REQUEST,
        example=examples.NEW_TENANT,
        errors=(*STAFF_ERRORS, "VALIDATION_ERROR", "PROJECT_NOT_FOUND"),
    )
    def post(self, request: Request) -> Response:
        """201 with the tenant, its first key and its callback secret."""
        body = read_body(request, inputs.TenantInput)
        new = create_tenant(**body, actor=self.actor(request), now=clock.now())
        data = outputs.TenantOutput(new.tenant).data
        return success(request, {**data, "api_key": new.api_key, "callback_secret": new.callback_secret}, status=201)


class TenantView(StaffView):
    """One tenant."""

    required_permission = {
        "GET": "tenants.view_tenant",
        "PUT": "tenants.change_tenant",
        "DELETE": "tenants.delete_tenant",
    }

    @operation(
        summary="Get a tenant",
        name="adminGetTenant",
        data=outputs.TenantDetail(),
        tags=TAGS,
        example=examples.TENANT_DETAIL,
        errors=(*STAFF_ERRORS, "TENANT_NOT_FOUND"),
    )
    def get(self, request: Request, tenant_id: str) -> Response:
        """With its provider accounts and keys."""
        return answer_tenant(request, directory.tenant(tenant_id))

    @operation(
        summary="Change a tenant",
        name="adminChangeTenant",
        data=outputs.TenantDetail(),
        tags=TAGS,
        description="What is left out keeps its value. Project and app code can not be changed: they are its address.",
        request=inputs.TenantChanges,
        request_example={"callback_url": "https://shop.example/new-hook"},
        example=examples.TENANT_DETAIL,
        errors=(*STAFF_ERRORS, "VALIDATION_ERROR", "TENANT_NOT_FOUND"),
    )
    def put(self, request: Request, tenant_id: str) -> Response:
        """200 with the tenant as it is now."""
        changes = read_body(request, inputs.TenantChanges)
        tenant = update_tenant(tenant_id=tenant_id, changes=changes, actor=self.actor(request), now=clock.now())
        return answer_tenant(request, tenant)

    @operation(
        summary="Switch a tenant off",
        name="adminDeactivateTenant",
        data=outputs.TenantDetail(),
        tags=TAGS,
        description="Its keys answer TENANT_INACTIVE from now on; its transactions stay, and late money is still recorded.",
        example={**examples.TENANT_DETAIL, "is_active": False},
        errors=(*STAFF_ERRORS, "TENANT_NOT_FOUND"),
    )
    def delete(self, request: Request, tenant_id: str) -> Response:
        """200 with the tenant as it is now."""
        return answer_tenant(request, deactivate_tenant(tenant_id=tenant_id, actor=self.actor(request), now=clock.now()))


def answer_tenant(request: Request, tenant: Tenant) -> Response:
    """200 with the tenant, its accounts and its keys."""
    data = outputs.TenantOutput(tenant).data
    accounts = outputs.AccountOutput(directory.accounts(tenant=tenant, now=clock.now()), many=True).data
    keys = outputs.ApiKeyOutput(directory.api_keys(tenant), many=True).data
    return success(request, {**data, "providers": accounts, "api_keys": keys})

"""``/admin/tenants/{id}/providers`` and ``/admin/projects/{id}/providers``: one behaviour, two owners."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from audit.models import ApprovalRequest
from payments_site.api.envelope import success
from payments_site.api.schema import operation
from payments_site.kernel import clock
from tenants import directory
from tenants.api import examples, inputs, outputs
from tenants.api.approval_views import ASKED, ASKS_A_SECOND_PERSON, answer_asked
from tenants.api.bodies import read_body
from tenants.api.staff_view import STAFF_ERRORS, StaffView
from tenants.models import ProviderAccount
from tenants.services.accounts import create_account
from tenants.services.four_eyes import change_account, switch_account_off

_CREATE: dict[str, Any] = {
    "data": outputs.AccountOutput(),
    "status": 201,
    "description": "Credentials never come back; the identifier only masked. A second one with the same identifier is refused. "
    "`options` come back whole, with the defaults of those that were not set.",
    "request": inputs.AccountInput,
    "request_example": examples.ACCOUNT_REQUEST,
    "example": examples.ACCOUNT,
}
_CHANGE: dict[str, Any] = {
    "data": outputs.AccountOutput(),
    "description": "What is left out keeps its value, also inside `credentials` and `options`. Changed credentials become a new "
    "version; the one before goes on verifying notices for 48 hours. A changed fee holds from now on. " + ASKS_A_SECOND_PERSON,
    "other_answers": ASKED,
    "request": inputs.AccountChanges,
    "request_example": examples.ACCOUNT_CHANGES,
    "example": {**examples.ACCOUNT, "credentials_version": 2, "options": {"priority": 10, "max_calls": 8}},
}
_REMOVE: dict[str, Any] = {
    "data": outputs.AccountOutput(),
    "description": "No new payments go through it; notices of earlier ones are still applied. " + ASKS_A_SECOND_PERSON,
    "other_answers": ASKED,
    "example": {**examples.ACCOUNT, "is_active": False},
}
_PROJECT: dict[str, Any] = {"tags": ["Admin: projects"]}
_TENANT: dict[str, Any] = {"tags": ["Admin: tenants"]}
_PROJECT_ERRORS = (*STAFF_ERRORS, "VALIDATION_ERROR", "PROJECT_NOT_FOUND")
_TENANT_ERRORS = (*STAFF_ERRORS, "VALIDATION_ERROR", "TENANT_NOT_FOUND")


class _AccountsBase(StaffView):
    required_permission = {"POST": "tenants.add_provideraccount"}

    def _create(self, request: Request, **owner: Any) -> Response:
        body = read_body(request, inputs.AccountInput)
        return _answer(request, create_account(**owner, **body, actor=self.actor(request), now=clock.now()), 201)


class _AccountBase(StaffView):
    required_permission = {"PUT": "tenants.change_provideraccount", "DELETE": "tenants.delete_provideraccount"}

    def _change(self, request: Request, account_id: str, **owner: Any) -> Response:
        changes = read_body(request, inputs.AccountChanges)
        who: dict[str, Any] = {"person": request.user, "actor": self.actor(request), "now": clock.now()}
        return _answer(request, change_account(account_id=account_id, changes=changes, **owner, **who))

    def _remove(self, request: Request, account_id: str, **owner: Any) -> Response:
        who: dict[str, Any] = {"person": request.user, "actor": self.actor(request), "now": clock.now()}
        return _answer(request, switch_account_off(account_id=account_id, **owner, **who))


class ProjectAccountsView(_AccountsBase):
    """New accounts of a project."""

    @operation(summary="Add a project's account", name="adminCreateProjectAccount", errors=_PROJECT_ERRORS, **_CREATE, **_PROJECT)
    def post(self, request: Request, project_id: str) -> Response:
        """201 with the account and the addresses to give to the provider."""
        return self._create(request, project_id=project_id)


class ProjectAccountView(_AccountBase):
    """One account of a project."""

    @operation(
        summary="Change a project's account",
        name="adminChangeProjectAccount",
        errors=(*_PROJECT_ERRORS, "NOT_FOUND"),
        **_CHANGE,
        **_PROJECT,
    )
    def put(self, request: Request, project_id: str, account_id: str) -> Response:
        """200 with the account as it is now."""
        return self._change(request, account_id, project_id=project_id)

    @operation(
        summary="Switch a project's account off",
        name="adminDeactivateProjectAccount",
        errors=(*STAFF_ERRORS, "PROJECT_NOT_FOUND", "NOT_FOUND"),
        **_REMOVE,
        **_PROJECT,
    )
    def delete(self, request: Request, project_id: str, account_id: str) -> Response:
        """200 with the account as it is now."""
        return self._remove(request, account_id, project_id=project_id)


class TenantAccountsView(_AccountsBase):
    """New accounts of a tenant."""

    @operation(summary="Add a tenant's account", name="adminCreateTenantAccount", errors=_TENANT_ERRORS, **_CREATE, **_TENANT)
    def post(self, request: Request, tenant_id: str) -> Response:
        """201 with the account and the addresses to give to the provider."""
        return self._create(request, tenant_id=tenant_id)


class TenantAccountView(_AccountBase):
    """One account of a tenant."""

    @operation(
        summary="Change a tenant's account",
        name="adminChangeTenantAccount",
        errors=(*_TENANT_ERRORS, "NOT_FOUND"),
        **_CHANGE,
        **_TENANT,
    )
    def put(self, request: Request, tenant_id: str, account_id: str) -> Response:
        """200 with the account as it is now."""
        return self._change(request, account_id, tenant_id=tenant_id)

    @operation(
        summary="Switch a tenant's account off",
        name="adminDeactivateTenantAccount",
        errors=(*STAFF_ERRORS, "TENANT_NOT_FOUND", "NOT_FOUND"),
        **_REMOVE,
        **_TENANT,
    )
    def delete(self, request: Request, tenant_id: str, account_id: str) -> Response:
        """200 with the account as it is now."""
        return self._remove(request, account_id, tenant_id=tenant_id)


def _answer(request: Request, account: ProviderAccount | ApprovalRequest, status: int = 200) -> Response:
    if isinstance(account, ApprovalRequest):
        return answer_asked(request, account)
    view = directory.account_view(account, clock.now())
    return success(request, outputs.AccountOutput(view).data, status=status)

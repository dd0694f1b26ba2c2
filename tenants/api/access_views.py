"""``/admin/tenants/{id}``: limits, API keys, callback secrets."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from audit.models import ApprovalRequest
from payments_site.api.envelope import success
from payments_site.api.schema import operation
from payments_site.kernel import clock
from tenants.api import examples, inputs, outputs
from tenants.api.approval_views import ASKED, ASKS_A_SECOND_PERSON, answer_asked
from tenants.api.bodies import read_body
from tenants.api.staff_view import STAFF_ERRORS, StaffView
from tenants.api.tenant_views import TAGS
from tenants.services.callback_secrets import rotate_callback_secret
from tenants.services.four_eyes import change_limits
from tenants.services.keys import create_api_key, revoke_api_key
from tenants.services.limits import limits_of


class LimitsView(StaffView):
    """A tenant's limits."""

    required_permission = {"PUT": "tenants.change_tenant"}

    @operation(
        summary="Set a tenant's limits",
        name="adminSetLimits",
        data=outputs.LimitsOutput(),
        tags=TAGS,
        description="In đồng. One left out keeps its value; null lifts the daily or monthly one. " + ASKS_A_SECOND_PERSON,
        other_answers=ASKED,
        request=inputs.LimitsInput,
        request_example=examples.LIMITS,
        example=examples.LIMITS,
        errors=(*STAFF_ERRORS, "VALIDATION_ERROR", "TENANT_NOT_FOUND"),
    )
    def put(self, request: Request, tenant_id: str) -> Response:
        """200 with the limits as they are now."""
        changes = read_body(request, inputs.LimitsInput)
        done = change_limits(
            tenant_id=tenant_id, changes=changes, person=request.user, actor=self.actor(request), now=clock.now()
        )
        return answer_asked(request, done) if isinstance(done, ApprovalRequest) else success(request, limits_of(done))


class ApiKeysView(StaffView):
    """New keys of a tenant."""

    required_permission = {"POST": "tenants.add_apikey"}

    @operation(
        summary="Create an API key",
        name="adminCreateApiKey",
        data=outputs.NewApiKeyOutput(),
        tags=TAGS,
        status=201,
        description="The key is shown this once. Without scopes it may do everything; without expires_at it does not expire.",
        request=inputs.ApiKeyInput,
        request_example=examples.API_KEY_REQUEST,
        example=examples.NEW_API_KEY,
        errors=(*STAFF_ERRORS, "VALIDATION_ERROR", "TENANT_NOT_FOUND"),
    )
    def post(self, request: Request, tenant_id: str) -> Response:
        """201 with the key."""
        body = read_body(request, inputs.ApiKeyInput)
        new = create_api_key(tenant_id=tenant_id, **body, actor=self.actor(request), now=clock.now())
        data = {
            "key_id": new.key.public_id,
            "api_key": new.plaintext,
            "name": new.key.name,
            "scopes": new.key.scopes,
            "expires_at": clock.iso(new.key.expires_at),
        }
        return success(request, data, status=201)


class ApiKeyView(StaffView):
    """One key of a tenant."""

    required_permission = {"DELETE": "tenants.delete_apikey"}

    @operation(
        summary="Revoke an API key",
        name="adminRevokeApiKey",
        data=outputs.ApiKeyOutput(),
        tags=TAGS,
        description="At once, and for good. Revoking it again changes nothing.",
        example=examples.API_KEY,
        errors=(*STAFF_ERRORS, "TENANT_NOT_FOUND", "NOT_FOUND"),
    )
    def delete(self, request: Request, tenant_id: str, key_id: str) -> Response:
        """200 with the revoked key."""
        key = revoke_api_key(tenant_id=tenant_id, key_id=key_id, actor=self.actor(request), now=clock.now())
        return success(request, outputs.ApiKeyOutput(key).data)


class CallbackSecretsView(StaffView):
    """New callback secrets of a tenant."""

    required_permission = {"POST": "tenants.add_callbacksecret"}

    @operation(
        summary="Rotate the callback secret",
        name="adminRotateCallbackSecret",
        data=outputs.CallbackSecretOutput(),
        tags=TAGS,
        status=201,
        description="The new secret is shown this once; the old one goes on signing beside it for 24 hours.",
        request=inputs.NothingInput,
        request_example={},
        example=examples.CALLBACK_SECRET,
        errors=(*STAFF_ERRORS, "VALIDATION_ERROR", "TENANT_NOT_FOUND"),
    )
    def post(self, request: Request, tenant_id: str) -> Response:
        """201 with the secret."""
        read_body(request, inputs.NothingInput)
        secret = rotate_callback_secret(tenant_id=tenant_id, actor=self.actor(request), now=clock.now())
        return success(request, {"callback_secret": secret}, status=201)

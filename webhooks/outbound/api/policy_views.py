"""``.../callback-policy`` and ``.../callback-secrets``."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from payments_site.api.envelope import success
from payments_site.api.schema import operation
from payments_site.kernel import clock
from tenants.api.client_view import CALLBACKS, DOOR_ERRORS, READ, ClientView
from webhooks.outbound import policy
from webhooks.outbound.api import bodies, examples
from webhooks.outbound.api.endpoint_views import BODY_ERRORS, TAGS


class Policy(ClientView):
    """``/{project_code}/{app_code}/callback-policy``."""

    scopes = {"GET": READ, "PUT": CALLBACKS}

    @operation(
        summary="How callbacks are delivered",
        name="get_callback_policy",
        tags=TAGS,
        data=bodies.PolicyData(),
        example=examples.POLICY_REQUEST,
        errors=DOOR_ERRORS,
    )
    def get(self, request: Request, project_code: str, app_code: str) -> Response:
        """The waits between tries in seconds, each spread by 20 %, and whether order is strict."""
        return success(request, policy.shown(policy.policy_of(tenant_id=self.tenant.id)))

    @operation(
        summary="Change how callbacks are delivered",
        name="set_callback_policy",
        tags=TAGS,
        request=bodies.PolicyRequest,
        data=bodies.PolicyData(),
        request_example=examples.POLICY_REQUEST,
        example=examples.POLICY_REQUEST,
        errors=[*DOOR_ERRORS, *BODY_ERRORS],
    )
    def put(self, request: Request, project_code: str, app_code: str) -> Response:
        """At most 20 waits of 1 s to 24 h, 7 days in all. Strict order: a payment's later event waits for the earlier one."""
        wanted = bodies.PolicyRequest(data=request.data)
        wanted.is_valid(raise_exception=True)
        row = policy.set_policy(
            tenant=self.tenant,
            retry_delays=wanted.validated_data.get("retry_delays"),
            strict_order=wanted.validated_data.get("strict_order"),
            actor=self.actor(request),
            now=clock.now(),
        )
        return success(request, policy.shown(row))


class Secrets(ClientView):
    """``/{project_code}/{app_code}/callback-secrets``."""

    scopes = {"POST": CALLBACKS}

    @operation(
        summary="Rotate the callback secret",
        name="rotate_callback_secret",
        tags=TAGS,
        status=201,
        data=bodies.SecretData(),
        example=examples.SECRET,
        errors=[*DOOR_ERRORS, "VALIDATION_ERROR"],
    )
    def post(self, request: Request, project_code: str, app_code: str) -> Response:
        """A new secret, shown this once. The older ones sign beside it for 24 hours, so that no callback is refused meanwhile."""
        made = policy.rotate_secret(tenant=self.tenant, actor=self.actor(request), now=clock.now())
        data = {"callback_secret": made.plaintext, "older_sign_until": clock.iso(made.older_until)}
        return success(request, data, status=201)

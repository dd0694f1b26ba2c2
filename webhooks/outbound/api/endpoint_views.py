"""``.../callback-endpoints``: a tenant's own addresses."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from payments_site.api.envelope import success
from payments_site.api.schema import operation
from payments_site.kernel import clock
from tenants.api.client_view import CALLBACKS, DOOR_ERRORS, READ, ClientView
from webhooks.outbound import endpoints
from webhooks.outbound.api import bodies, examples, shapes
from webhooks.outbound.endpoints import Wish

TAGS = ["callbacks"]
BODY_ERRORS = ("VALIDATION_ERROR", "LENGTH_REQUIRED", "PAYLOAD_TOO_LARGE")


class Endpoints(ClientView):
    """``/{project_code}/{app_code}/callback-endpoints``."""

    scopes = {"GET": READ, "POST": CALLBACKS}

    @operation(
        summary="List callback endpoints",
        name="list_callback_endpoints",
        tags=TAGS,
        data=bodies.EndpointData(many=True),
        example=[examples.ENDPOINT],
        errors=DOOR_ERRORS,
    )
    def get(self, request: Request, project_code: str, app_code: str) -> Response:
        """All of them, oldest first. The tenant's default URL and the payments' own ones are not endpoints."""
        return success(request, [shapes.endpoint(row) for row in endpoints.endpoints_of(tenant_id=self.tenant.id)])

    @operation(
        summary="Add a callback endpoint",
        name="create_callback_endpoint",
        tags=TAGS,
        status=201,
        request=bodies.EndpointRequest,
        data=bodies.EndpointData(),
        request_example=examples.ENDPOINT_REQUEST,
        example=examples.ENDPOINT,
        errors=[*DOOR_ERRORS, *BODY_ERRORS],
    )
    def post(self, request: Request, project_code: str, app_code: str) -> Response:
        """It hears of events from now on; ``event_types`` empty or left out: of all. At most 20 endpoints."""
        wish = Wish(**_valid(bodies.EndpointRequest(data=request.data)))
        now = clock.now()
        made = endpoints.create_endpoint(tenant_id=self.tenant.id, wish=wish, actor=self.actor(request), now=now)
        return success(request, shapes.endpoint(made), status=201)


class EndpointDetail(ClientView):
    """``/{project_code}/{app_code}/callback-endpoints/{endpoint_id}``."""

    scopes = {"GET": READ, "PUT": CALLBACKS, "DELETE": CALLBACKS}

    @operation(
        summary="Get a callback endpoint",
        name="get_callback_endpoint",
        tags=TAGS,
        data=bodies.EndpointData(),
        example=examples.ENDPOINT,
        errors=[*DOOR_ERRORS, "NOT_FOUND"],
    )
    def get(self, request: Request, project_code: str, app_code: str, endpoint_id: str) -> Response:
        """One endpoint: whether it is on, since when it has only failed, why it is off."""
        found = endpoints.endpoint_of(tenant_id=self.tenant.id, endpoint_id=endpoint_id)
        return success(request, shapes.endpoint(found))

    @operation(
        summary="Change a callback endpoint, or switch it on again",
        name="update_callback_endpoint",
        tags=TAGS,
        request=bodies.EndpointChange,
        data=bodies.EndpointData(),
        request_example=examples.ENDPOINT_CHANGE,
        example=examples.ENDPOINT,
        errors=[*DOOR_ERRORS, *BODY_ERRORS, "NOT_FOUND"],
    )
    def put(self, request: Request, project_code: str, app_code: str, endpoint_id: str) -> Response:
        """The whole endpoint. Switching it on brings what it missed, unless ``replay`` is false; what waits follows a new URL."""
        found = endpoints.endpoint_of(tenant_id=self.tenant.id, endpoint_id=endpoint_id)
        wish = Wish(**_valid(bodies.EndpointChange(data=request.data)))
        row = endpoints.change_endpoint(endpoint=found, wish=wish, actor=self.actor(request), now=clock.now())
        return success(request, shapes.endpoint(row))

    @operation(
        summary="Delete a callback endpoint",
        name="delete_callback_endpoint",
        tags=TAGS,
        data=bodies.EndpointData(),
        example={**examples.ENDPOINT, "is_active": False, "disabled_reason": "deleted by the tenant"},
        errors=[*DOOR_ERRORS, "NOT_FOUND"],
    )
    def delete(self, request: Request, project_code: str, app_code: str, endpoint_id: str) -> Response:
        """Nothing is sent there any more, not even what waits. Its callbacks can still be read."""
        found = endpoints.endpoint_of(tenant_id=self.tenant.id, endpoint_id=endpoint_id)
        row = endpoints.delete_endpoint(endpoint=found, actor=self.actor(request), now=clock.now())
        return success(request, shapes.endpoint(row))


class EndpointTest(ClientView):
    """``/{project_code}/{app_code}/callback-endpoints/{endpoint_id}/test``."""

    scopes = {"POST": CALLBACKS}

    @operation(
        summary="Send a test event",
        name="test_callback_endpoint",
        tags=TAGS,
        status=202,
        data=bodies.CallbackData(),
        example=examples.TEST,
        errors=[*DOOR_ERRORS, "VALIDATION_ERROR", "NOT_FOUND"],
    )
    def post(self, request: Request, project_code: str, app_code: str, endpoint_id: str) -> Response:
        """A signed ``callback.test``, tried once, also where the endpoint is off. GET the callback to see what was answered."""
        found = endpoints.endpoint_of(tenant_id=self.tenant.id, endpoint_id=endpoint_id)
        sent = endpoints.send_test(endpoint=found, actor=self.actor(request), now=clock.now())
        return success(request, shapes.callback(sent), status=202)


def _valid(serializer: Any) -> dict[str, Any]:
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)

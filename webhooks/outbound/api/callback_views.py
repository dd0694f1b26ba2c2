"""``.../callbacks``: what was sent, what came of it, and sending it again."""

from __future__ import annotations

import contextlib
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from payments_site.api.envelope import success
from payments_site.api.pagination import DEFAULT_LIMIT, MAX_LIMIT
from payments_site.api.schema import operation
from payments_site.kernel import clock
from tenants.api.client_view import CALLBACKS, DOOR_ERRORS, ClientView
from tenants.api.lists import answer_page, read_page
from webhooks.outbound import endpoints, finding
from webhooks.outbound.api import bodies, examples, shapes
from webhooks.outbound.api.endpoint_views import BODY_ERRORS, TAGS
from webhooks.outbound.resend import Resent, StillPendingError, resend, resend_range, resend_selection

FILTERS = [
    OpenApiParameter("status", OpenApiTypes.STR, enum=list(bodies.STATUSES)),
    OpenApiParameter("event_type", OpenApiTypes.STR, description="such as transaction.completed"),
    OpenApiParameter("event_id", OpenApiTypes.STR),
    OpenApiParameter("transaction_id", OpenApiTypes.STR),
    OpenApiParameter("endpoint_id", OpenApiTypes.STR),
    OpenApiParameter("date_from", OpenApiTypes.STR, description="YYYY-MM-DD (a Vietnam day) or ISO 8601; on created_at"),
    OpenApiParameter("date_to", OpenApiTypes.STR, description="the same; inclusive"),
    OpenApiParameter("cursor", OpenApiTypes.STR, description="pagination.next of the page before"),
    OpenApiParameter("limit", OpenApiTypes.INT32, description=f"1 to {MAX_LIMIT}, default {DEFAULT_LIMIT}"),
]


class Callbacks(ClientView):
    """``/{project_code}/{app_code}/callbacks``."""

    @operation(
        summary="List callbacks",
        name="list_callbacks",
        tags=TAGS,
        data=bodies.CallbackData(many=True),
        paginated=True,
        parameters=FILTERS,
        example=[examples.CALLBACK],
        errors=[*DOOR_ERRORS, "VALIDATION_ERROR"],
    )
    def get(self, request: Request, project_code: str, app_code: str) -> Response:
        """One line per event and address, newest first; follow ``pagination.next`` until it is null. Tests are among them."""
        page = read_page(request)
        rows = finding.page_of(tenant_id=self.tenant.id, params=request.query_params, before=page.before, limit=page.limit)
        return answer_page(request, rows, page, lambda found: [shapes.callback(row) for row in found])


class CallbackDetail(ClientView):
    """``/{project_code}/{app_code}/callbacks/{callback_id}``."""

    @operation(
        summary="Get a callback with its tries",
        name="get_callback",
        tags=TAGS,
        data=bodies.CallbackDetailData(),
        example=examples.CALLBACK_DETAIL,
        errors=[*DOOR_ERRORS, "NOT_FOUND"],
    )
    def get(self, request: Request, project_code: str, app_code: str, callback_id: str) -> Response:
        """When each try was made, how long it took, and the first 2 kB of what was answered."""
        found = finding.callback_of(tenant_id=self.tenant.id, callback_id=callback_id)
        return success(request, shapes.detail(found, finding.tries_of(found)))


class CallbackResend(ClientView):
    """``/{project_code}/{app_code}/callbacks/{callback_id}/resend``."""

    scopes = {"POST": CALLBACKS}

    @operation(
        summary="Send a callback again",
        name="resend_callback",
        tags=TAGS,
        data=bodies.CallbackData(),
        example={**examples.CALLBACK, "status": "pending", "delivered_at": None},
        errors=[*DOOR_ERRORS, "NOT_FOUND"],
    )
    def post(self, request: Request, project_code: str, app_code: str, callback_id: str) -> Response:
        """At once, with the same bytes and ``webhook-id``; its schedule begins anew. One that is on its way is left alone."""
        found = finding.callback_of(tenant_id=self.tenant.id, callback_id=callback_id)
        with contextlib.suppress(StillPendingError):  # asked twice: what was wanted is what is
            resend(delivery=found, now=clock.now(), actor=self.actor(request))
        return success(request, shapes.callback(finding.callback_of(tenant_id=self.tenant.id, callback_id=callback_id)))


class CallbacksResend(ClientView):
    """``/{project_code}/{app_code}/callbacks/resend``."""

    scopes = {"POST": CALLBACKS}

    @operation(
        summary="Send a selection or a time range of callbacks again",
        name="resend_callbacks",
        tags=TAGS,
        request=bodies.ResendRequest,
        data=bodies.ResentData(),
        request_example=examples.RESEND_REQUEST,
        example=examples.RESENT,
        errors=[*DOOR_ERRORS, *BODY_ERRORS, "NOT_FOUND"],
        description=(
            "Either callback_ids (at most 200), or from and to (to is not included, not in the future, at most 31 days later): "
            "status failed takes the failed callbacks created then, status delivered those delivered then, 1,000 at the most, "
            "oldest first; `more` says that another call is needed. Safe to repeat: what is on its way is left alone."
        ),
    )
    def post(self, request: Request, project_code: str, app_code: str) -> Response:
        """See the description."""
        wanted = bodies.ResendRequest(data=request.data)
        wanted.is_valid(raise_exception=True)
        done = self._resend(request, wanted.validated_data)
        return success(request, {"resent": done.count, "more": done.more})

    def _resend(self, request: Request, wanted: dict[str, Any]) -> Resent:
        now, actor, tenant_id = clock.now(), self.actor(request), self.tenant.id
        if "callback_ids" in wanted:
            chosen = finding.chosen(tenant_id=tenant_id, callback_ids=wanted["callback_ids"])
            return Resent(resend_selection(deliveries=chosen, now=now, actor=actor), more=False)
        endpoint_id = wanted.get("endpoint_id")
        endpoint = endpoints.endpoint_of(tenant_id=tenant_id, endpoint_id=endpoint_id) if endpoint_id else None
        return resend_range(
            tenant_id=tenant_id, since=wanted["from"], until=wanted["to"], status=finding.STATUS[wanted["status"]],
            endpoint_id=None if endpoint is None else endpoint.pk, now=now, actor=actor,
        )  # fmt: skip

"""The rest of the client API: by reference, cancel, the events feed, statistics."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from payments_site.api.envelope import encode, request_id_of, success
from payments_site.api.fields import StrictText
from payments_site.api.schema import operation
from payments_site.kernel import clock
from tenants.api.client_view import DOOR_ERRORS, PAY, ClientView
from transactions import selectors
from transactions.api import answers, examples
from transactions.api.parameters import DATES, IDEMPOTENCY_KEY
from transactions.api.views import message
from transactions.feed import events_after
from transactions.listing import by_reference
from transactions.services import idempotency
from transactions.services.cancel import cancel_once, repeat_of
from transactions.statistics import statistics


class CancelRequest(serializers.Serializer[Any]):
    """The body of a cancel."""

    reason = StrictText(max_length=255, required=False, allow_null=True, allow_blank=True)


class ByReference(ClientView):
    """``.../transactions/ref/{reference_id}``."""

    @operation(
        summary="Find a payment by a reference",
        name="get_transaction_by_reference",
        tags=["transactions"],
        data=answers.TransactionByReference(),
        example={**examples.DETAIL, "others": []},
        errors=[*DOOR_ERRORS, "TRANSACTION_NOT_FOUND"],
        description="By order_id, our reference at the provider or the provider's number; slashes raw or as %2F.",
    )
    def get(self, request: Request, project_code: str, app_code: str, reference_id: str) -> Response:
        """The newest payment with this reference; the ids of the others beside it."""
        found = by_reference(tenant=self.tenant, reference=reference_id)
        if not found:
            raise selectors.TransactionNotFound
        others = [payment.public_id for payment in found[1:]]
        return success(request, {**selectors.detail_of(found[0]), "others": others})


class Cancel(ClientView):
    """``.../transactions/{transaction_id}/cancel``."""

    scopes = {"POST": PAY}

    @operation(
        summary="Cancel a pending payment",
        name="cancel_transaction",
        tags=["transactions"],
        request=CancelRequest,
        data=answers.TransactionDetail(),
        request_example={"reason": "Khách đổi ý"},
        example={**examples.DETAIL, "status": "cancelled"},
        parameters=[IDEMPOTENCY_KEY],
        errors=[
            *DOOR_ERRORS, "VALIDATION_ERROR", "TRANSACTION_NOT_FOUND", "TRANSACTION_ALREADY_PROCESSED", "TRANSACTION_EXPIRED",
            "IDEMPOTENCY_IN_PROGRESS", "IDEMPOTENCY_KEY_REUSED", "LENGTH_REQUIRED", "PAYLOAD_TOO_LARGE",
        ],
    )  # fmt: skip
    def post(self, request: Request, project_code: str, app_code: str, transaction_id: str) -> Response:
        """Cancel; money that comes all the same is recorded as a late success."""
        payment = selectors.payment_of(tenant=self.tenant, transaction_id=transaction_id)
        key = idempotency.make_key(
            offered=idempotency.read_key(request.headers),
            endpoint=f"POST {payment.public_id}/cancel",
            tenant_id=self.tenant.id,
            body=request.data,
        )
        now = clock.now()
        done = repeat_of(tenant_id=self.tenant.id, key=key, now=now)
        if done is None:
            serializer = CancelRequest(data=request.data)
            serializer.is_valid(raise_exception=True)
            reason = serializer.validated_data.get("reason") or ""
            done = cancel_once(payment=payment, reason=reason, key=key, actor=self.actor(request), now=now)
        headers = {"X-Idempotency-Cache": "HIT" if done.repeated else "MISS"}
        return success(request, done.data, message=message("cancelled", request), headers=headers)


class Events(ClientView):
    """``/{project_code}/{app_code}/events``."""

    @operation(
        summary="The events feed",
        name="list_events",
        tags=["events"],
        data=answers.FeedEvent(many=True),
        example=[examples.FEED_EVENT],
        parameters=[
            OpenApiParameter(
                "after", OpenApiTypes.STR, description="the event_id of the last one you have; none = from the start"
            )
        ],
        errors=[*DOOR_ERRORS, "NOT_FOUND"],
        description="Each item is a callback body, byte for byte, and transaction.created; oldest first, at most 200.",
    )
    def get(self, request: Request, project_code: str, app_code: str) -> HttpResponse:
        """Events after ``after``. The bodies are put into the envelope as they are, not read and written again."""
        bodies = events_after(tenant=self.tenant, after=request.query_params.get("after"))
        tail = b'],"request_id":' + encode(request_id_of(request)) + b"}"
        answer = b'{"success":true,"data":[' + b",".join(bodies) + tail
        return HttpResponse(answer, content_type="application/json")


class Statistics(ClientView):
    """``/{project_code}/{app_code}/statistics``."""

    @operation(
        summary="Statistics",
        name="get_statistics",
        tags=["statistics"],
        data=answers.StatisticsData(),
        example=examples.STATISTICS,
        parameters=DATES,
        errors=[*DOOR_ERRORS, "VALIDATION_ERROR"],
        description="The last 30 days unless a range is given (at most 366 days). completed_count holds refunded ones too.",
    )
    def get(self, request: Request, project_code: str, app_code: str) -> Response:
        """Figures of a range, and the same by provider and by day."""
        return success(request, statistics(tenant=self.tenant, params=request.query_params, now=clock.now()))

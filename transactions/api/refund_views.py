"""Refunds by the client system."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from payments_site.api.envelope import success
from payments_site.api.fields import StrictInteger, StrictText, WebUrl
from payments_site.api.schema import operation
from payments_site.kernel import clock
from payments_site.kernel.errors import DomainError, InvalidInput
from tenants.api.client_view import DOOR_ERRORS, READ, REFUND, ClientView
from transactions import selectors
from transactions.api import answers, examples
from transactions.api.parameters import IDEMPOTENCY_KEY
from transactions.api.views import message
from transactions.services import idempotency
from transactions.services.refund import NewRefund, known_refund, repeat_of, request_refund, shown


class RefundNotFound(DomainError):
    """No such refund of this payment."""

    code = "REFUND_NOT_FOUND"


class RefundRequest(serializers.Serializer[Any]):
    """The body of a refund."""

    refund_amount = StrictInteger(help_text="đồng; a JSON integer")
    reason = StrictText(max_length=255, required=False, allow_null=True, allow_blank=True)
    internal_refund_id = StrictText(max_length=255, required=False, allow_null=True)
    notification_url = WebUrl(public=True, required=False, allow_null=True, allow_blank=True)


class RefundCreate(ClientView):
    """``.../transactions/{transaction_id}/refund``."""

    scopes = {"POST": REFUND}

    @operation(
        summary="Refund a payment",
        name="refund_transaction",
        tags=["refunds"],
        request=RefundRequest,
        data=answers.RefundLine(),
        request_example=examples.REFUND_REQUEST,
        example=examples.REFUND,
        parameters=[IDEMPOTENCY_KEY],
        description="Carries an idempotency key or an internal_refund_id. An unknown fate answers processing and is followed up.",
        errors=[
            *DOOR_ERRORS, "VALIDATION_ERROR", "TRANSACTION_NOT_FOUND", "TRANSACTION_CANNOT_BE_REFUNDED", "INSUFFICIENT_BALANCE",
            "IDEMPOTENCY_IN_PROGRESS", "IDEMPOTENCY_KEY_REUSED", "LENGTH_REQUIRED", "PAYLOAD_TOO_LARGE",
        ],
    )  # fmt: skip
    def post(self, request: Request, project_code: str, app_code: str, transaction_id: str) -> Response:
        """Give money back, in full or in part."""
        now, actor = clock.now(), self.actor(request)
        payment = selectors.payment_of(tenant=self.tenant, transaction_id=transaction_id)
        offered = idempotency.read_key(request.headers)
        key = None
        if offered is not None:
            endpoint = f"POST {payment.public_id}/refund"
            key = idempotency.make_key(offered=offered, endpoint=endpoint, tenant_id=self.tenant.id, body=request.data)
            repeated = repeat_of(tenant_id=self.tenant.id, key=key, actor=actor, now=now)
            if repeated is not None:
                return self._answer(request, repeated.data, "HIT")
        new = _read(request.data)
        if key is None and new.internal_refund_id is None:
            raise InvalidInput({"field": "internal_refund_id", "constraint": "required without an X-Idempotency-Key"})
        known = known_refund(payment=payment, new=new)
        if known is not None:
            return self._answer(request, shown(known), "HIT")
        return self._answer(request, request_refund(payment_id=payment.pk, new=new, key=key, actor=actor, now=now), "MISS")

    def _answer(self, request: Request, data: dict[str, Any], cache: str) -> Response:
        return success(request, data, message=message("refunded", request), headers={"X-Idempotency-Cache": cache})


class RefundList(ClientView):
    """``.../transactions/{transaction_id}/refunds``."""

    scopes = {"GET": READ}

    @operation(
        summary="List the refunds of a payment",
        name="list_refunds",
        tags=["refunds"],
        data=answers.RefundLine(many=True),
        example=[examples.REFUND],
        errors=[*DOOR_ERRORS, "TRANSACTION_NOT_FOUND"],
    )
    def get(self, request: Request, project_code: str, app_code: str, transaction_id: str) -> Response:
        """All refunds of one payment, oldest first."""
        payment = selectors.payment_of(tenant=self.tenant, transaction_id=transaction_id)
        return success(request, selectors.refunds_of(payment))


class RefundDetail(ClientView):
    """``.../transactions/{transaction_id}/refunds/{refund_id}``."""

    scopes = {"GET": READ}

    @operation(
        summary="Get a refund",
        name="get_refund",
        tags=["refunds"],
        data=answers.RefundLine(),
        example=examples.REFUND,
        errors=[*DOOR_ERRORS, "TRANSACTION_NOT_FOUND", "REFUND_NOT_FOUND"],
    )
    def get(self, request: Request, project_code: str, app_code: str, transaction_id: str, refund_id: str) -> Response:
        """One refund."""
        payment = selectors.payment_of(tenant=self.tenant, transaction_id=transaction_id)
        for line in selectors.refunds_of(payment):
            if line["refund_id"] == refund_id:
                return success(request, line)
        raise RefundNotFound


def _read(data: Any) -> NewRefund:
    serializer = RefundRequest(data=data)
    serializer.is_valid(raise_exception=True)
    valid = serializer.validated_data
    return NewRefund(
        amount=valid["refund_amount"],
        reason=valid.get("reason") or "",
        internal_refund_id=valid.get("internal_refund_id"),
        notification_url=valid.get("notification_url") or "",
    )

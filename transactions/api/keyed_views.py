"""Routes without codes in their path: the key alone says whose they are. The PayOS document's own, and the payers' notices."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from payments_site.api.context import client_address
from payments_site.api.envelope import language_of, request_id_of
from payments_site.api.fields import StrictInteger, StrictText
from payments_site.api.schema import operation
from payments_site.kernel import clock
from payments_site.kernel.errors import DomainError, InvalidInput
from tenants.api.client_view import DOOR_ERRORS, PAY, READ, ClientView
from transactions import selectors
from transactions.api import answers, examples
from transactions.api.parameters import IDEMPOTENCY_KEY
from transactions.api.serializers import read_new_payment
from transactions.lifecycle import PAID, Status
from transactions.notices import notices_after
from transactions.services import create, idempotency
from transactions.services.attempts import ProviderTrouble
from transactions.services.freshness import ask_if_old
from transactions.services.returns import forward_url, own_return_url

_PAYMENT_ID = examples.CREATED["transaction_id"]
_STATUS_EXAMPLE = {
    "status": "success",
    "payment_status": "completed",
    "message": "Thanh toán thành công",
    "redirect": "https://shop.example/done",
    "payment": examples.DETAIL,
}


@extend_schema_field({"oneOf": [{"type": "integer"}, {"type": "string", "maxLength": 64}]})
class BookingId(serializers.Field[Any, Any, Any, Any]):
    """An integer or a text; read by ``_as_create``."""


class ProcessPaymentRequest(serializers.Serializer[Any]):
    """The PayOS document's body."""

    booking_id = BookingId(help_text="becomes the order id")
    amount = StrictInteger(help_text="đồng; a JSON integer")
    description = StrictText(max_length=255)


class ProcessPaymentAnswer(serializers.Serializer[Any]):
    """The PayOS document's answer."""

    payment_id = serializers.CharField()
    redirect_url = serializers.CharField()


class PaymentStatusAnswer(serializers.Serializer[Any]):
    """The PayOS document's answer about one payment."""

    status = serializers.CharField()
    payment_status = serializers.CharField()
    message = serializers.CharField()
    redirect = serializers.CharField()
    payment = answers.TransactionDetail()


class NoticeLine(serializers.Serializer[Any]):
    """One notice for payers."""

    notification_id = serializers.CharField()
    type = serializers.CharField()
    message = serializers.CharField()
    transaction_id = serializers.CharField()
    order_id = serializers.CharField()
    status = serializers.CharField()
    created_at = serializers.DateTimeField()


class NoticesAnswer(serializers.Serializer[Any]):
    """Whether there is news, and the news."""

    has_new = serializers.BooleanField()
    notifications = NoticeLine(many=True)


class NoAnswer(DomainError):
    """Nothing readable came back: the PayOS document's own word for it."""

    code = "PAYOS_CONNECTION_ERROR"


def beside(request: Request, data: dict[str, Any], **more: Any) -> Response:
    """The envelope, with the data's fields also beside it, where the PayOS document's readers look for them."""
    return Response({"success": True, "data": data, **data, "request_id": request_id_of(request)}, **more)


class ProcessPayment(ClientView):
    """``POST /payment/process_payment``."""

    scopes = {"POST": PAY}

    @operation(
        summary="Create a PayOS payment (the PayOS document's route)",
        name="process_payment",
        tags=["payos"],
        beside=True,
        request=ProcessPaymentRequest,
        data=ProcessPaymentAnswer(),
        request_example={"booking_id": 123, "amount": 500000, "description": "Booking #123"},
        example={"payment_id": _PAYMENT_ID, "redirect_url": f"/payment/status/{_PAYMENT_ID}"},
        parameters=[IDEMPOTENCY_KEY],
        errors=[
            *DOOR_ERRORS, "VALIDATION_ERROR", "INVALID_AMOUNT", "DUPLICATE_ORDER_ID", "IDEMPOTENCY_IN_PROGRESS",
            "IDEMPOTENCY_KEY_REUSED", "PROVIDER_NOT_CONFIGURED", "PROVIDER_INACTIVE", "TENANT_LIMIT_EXCEEDED",
            "PAYOS_CONNECTION_ERROR", "PROVIDER_INVALID_RESPONSE", "PROVIDER_AUTHENTICATION_FAILED", "LENGTH_REQUIRED",
            "PAYLOAD_TOO_LARGE",
        ],
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """Through the tenant's PayOS account; ``booking_id`` is the order id."""
        now, actor = clock.now(), self.actor(request)
        offered = idempotency.read_key(request.headers)
        endpoint = f"POST {self.tenant.public_id}/process_payment"
        key = idempotency.make_key(offered=offered, endpoint=endpoint, tenant_id=self.tenant.id, body=request.data)
        try:
            done = create.repeat_of(tenant=self.tenant, key=key, actor=actor, now=now)
            if done is None:
                new = read_new_payment(_as_create(request.data), caller_ip=client_address(request))
                done = create.create_payment(tenant=self.tenant, new=new, key=key, actor=actor, now=now)
        except ProviderTrouble as error:
            if error.code == "PROVIDER_CONNECTION_ERROR":
                raise NoAnswer(error.details) from error
            raise
        payment_id = done.data["transaction_id"]
        headers = {"X-Idempotency-Cache": "HIT" if done.repeated else "MISS"}
        return beside(request, {"payment_id": payment_id, "redirect_url": f"/payment/status/{payment_id}"}, headers=headers)


class PaymentStatus(ClientView):
    """``GET /payment/status/{id}`` and ``/payment/refresh-status/{id}``."""

    scopes = {"GET": READ}

    @operation(
        summary="State of a payment (the PayOS document's route)",
        name="payment_status",
        tags=["payos"],
        beside=True,
        data=PaymentStatusAnswer(),
        example=_STATUS_EXAMPLE,
        errors=[*DOOR_ERRORS, "TRANSACTION_NOT_FOUND"],
    )
    def get(self, request: Request, payment_id: str) -> Response:
        """``status`` is success, failed or pending."""
        payment = selectors.payment_of(tenant=self.tenant, transaction_id=payment_id)
        ask_if_old(payment=payment, now=clock.now())
        state = Status(payment.status)
        word = "success" if state in PAID else "pending" if state in (Status.PENDING, Status.UNDER_REVIEW) else "failed"
        data = {
            "status": word,
            "payment_status": str(payment.status),
            "message": _message(word, language_of(request)),
            "redirect": forward_url(payment, payment.return_url),
            "payment": selectors.detail_of(payment),
        }
        return beside(request, data)


class RefreshStatus(PaymentStatus):
    """``GET /payment/refresh-status/{id}``: the same, to be polled."""

    @operation(
        summary="State of a payment, to be polled (the PayOS document's route)",
        name="refresh_payment_status",
        tags=["payos"],
        beside=True,
        data=PaymentStatusAnswer(),
        example=_STATUS_EXAMPLE,
        errors=[*DOOR_ERRORS, "TRANSACTION_NOT_FOUND"],
    )
    def get(self, request: Request, payment_id: str) -> Response:
        """``status`` is success, failed or pending."""
        return super().get(request, payment_id)


class Notifications(ClientView):
    """``GET /notifications/check``."""

    @operation(
        summary="Notices for payers",
        name="check_notifications",
        tags=["notifications"],
        beside=True,
        data=NoticesAnswer(),
        example={
            "has_new": True,
            "notifications": [
                {
                    "notification_id": "ntf_01jd5w2mzq8v4c7x9k3n6r1t5c",
                    "type": "paid",
                    "message": "Đã nhận 100.000 ₫ cho đơn hàng ORD-20261121-001.",
                    "transaction_id": examples.CREATED["transaction_id"],
                    "order_id": "ORD-20261121-001",
                    "status": "completed",
                    "created_at": "2026-11-21T10:18:32.000+07:00",
                }
            ],
        },
        parameters=[
            OpenApiParameter("after", str, description="the notification_id of the last one seen; none = from the start")
        ],
        errors=[*DOOR_ERRORS, "NOT_FOUND"],
    )
    def get(self, request: Request) -> Response:
        """What payers may be told since ``after``, oldest first, at most 50."""
        after = request.query_params.get("after")
        found = notices_after(tenant=self.tenant, after=after, language=language_of(request))
        return beside(request, {"has_new": bool(found), "notifications": found})


def _as_create(body: Any) -> dict[str, Any]:
    booking = body.get("booking_id")
    if booking is None or isinstance(booking, bool) or not isinstance(booking, int | str):
        raise InvalidInput({"field": "booking_id", "constraint": "an integer or a string is expected"})
    return {
        "order_id": str(booking),
        "amount": body.get("amount"),
        "currency": "VND",
        "description": body.get("description"),
        "provider_code": "payos",
        "return_url": own_return_url(),
    }


def _message(word: str, language: str) -> str:
    words = {
        "success": ("Thanh toán thành công", "Payment completed"),
        "failed": ("Thanh toán không thành công", "Payment did not succeed"),
        "pending": ("Đang chờ thanh toán", "Waiting for the payment"),
    }
    return words[word][1 if language == "en" else 0]

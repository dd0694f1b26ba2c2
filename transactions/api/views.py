"""The client API: translate in, call once, translate out."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from payments_site.api.context import client_address
from payments_site.api.envelope import language_of, success
from payments_site.api.schema import operation
from payments_site.kernel import clock
from payments_site.kernel.errors import DomainError
from tenants.api.client_view import DOOR_ERRORS, PAY, READ, ClientView
from tenants.selectors import accounts_of, tenant_state
from transactions import selectors
from transactions.api import answers, examples
from transactions.api.parameters import IDEMPOTENCY_KEY, LIST_PARAMETERS
from transactions.api.serializers import CreateTransaction, read_new_payment
from transactions.listing import list_page
from transactions.providers_info import provider_line, provider_lines
from transactions.services import create, idempotency
from transactions.services.freshness import ask_if_old

_MESSAGES = {
    "created": ("Tạo giao dịch thành công", "Transaction created"),
    "cancelled": ("Đã hủy giao dịch", "Transaction cancelled"),
    "refunded": ("Đã tiếp nhận yêu cầu hoàn tiền", "Refund request taken"),
}


def message(name: str, request: Any) -> str:
    """A success message in the client's language."""
    vietnamese, english = _MESSAGES[name]
    return english if language_of(request) == "en" else vietnamese


class ProviderUnknown(DomainError):
    """The tenant can not use this provider."""

    code = "NOT_FOUND"


class Transactions(ClientView):
    """``/{project_code}/{app_code}/transactions``."""

    scopes = {"GET": READ, "POST": PAY}

    @operation(
        summary="List payments",
        name="list_transactions",
        tags=["transactions"],
        data=answers.TransactionItem(many=True),
        paginated=True,
        parameters=LIST_PARAMETERS,
        example=[{name: value for name, value in examples.DETAIL.items() if name not in ("events", "attempts", "refunds")}],
        errors=[*DOOR_ERRORS, "VALIDATION_ERROR"],
    )
    def get(self, request: Request, project_code: str, app_code: str) -> Response:
        """The tenant's payments, newest first unless ``sort`` says otherwise; follow ``pagination.next`` until it is null."""
        page = list_page(tenant=self.tenant, params=request.query_params)
        pagination = {"next": page.next, "previous": page.previous, "limit": page.limit}
        return success(request, page.items, pagination=pagination)

    @operation(
        summary="Create a payment",
        name="create_transaction",
        tags=["transactions"],
        status=201,
        request=CreateTransaction,
        data=answers.CreatedTransaction(),
        request_example=examples.CREATE_REQUEST,
        example=examples.CREATED,
        parameters=[IDEMPOTENCY_KEY],
        errors=[
            *DOOR_ERRORS, "VALIDATION_ERROR", "INVALID_AMOUNT", "INVALID_CURRENCY", "INVALID_PAYMENT_METHOD",
            "DUPLICATE_ORDER_ID", "IDEMPOTENCY_IN_PROGRESS", "IDEMPOTENCY_KEY_REUSED", "PROVIDER_NOT_CONFIGURED",
            "PROVIDER_INACTIVE", "TENANT_LIMIT_EXCEEDED", "PROVIDER_CONNECTION_ERROR", "PROVIDER_INVALID_RESPONSE",
            "PROVIDER_AUTHENTICATION_FAILED", "LENGTH_REQUIRED", "PAYLOAD_TOO_LARGE",
        ],
    )  # fmt: skip
    def post(self, request: Request, project_code: str, app_code: str) -> Response:
        """Create a payment; send the payer to ``payment_url``."""
        now, actor = clock.now(), self.actor(request)
        key = idempotency.make_key(
            offered=idempotency.read_key(request.headers),
            endpoint=f"POST {self.tenant.public_id}/transactions",
            tenant_id=self.tenant.id,
            body=request.data,
        )
        done = create.repeat_of(tenant=self.tenant, key=key, actor=actor, now=now)
        if done is None:
            new = read_new_payment(request.data, caller_ip=client_address(request))
            done = create.create_payment(tenant=self.tenant, new=new, key=key, actor=actor, now=now)
        return success(
            request,
            done.data,
            status=201,
            message=message("created", request),
            headers={"X-Idempotency-Cache": "HIT" if done.repeated else "MISS"},
        )


class TransactionDetail(ClientView):
    """``/{project_code}/{app_code}/transactions/{transaction_id}``."""

    @operation(
        summary="Get a payment",
        name="get_transaction",
        tags=["transactions"],
        data=answers.TransactionDetail(),
        example=examples.DETAIL,
        errors=[*DOOR_ERRORS, "TRANSACTION_NOT_FOUND"],
    )
    def get(self, request: Request, project_code: str, app_code: str, transaction_id: str) -> Response:
        """One payment with its events, attempts and refunds."""
        payment = selectors.payment_of(tenant=self.tenant, transaction_id=transaction_id)
        ask_if_old(payment=payment, now=clock.now())
        return success(request, selectors.detail_of(payment))


class Providers(ClientView):
    """``/{project_code}/{app_code}/providers``."""

    @operation(
        summary="List the providers a payer can use",
        name="list_providers",
        tags=["providers"],
        data=answers.ProviderLine(many=True),
        example=[examples.PROVIDER],
        errors=DOOR_ERRORS,
    )
    def get(self, request: Request, project_code: str, app_code: str) -> Response:
        """The providers with an active account, with limits, methods and health."""
        return success(request, provider_lines(self.tenant, accounts_of(self.tenant), language_of(request)))


class ProviderDetail(ClientView):
    """``/{project_code}/{app_code}/providers/{provider_code}``."""

    @operation(
        summary="Get one provider",
        name="get_provider",
        tags=["providers"],
        data=answers.ProviderLine(),
        example=examples.PROVIDER,
        errors=[*DOOR_ERRORS, "NOT_FOUND"],
    )
    def get(self, request: Request, project_code: str, app_code: str, provider_code: str) -> Response:
        """One provider, if the tenant can use it."""
        for account in accounts_of(self.tenant):
            if account.provider.code == provider_code:
                line = provider_line(self.tenant, account, language_of(request))
                if line is not None:
                    return success(request, line)
        raise ProviderUnknown


class TenantStatus(ClientView):
    """``/{project_code}/{app_code}/status``."""

    @operation(
        summary="State of the tenant",
        name="tenant_status",
        tags=["status"],
        data=answers.TenantState(),
        example=examples.TENANT_STATE,
        errors=DOOR_ERRORS,
    )
    def get(self, request: Request, project_code: str, app_code: str) -> Response:
        """Whether the tenant may take payments, and its limits."""
        return success(request, tenant_state(self.tenant))


__all__ = ["ProviderDetail", "Providers", "TenantStatus", "TransactionDetail", "Transactions"]

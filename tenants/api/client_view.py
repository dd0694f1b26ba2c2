"""The base of every view of the client API: key, path, scope and rate limit are judged before the method runs."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from audit.models import AuditEntry
from audit.services import Actor
from payments_site.api.context import client_address, user_agent
from payments_site.api.envelope import request_id_of
from payments_site.api.throttling import RateLimited, Usage, count
from payments_site.kernel import clock
from payments_site.kernel.errors import DomainError
from tenants.models import ApiKey
from tenants.selectors import TenantContext, admit, authenticate

READ = ApiKey.Scope.READ.value
PAY = ApiKey.Scope.PAY.value
REFUND = ApiKey.Scope.REFUND.value
CALLBACKS = ApiKey.Scope.CALLBACKS.value

# What every client route may answer besides its own errors.
DOOR_ERRORS = (
    "UNAUTHORIZED",
    "INVALID_API_KEY",
    "PROJECT_INACTIVE",
    "TENANT_INACTIVE",
    "FORBIDDEN",
    "PROJECT_NOT_FOUND",
    "TENANT_NOT_FOUND",
    "RATE_LIMIT_EXCEEDED",
)


class TenantKeyAuthentication(BaseAuthentication):
    """Names the scheme for OpenAPI; the judging is done by ``ClientView``, which answers with the registry's codes."""

    def authenticate(self, request: Request) -> None:
        """Nothing: see ``ClientView.initial``."""


class _TenantKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = TenantKeyAuthentication
    name = "tenantKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "X-Api-Key",
            "description": "A tenant's key (pk_...); `Authorization: Bearer pk_...` is accepted as well.",
        }


def read_key(request: Any) -> str | None:
    """The key of ``X-Api-Key``, else of ``Authorization: Bearer``."""
    key = request.headers.get("X-Api-Key")
    if key:
        return str(key).strip()
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    return value.strip() if scheme.lower() == "bearer" and value.strip() else None


class ClientView(APIView):
    """Subclasses name the scope each method needs in ``scopes`` and find the tenant in ``self.tenant``."""

    authentication_classes = (TenantKeyAuthentication,)
    permission_classes = ()
    metadata_class = None
    scopes: dict[str, str] = {"GET": READ}

    tenant: TenantContext
    usage: Usage | None = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Judge the caller. 401 comes before 404, and the rate limit of a valid key is its own."""
        super().initial(request, *args, **kwargs)
        try:
            tenant = authenticate(api_key=read_key(request), now=clock.now())
        except DomainError:
            self._count(request, f"address:{client_address(request)}")
            raise
        self._count(request, f"key:{tenant.key_id}")
        scope = self.scopes.get(request.method or "GET", READ)
        # Routes without codes in their path belong to the key's own tenant.
        project_code, app_code = kwargs.get("project_code", tenant.project_code), kwargs.get("app_code", tenant.app_code)
        self.tenant = admit(tenant, project_code=project_code, app_code=app_code, scope=scope)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Response:
        """Add the ``RateLimit-*`` headers to whatever is answered."""
        answer: Response = super().finalize_response(request, response, *args, **kwargs)
        if self.usage is not None:
            for name, value in self.usage.headers().items():
                answer[name] = value
        return answer

    def _count(self, request: Request, key: str) -> None:
        self.usage = count(request, group="client", key=key, rate=settings.RATE_LIMIT_CLIENT)
        if self.usage.exceeded:
            raise RateLimited({"retry_after": max(1, self.usage.reset)})

    def actor(self, request: Request) -> Actor:
        """The client system, for the audit trail."""
        return Actor(
            user_id=self.tenant.key_id,
            user_type=AuditEntry.UserType.CLIENT,
            ip_address=client_address(request),
            user_agent=user_agent(request),
            request_id=request_id_of(request),
        )

"""How staff come in: by Django session (with CSRF), or by ``Authorization: Bearer`` of a staff token."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.request import Request

from payments_site.kernel import clock
from tenants.actors import actor_of
from tenants.models import StaffUser
from tenants.services.staff_tokens import TokenRefused, verify_staff_token


class StaffTokenAuthentication(BaseAuthentication):
    """A staff token. A tenant's key is not one: it is as unknown here as any other text."""

    def authenticate(self, request: Request) -> tuple[StaffUser, None] | None:
        """The token's user; None without an ``Authorization`` header. Raises ``TokenRefused``."""
        header = request.headers.get("Authorization", "")
        if not header:
            return None
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise TokenRefused
        return verify_staff_token(plaintext=token.strip(), now=clock.now()), None

    def authenticate_header(self, request: Request) -> str:
        """For ``WWW-Authenticate``."""
        return "Bearer"


class StaffSessionAuthentication(SessionAuthentication):
    """The back office's session; unsafe methods need the CSRF token."""


class _StaffTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = StaffTokenAuthentication
    name = "staffToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        description = "A staff token (st_...), made by `manage.py create_staff_token <username>`; its user's permissions apply."
        return {"type": "http", "scheme": "bearer", "description": description}


class _StaffSessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = StaffSessionAuthentication
    name = "staffSession"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        description = "The session of the back office; unsafe methods need `X-CSRFToken`."
        return {"type": "apiKey", "in": "cookie", "name": "sessionid", "description": description}


__all__ = ["StaffSessionAuthentication", "StaffTokenAuthentication", "actor_of"]

"""The base of every view of the admin API: token or session, permission and rate limit are judged before the method runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from audit.services import Actor
from payments_site.api.throttling import RateLimited, Usage, count
from payments_site.kernel.errors import NotAllowed
from tenants.actors import actor_of
from tenants.api.staff_door import StaffSessionAuthentication, StaffTokenAuthentication

# What every route of the admin API may answer besides its own errors.
STAFF_ERRORS = ("UNAUTHORIZED", "FORBIDDEN", "RATE_LIMIT_EXCEEDED")


class StaffView(APIView):
    """Subclasses name the Django permission each method needs in ``required_permission`` (``{"POST": "tenants.add_project"}``).

    401 is judged before 403, and both before anything is looked up.
    """

    authentication_classes = (StaffTokenAuthentication, StaffSessionAuthentication)
    permission_classes = ()
    metadata_class = None
    required_permission: Mapping[str, str] = {}

    usage: Usage | None = None

    def perform_authentication(self, request: Request) -> None:
        """Who it is, and how often: 401 without a valid session or token, 429 above the limit."""
        if not request.user or not request.user.is_authenticated:
            raise NotAuthenticated
        rate = settings.RATE_LIMIT_ADMIN
        self.usage = count(request, group="admin", key=f"user:{request.user.pk}", rate=rate)
        if self.usage.exceeded:
            raise RateLimited({"retry_after": max(1, self.usage.reset)})

    def check_permissions(self, request: Request) -> None:
        """Raise ``NotAllowed`` unless the user is staff and has the method's permission."""
        if not request.user.is_staff:
            raise NotAllowed
        needed = self.required_permission.get("GET" if request.method == "HEAD" else request.method or "")
        if needed is not None and not request.user.has_perm(needed):
            raise NotAllowed({"permission": needed})

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Response:
        """Add the ``RateLimit-*`` headers, and to a 401 how to authenticate."""
        answer: Response = super().finalize_response(request, response, *args, **kwargs)
        if self.usage is not None:
            for name, value in self.usage.headers().items():
                answer[name] = value
        if answer.status_code == 401:
            answer["WWW-Authenticate"] = "Bearer"
        return answer

    def actor(self, request: Request) -> Actor:
        """The member of staff, for the audit trail."""
        return actor_of(request)

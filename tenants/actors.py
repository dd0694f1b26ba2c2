"""Who acts, built at the edge from a request of staff (admin API or admin site)."""

from __future__ import annotations

from typing import Any

from audit.models import AuditEntry
from audit.services import Actor
from payments_site.api.context import client_address, user_agent
from payments_site.api.envelope import request_id_of


def actor_of(request: Any) -> Actor:
    """The member of staff behind a request, for the audit trail."""
    return Actor(
        user_id=request.user.get_username(),
        user_type=AuditEntry.UserType.STAFF,
        ip_address=client_address(request),
        user_agent=user_agent(request),
        request_id=request_id_of(request),
    )

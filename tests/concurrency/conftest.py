"""Races run against the live stack: real threads, real commits."""

from tests.factories.live import _live_stack, live, shop

__all__ = ["_live_stack", "live", "shop"]

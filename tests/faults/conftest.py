"""Faults strike the live stack: real processes, killed by their own pid."""

from tests.factories.live import _live_stack, live, shop

__all__ = ["_live_stack", "live", "shop"]

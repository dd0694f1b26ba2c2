"""Races run against the live stack: real threads, real commits."""

from tests.factories.in_order import _books_in_order
from tests.factories.live import _live_stack, live, shop

__all__ = ["_books_in_order", "_live_stack", "live", "shop"]

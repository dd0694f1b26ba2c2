"""What the tests of notices share."""

from tests.factories.cache import own_cache

__all__ = ["own_cache"]

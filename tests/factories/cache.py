"""A cache that no other worker clears while a test counts in it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest

from payments_site.kernel import clock

DATABASE = 9


@pytest.fixture
def own_cache(settings: Any) -> None:
    """Redis database 9, under a prefix of this test's own: the suite clears database 0 before every test of every worker."""
    parts = urlsplit(settings.REDIS_URL)
    if parts.scheme == "unix":
        place = f"{parts._replace(query='').geturl()}?db={DATABASE}"
    else:
        place = parts._replace(path=f"/{DATABASE}", query="").geturl()
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": place, "KEY_PREFIX": clock.now().isoformat()}}

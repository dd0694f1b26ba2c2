"""Rate limits by django-ratelimit, counted in Redis; without Redis they fail open, and that is counted."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django_ratelimit.core import get_usage
from redis.exceptions import RedisError

from payments_site.api.context import client_address
from payments_site.kernel.errors import DomainError

logger = logging.getLogger(__name__)

failed_open = 0

_PERIODS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


@dataclass(frozen=True)
class Usage:
    """How much of a limit is used: the numbers of the ``RateLimit-*`` headers."""

    limit: int
    remaining: int
    reset: int
    exceeded: bool

    def headers(self) -> dict[str, str]:
        """``RateLimit-Limit``, ``RateLimit-Remaining``, ``RateLimit-Reset`` (seconds)."""
        return {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(self.reset),
        }


class RateLimited(DomainError):
    """Too many requests of this key or address."""

    code = "RATE_LIMIT_EXCEEDED"


def count(request: Any, *, group: str, key: str, rate: str, increment: bool = True) -> Usage:
    """Count this request against ``rate`` (``100/m``) for ``key``; never raises for Redis' sake."""
    global failed_open
    limit, seconds = parse_rate(rate)
    read: Callable[..., Any] = get_usage
    try:
        usage = read(request, group=group, key=lambda _group, _request: key, rate=rate, increment=increment)
    except (RedisError, OSError):
        usage = None
    if not usage:
        failed_open += 1
        return Usage(limit, limit, seconds, False)
    return Usage(limit, max(0, limit - usage["count"]), max(0, usage["time_left"]), usage["should_limit"])


def tell_usage(request: Any, response: HttpResponse) -> HttpResponse:
    """Put the address's ``RateLimit-*`` headers on an answer that no view made; nothing is counted."""
    key = f"address:{client_address(request)}"
    usage = count(request, group="client", key=key, rate=settings.RATE_LIMIT_CLIENT, increment=False)
    for name, value in usage.headers().items():
        response[name] = value
    return response


def parse_rate(rate: str) -> tuple[int, int]:
    """``"100/m"`` -> ``(100, 60)``."""
    amount, _, period = rate.partition("/")
    multiple = period[:-1] or "1"
    return int(amount), int(multiple) * _PERIODS[period[-1].lower()]

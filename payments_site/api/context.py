"""What a request says about its caller: address and user agent, with proxies believed only where the settings name them."""

from __future__ import annotations

import functools
import ipaddress
from collections.abc import Iterable
from typing import Any

from django.conf import settings

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@functools.lru_cache(maxsize=256)
def _networks(names: tuple[str, ...]) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(name, strict=False) for name in names)


def is_listed(address: str | None, names: Iterable[str]) -> bool:
    """Whether an address is one of, or lies in one of, the addresses and networks that ``names`` lists."""
    ip = _parsed(address or "")
    return ip is not None and any(ip in network for network in _networks(tuple(names)))


def _trusted(address: str) -> bool:
    return is_listed(address, settings.TRUSTED_PROXIES)


def client_address(request: Any) -> str | None:
    """The caller's address: the peer's, or behind trusted proxies the last address that is not a proxy's.

    ``X-Forwarded-For`` is read from its end; its first entry is whatever the caller liked to write.
    """
    address = request.META.get("REMOTE_ADDR") or ""
    if _trusted(address):
        for hop in reversed(request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")):
            hop = hop.strip()
            if hop:
                address = hop
                if not _trusted(hop):
                    break
    ip = _parsed(address)
    return None if ip is None else str(ip)


def _parsed(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address; an IPv4 one that a dual-stack socket writes as ``::ffff:203.0.113.9`` is itself again."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return None
    return getattr(ip, "ipv4_mapped", None) or ip


def user_agent(request: Any) -> str:
    """The caller's user agent, at most 255 characters."""
    return str(request.META.get("HTTP_USER_AGENT", ""))[:255]

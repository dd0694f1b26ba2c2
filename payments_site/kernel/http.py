"""HTTP to providers: one kept-alive client, hard timeouts, no redirects, capped answers; and the private-network guard."""

from __future__ import annotations

import ipaddress
import json
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import ConnectTimeoutError, HTTPError, MaxRetryError, NewConnectionError

MAX_ANSWER_BYTES = 1024 * 1024

_before_request: list[Callable[[str], None]] = []


class ProviderUnreachable(Exception):
    """Nothing was sent: the connection could not be made. Safe to say that the provider knows nothing of it."""


class ProviderSilent(Exception):
    """The request may have reached the provider but its answer did not reach us: the fate is unknown."""


@dataclass(frozen=True)
class HttpAnswer:
    """Status and body of a provider's answer, the body at most ``MAX_ANSWER_BYTES`` unless more was allowed."""

    status: int
    body: bytes

    def json(self) -> Any:
        """The body as JSON. Raises ``ValueError`` (also for bytes that are not UTF-8)."""
        return json.loads(self.body)


class HttpClient:
    """What adapters are given to talk to their provider with. Thread-safe; one a process."""

    def __init__(self, *, connect_timeout: float = 3.0, read_timeout: float = 30.0, pool_size: int = 16) -> None:
        self._timeout = urllib3.Timeout(connect=connect_timeout, read=read_timeout)
        self._pool = urllib3.PoolManager(num_pools=32, maxsize=pool_size, retries=False, timeout=self._timeout)

    def post_json(self, url: str, payload: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> HttpAnswer:
        """POST ``payload`` as JSON. Raises ``ProviderUnreachable`` or ``ProviderSilent``."""
        body = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
        return self.request("POST", url, body=body, headers={"Content-Type": "application/json", **(headers or {})})

    def request(
        self,
        method: str,
        url: str,
        *,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        most_bytes: int = MAX_ANSWER_BYTES,
    ) -> HttpAnswer:
        """One request, never repeated, never redirected. Raises ``ProviderUnreachable`` or ``ProviderSilent``.

        ``most_bytes`` is what an answer may have; only files are allowed more than the usual.
        """
        for hook in _before_request:
            hook(url)
        try:
            answer = self._pool.request(
                method, url, body=body, headers=dict(headers or {}), redirect=False, preload_content=False
            )
        except (NewConnectionError, ConnectTimeoutError, MaxRetryError) as error:
            raise ProviderUnreachable(urlsplit(url).hostname) from error
        except (HTTPError, OSError) as error:
            raise ProviderSilent(urlsplit(url).hostname) from error
        try:
            data = answer.read(most_bytes + 1)
        except (HTTPError, OSError) as error:
            raise ProviderSilent(urlsplit(url).hostname) from error
        finally:
            answer.release_conn()
        if len(data) > most_bytes:
            raise ProviderSilent(f"answer larger than {most_bytes >> 20} MiB")
        return HttpAnswer(status=answer.status, body=data)


def on_request(hook: Callable[[str], None]) -> None:
    """Call ``hook(url)`` before every outgoing provider request; tests use it to forbid HTTP inside a transaction."""
    _before_request.append(hook)


_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
# IETF's own assignments and the retired relays of 6to4 (RFC 6890, RFC 7526): not every Python counts them as private.
_NOBODYS = (ipaddress.IPv4Network("192.0.0.0/24"), ipaddress.IPv4Network("192.88.99.0/24"))


def is_private_address(address: str) -> bool:
    """Whether an IP address is one that no callback may reach: private, loopback, link-local, metadata, multicast..."""
    try:
        ip = ipaddress.ip_address(address.split("%", 1)[0])
    except ValueError:
        return True
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour
        if ip in _NAT64:  # what a translator makes of it is the IPv4 address at its end
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_private_address(str(inner))
        if ip.is_reserved or ip.is_site_local:
            return True
    return not ip.is_global or ip.is_multicast or any(ip in network for network in _NOBODYS)


def url_points_inside(url: str, allowed_hosts: frozenset[str]) -> bool:
    """Whether ``url`` names a host of a private network, judged without asking the DNS.

    Literal addresses (also in odd spellings such as ``0x7f.1`` or ``2130706433``) and ``localhost`` names are recognised; what
    a name resolves to is judged again, and pinned, when the callback is sent. Hosts in ``allowed_hosts`` are let through.
    """
    return host_points_inside(urlsplit(url).hostname or "", allowed_hosts)


def host_points_inside(host: str, allowed_hosts: frozenset[str]) -> bool:
    """``url_points_inside`` for a host that was taken out of its URL already; no host at all points inside."""
    host = host.rstrip(".").lower()
    if not host:
        return True
    if host in allowed_hosts:
        return False
    address = _literal_address(host)
    if address is not None:
        return is_private_address(address)
    is_bare = "." not in host and ":" not in host
    return is_bare or host == "localhost" or host.endswith((".localhost", ".local", ".internal"))


def _literal_address(host: str) -> str | None:
    """The address that ``host`` spells, in whatever way; None for a name."""
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        try:
            return socket.inet_ntoa(socket.inet_aton(host))
        except OSError:
            return None

"""No callback may reach inside our network: addresses are judged after the DNS answered, and the judged ones are connected to."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

import yarl
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

from payments_site.kernel.http import host_points_inside, is_private_address


class AddressRefusedError(OSError):
    """The host name leads into a private network. An ``OSError``, as the connector expects of a resolver."""


class GuardedResolver(AbstractResolver):
    """Resolves, and refuses a name of which any address is private. The connector connects to just these addresses.

    Names in ``allowed_hosts`` are let through. Literal addresses never come here: ``refusal`` judges them.
    """

    def __init__(self, allowed_hosts: frozenset[str], resolver: AbstractResolver | None = None) -> None:
        self._allowed = allowed_hosts
        self._resolver = resolver or ThreadedResolver()

    async def resolve(self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET) -> list[ResolveResult]:
        """The addresses of ``host``. Raises ``AddressRefusedError``, or ``OSError`` if there are none."""
        found = await self._resolver.resolve(host, port, family)
        if _plain(host) not in self._allowed and any(is_private_address(address["host"]) for address in found):
            raise AddressRefusedError
        return found

    async def close(self) -> None:
        """Release the resolver behind."""
        await self._resolver.close()


def refusal(url: str, *, allowed_hosts: frozenset[str], require_https: bool) -> str:
    """Why this URL is not called, in words, or "" if nothing speaks against trying. Asks no DNS.

    Two parsers must agree that the host is fit: Python's, and the one of the client that will connect. They differ, and the
    client takes ``①②⑦.⓪.⓪.①`` for 127.0.0.1.
    """
    parts, host = _split(url), _connected_to(url)
    if parts is None:
        return "the URL cannot be read"
    scheme, written = parts
    if scheme not in ("http", "https") or not written:
        return "the URL is not an http address"
    if host is None:
        return "the URL cannot be read"
    if host in allowed_hosts:
        return ""
    if require_https and scheme != "https":
        return "the URL is not https"
    return PRIVATE_ADDRESS if any(host_points_inside(name, allowed_hosts) for name in (written, host)) else ""


PRIVATE_ADDRESS = "the address belongs to a private network"


def _split(url: str) -> tuple[str, str] | None:
    try:
        parts = urlsplit(url)
        return parts.scheme.lower(), _plain(parts.hostname or "")
    except ValueError:
        return None


def _connected_to(url: str) -> str | None:
    """The host as the HTTP client reads it: after IDNA, which turns many letters and digits into plain ones."""
    try:
        return _plain(yarl.URL(url).host or "")
    except ValueError:
        return None


def _plain(host: str) -> str:
    return host.rstrip(".").lower()

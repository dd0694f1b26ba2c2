"""One POST and its answer on aiohttp: a deadline for the whole, a cap on what is read, errors in plain words."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

import aiohttp

from webhooks.outbound.guard import PRIVATE_ADDRESS, AddressRefusedError

READ_LIMIT = 64 * 1024
KEPT_BYTES = 2 * 1024


class FailedError(Exception):
    """No answer came; the message says why in words fit for the tenant's eyes."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, the first 2 kB of the body as text, and the raw ``Retry-After``."""

    status: int
    text: str
    retry_after: str | None


async def post(session: aiohttp.ClientSession, url: str, body: bytes, headers: Mapping[str, str], *, timeout: float) -> Answer:
    """POST the bytes as they are. Raises ``FailedError`` if no status came within ``timeout`` seconds.

    Once the status is there it counts, even if the rest of the body never arrives.
    """
    deadline = asyncio.get_running_loop().time() + timeout
    try:
        async with asyncio.timeout_at(deadline):
            response = await session.post(url, data=body, headers=headers, allow_redirects=False)
    except TimeoutError as error:
        raise FailedError(f"no answer within {timeout:g} s") from error
    except (aiohttp.ClientError, OSError) as error:
        raise FailedError(_in_words(error)) from error
    try:
        data = await _read(response, deadline)
    finally:
        response.close() if not response.content.at_eof() else response.release()
    text = data[:KEPT_BYTES].decode("utf-8", "replace").replace("\x00", "")
    return Answer(response.status, text, response.headers.get("Retry-After"))


def complaint(status: int) -> str:
    """What to say about an answer that is no delivery; "" for 2xx."""
    if 200 <= status < 300:
        return ""
    if 300 <= status < 400:
        return f"answered {status}; redirects are not followed"
    return f"answered {status}"


async def _read(response: aiohttp.ClientResponse, deadline: float) -> bytes:
    """The body up to ``READ_LIMIT``, or as much of it as came in time. A longer one costs the connection."""
    data = bytearray()
    try:
        async with asyncio.timeout_at(deadline):
            while len(data) < READ_LIMIT and (chunk := await response.content.read(READ_LIMIT - len(data))):
                data += chunk
    except (TimeoutError, aiohttp.ClientError, OSError):
        return bytes(data)
    return bytes(data)


def _in_words(error: Exception) -> str:
    if isinstance(error, aiohttp.ClientConnectorError) and isinstance(error.os_error, AddressRefusedError):
        return PRIVATE_ADDRESS
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return "the host name cannot be resolved"
    if isinstance(error, aiohttp.ClientConnectorCertificateError | aiohttp.ClientSSLError):
        return "the TLS certificate or handshake failed"
    if isinstance(error, aiohttp.ClientConnectorError):
        return f"the connection failed: {error.os_error.strerror or 'unknown reason'}"
    if isinstance(error, aiohttp.ServerDisconnectedError):
        return "the connection was closed before an answer"
    if isinstance(error, aiohttp.InvalidURL):
        return "the URL cannot be read"
    return f"the exchange failed: {type(error).__name__}"

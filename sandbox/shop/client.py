"""The shop's two calls to the payment service: create a transaction, and ask how it stands."""

from typing import Any
from urllib.parse import quote

import aiohttp

from sandbox.shop.config import Config

_TIMEOUT = aiohttp.ClientTimeout(total=35)  # a create waits for the provider


class ApiError(Exception):
    """The service refused, or (code UNREACHABLE) gave no readable answer: then the fate of a create is unknown."""

    def __init__(self, code: str, message: str = "", request_id: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.request_id = request_id


class PaymentClient:
    """Speaks to one tenant's client API."""

    def __init__(self, config: Config, session: aiohttp.ClientSession) -> None:
        self._config = config
        self._session = session
        self._transactions = f"{config.api_base}/{config.project}/{config.app}/transactions"

    async def create(self, order: dict[str, Any], *, idempotency_key: str, lang: str) -> dict[str, Any]:
        """The new transaction; repeating the same order with the same key gives the same one, never a second."""
        return await self._call("POST", self._transactions, lang, order, {"X-Idempotency-Key": idempotency_key})

    async def get(self, transaction_id: str, *, lang: str) -> dict[str, Any]:
        """The transaction as the service knows it now: the only word on whether it is paid."""
        return await self._call("GET", f"{self._transactions}/{quote(transaction_id, safe='')}", lang)

    async def _call(
        self, method: str, url: str, lang: str, body: dict[str, Any] | None = None, extra: dict[str, str] | None = None
    ) -> dict[str, Any]:
        headers = {"X-Api-Key": self._config.api_key, "Accept-Language": lang} | (extra or {})
        try:
            async with self._session.request(method, url, json=body, headers=headers, timeout=_TIMEOUT) as response:
                envelope = await response.json()
        except (aiohttp.ClientError, TimeoutError, ValueError):
            raise ApiError("UNREACHABLE") from None
        return _data(envelope)


def _data(envelope: Any) -> dict[str, Any]:
    if not isinstance(envelope, dict):
        raise ApiError("UNREACHABLE")
    data = envelope.get("data")
    if envelope.get("success") is True and isinstance(data, dict):
        return data
    raise ApiError(
        str(envelope.get("error_code", "UNREACHABLE")),
        str(envelope.get("message", "")),
        str(envelope.get("request_id", "")),
    )

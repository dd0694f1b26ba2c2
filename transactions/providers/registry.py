"""Which providers there are. A provider's folder and its line here are all that adding one takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from transactions.providers.base import Provider
from transactions.providers.napas.adapter import NapasAdapter
from transactions.providers.vnpay.adapter import VNPayAdapter


class UnknownProvider(KeyError):
    """No adapter has this code."""


ADAPTERS: Final[Mapping[str, Provider]] = {
    "vnpay": VNPayAdapter(),
    "napas": NapasAdapter(),
}


def get(code: str) -> Provider:
    """The adapter of ``code``. Raises ``UnknownProvider``."""
    try:
        return ADAPTERS[code]
    except KeyError:
        raise UnknownProvider(code) from None

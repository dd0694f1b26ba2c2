"""Which providers there are. A provider's folder and its line here are all that adding one takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from transactions.providers.base import Provider
from transactions.providers.momo.adapter import MoMoAdapter
from transactions.providers.napas.adapter import NapasAdapter
from transactions.providers.payos.adapter import PayOSAdapter
from transactions.providers.vietqr.adapter import VietQRAdapter
from transactions.providers.vnpay.adapter import VNPayAdapter
from transactions.providers.zalopay.adapter import ZaloPayAdapter


class UnknownProvider(KeyError):
    """No adapter has this code."""


ADAPTERS: Final[Mapping[str, Provider]] = {
    "vnpay": VNPayAdapter(),
    "momo": MoMoAdapter(),
    "zalopay": ZaloPayAdapter(),
    "napas": NapasAdapter(),
    "payos": PayOSAdapter(),
    "vietqr": VietQRAdapter(),
}


def get(code: str) -> Provider:
    """The adapter of ``code``. Raises ``UnknownProvider``."""
    try:
        return ADAPTERS[code]
    except KeyError:
        raise UnknownProvider(code) from None

"""VNPay's time rules, which tests shorten by environment or control API."""

import os
from dataclasses import dataclass


def _seconds(name: str, default: str) -> float:
    return float(os.environ.get(f"SANDBOX_VNPAY_{name}", default))


@dataclass
class Settings:
    """All in seconds. VNPay: 10 IPN calls at most, 5 minutes apart; the length of its timeout is not published."""

    ipn_interval: float
    ipn_timeout: float
    query_window: float
    refund_delay: float
    slow_seconds: float
    late_after: float
    ipn_calls: int = 10

    @classmethod
    def from_environment(cls) -> "Settings":
        return cls(
            ipn_interval=_seconds("IPN_INTERVAL", "300"),
            ipn_timeout=_seconds("IPN_TIMEOUT", "15"),
            query_window=_seconds("QUERY_WINDOW", "0"),
            refund_delay=_seconds("REFUND_DELAY", "2"),
            slow_seconds=_seconds("SLOW_SECONDS", "10"),
            late_after=_seconds("LATE_AFTER", "45"),
        )

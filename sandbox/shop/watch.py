"""How the shop follows payments without asking all the time: callbacks say when something happened.

Every open page asks the shop every two seconds. The shop asks the payment service when a callback came, and otherwise only now
and then, as a net for a callback that got lost. So a hundred open pages do not use up the tenant's rate limit.
"""

import time
from dataclasses import dataclass, field
from typing import Any

from sandbox.shop.client import ApiError, PaymentClient

_ASK_AGAIN_SECONDS = {"pending": 5.0}
_ASK_SELDOM_SECONDS = 60.0


@dataclass
class Known:
    """The last answer about a transaction, and when it was given."""

    transaction: dict[str, Any]
    at: float = field(default_factory=time.monotonic)

    @property
    def fresh(self) -> bool:
        return time.monotonic() - self.at < _ASK_AGAIN_SECONDS.get(self.transaction["status"], _ASK_SELDOM_SECONDS)


class Watch:
    """What is known of each transaction, by language (reasons of failure are told in the buyer's)."""

    def __init__(self, client: PaymentClient) -> None:
        self._client = client
        self._known: dict[tuple[str, str], Known] = {}

    def something_happened(self, transaction_id: str) -> None:
        """A callback came: the next look asks the service."""
        for lang in ("vi", "en"):
            self._known.pop((transaction_id, lang), None)

    async def look(self, transaction_id: str, *, lang: str, now: bool = False) -> dict[str, Any]:
        """The transaction as it stands. `now`: ask even if the last answer is fresh. ApiError if nothing is known."""
        known = self._known.get((transaction_id, lang))
        if known and known.fresh and not now:
            return known.transaction
        try:
            transaction = await self._client.get(transaction_id, lang=lang)
        except ApiError:
            if known is None:
                raise
            return known.transaction
        self._known[transaction_id, lang] = Known(transaction)
        return transaction

"""What a provider on the kit keeps: accounts, payments with their refunds and transfers, and notices. Amounts are whole VND."""

import secrets
from dataclasses import dataclass, field

from sandbox.state import JsonObject

# A payment is open, processing, underpaid (part of the money came), or has ended: held (authorised, not captured), paid, failed,
# cancelled, expired.
UNFINISHED = frozenset({"open", "processing", "underpaid"})


@dataclass
class Account:
    """A merchant's account at the provider: credentials by their names, and where notices go."""

    identifier: str
    credentials: dict[str, str] = field(repr=False)
    notify_url: str = ""
    name: str = ""
    options: JsonObject = field(default_factory=dict)

    def __getitem__(self, credential: str) -> str:
        return self.credentials[credential]


@dataclass
class Notice:
    """One call of the merchant's address and its answer; `error` when no HTTP answer came. `kind`: auto or control."""

    kind: str
    url: str
    at: str
    subject: str = ""
    status: int | None = None
    body: str = ""
    error: str | None = None
    milliseconds: int = 0
    acknowledged: bool = False


@dataclass
class Transfer:
    """One bank transfer that came in."""

    number: str
    amount: int
    memo: str = ""
    at: float = 0
    own: JsonObject = field(default_factory=dict)


@dataclass
class Refund:
    """One refund; `state` is processing, completed or failed, `source` api or portal, `reference` the merchant's own."""

    reference: str
    refund_no: str
    amount: int
    state: str = "processing"
    source: str = "api"
    at: float = 0
    due_at: float | None = None
    code: str = ""
    own: JsonObject = field(default_factory=dict)


@dataclass
class Payment:
    """One order of a merchant, from the call that made it. Times are Unix seconds of the sandbox's clock; 0 is never."""

    reference: str
    account: str
    amount: int
    return_url: str = ""
    notify_url: str = ""
    description: str = ""
    method: str = ""
    lang: str = "vi"
    session_id: str = ""
    created_at: float = 0
    expires_at: float = 0
    token: str = field(default_factory=lambda: secrets.token_hex(16))
    state: str = "open"
    code: str = ""
    received: int = 0
    transaction_no: str = ""
    second_no: str = ""
    paid_at: float = 0
    settle_at: float = 0
    orders_made: int = 0
    own: JsonObject = field(default_factory=dict)
    refunds: list[Refund] = field(default_factory=list)
    transfers: list[Transfer] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)

    @property
    def finished(self) -> bool:
        return self.state not in UNFINISHED

    def expired(self, now: float) -> bool:
        """Whether its time is over; one without an end never is."""
        return bool(self.expires_at) and self.expires_at <= now

    @property
    def refunded(self) -> int:
        """What was given back or is on its way."""
        return sum(one.amount for one in self.refunds if one.state != "failed")


@dataclass
class Delivery:
    """A notice that has not been acknowledged yet. `subject` says what it tells of; `repeats`: sent so often again after that."""

    token: str
    subject: str = ""
    spoilt: bool = False
    amount_off: int = 0
    repeats: int = 0
    tries: int = 0
    next_at: float = 0

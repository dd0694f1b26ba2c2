"""What travels through the drain: a parcel is a claimed delivery with all it needs to be sent, a result is what came of it."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from webhooks.outbound.schedule import DELAYS, Verdict

INTERNAL_ERROR = "internal error"


class Obstacle(enum.Enum):
    """Why a parcel cannot be sent at all. The first two are final, the others are our own trouble and tried again."""

    ERASED = "the callback's content was erased with the payer's data"
    ENDPOINT_OFF = "the endpoint is switched off"
    UNREADABLE = "the callback's content cannot be decrypted with the present keys"
    UNSIGNABLE = "the tenant has no usable callback secret"

    @property
    def is_final(self) -> bool:
        """Whether no later try can succeed either."""
        return self in (Obstacle.ERASED, Obstacle.ENDPOINT_OFF)


class Lane(NamedTuple):
    """What the fair shares are counted by: a tenant's endpoint on a host (0: its own and default addresses there)."""

    host: str
    tenant: int = 0
    endpoint: int = 0


@dataclass(frozen=True, slots=True)
class Parcel:
    """A delivery under lease. Ids are public ones except ``delivery_id``, ``endpoint_id`` and ``tenant_pk``.

    Secrets are newest first. ``delays`` is the schedule it follows. A test has no transaction; it is tried once.
    """

    delivery_id: int
    lease_until: datetime
    attempt: int
    url: str
    endpoint_id: int | None
    event_id: str
    transaction_id: str
    tenant_id: str
    body: bytes
    secrets: tuple[str, ...]
    obstacle: Obstacle | None = None
    tenant_pk: int = 0
    delays: tuple[timedelta, ...] = DELAYS
    is_test: bool = False

    @property
    def host(self) -> str:
        """Host and port as written, the same text as in the index of the claim."""
        return host_of(self.url)

    @property
    def lane(self) -> Lane:
        """Whose share it takes."""
        return Lane(self.host, self.tenant_pk, self.endpoint_id or 0)


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a parcel. ``status`` and ``body`` are the receiver's; ``error`` says in words why it failed, or is empty."""

    parcel: Parcel
    verdict: Verdict
    started_at: datetime
    duration_ms: int
    status: int | None = None
    body: str = ""
    error: str = ""
    retry_after: timedelta | None = None

    @property
    def was_tried(self) -> bool:
        """Whether the receiver had its chance: trouble of our own is not held against it."""
        ours = (Obstacle.UNREADABLE.value, Obstacle.UNSIGNABLE.value, INTERNAL_ERROR)
        return self.verdict is not Verdict.WITHDRAWN and self.error not in ours


def host_of(url: str) -> str:
    """The third part between slashes, as PostgreSQL's ``split_part(url, '/', 3)`` sees it."""
    parts = url.split("/", 3)
    return parts[2] if len(parts) > 2 else ""

"""One line of a payment's timeline."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.utils.functional import Promise


class Kind(StrEnum):
    """Where a line comes from."""

    EVENT = "event"
    NOTICE = "notice"
    CALLBACK = "callback"
    STAFF = "staff"


class Tone(StrEnum):
    """How a line is to be taken; the page colours it so."""

    NEUTRAL = "neutral"
    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"


@dataclass(frozen=True)
class Line:
    """What happened, in words of the reader's language. ``subject`` is (model label, primary key) of the page to open."""

    at: datetime
    kind: Kind
    text: str | Promise
    detail: str = ""
    tone: Tone = Tone.NEUTRAL
    who: str = ""
    subject: tuple[str, int] | None = None

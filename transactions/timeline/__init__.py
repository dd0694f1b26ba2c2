"""Everything that happened to a payment, in the order of time. Upper rooms add their lines by ``register``."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from transactions.models import Transaction
from transactions.timeline.line import Kind, Line, Tone
from transactions.timeline.own import attempt_lines, callback_lines, event_lines, staff_lines

Provider = Callable[[Transaction], Iterable[Line]]

_providers: list[Provider] = [event_lines, attempt_lines, callback_lines, staff_lines]

# At one and the same moment the cause stands before its effect.
_RANK = {Kind.STAFF: 0, Kind.NOTICE: 1, Kind.EVENT: 2, Kind.CALLBACK: 3}


def register(provider: Provider) -> None:
    """Add a source of lines (from ``AppConfig.ready``); the same one twice counts once."""
    if provider not in _providers:
        _providers.append(provider)


def lines_of(payment: Transaction) -> list[Line]:
    """All lines of a payment, oldest first."""
    lines = [line for provider in _providers for line in provider(payment)]
    return sorted(lines, key=lambda line: (line.at, _RANK[line.kind]))


__all__ = ["Kind", "Line", "Tone", "lines_of", "register"]

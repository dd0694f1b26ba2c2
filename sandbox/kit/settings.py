"""A provider's time rules and switches, which tests change by environment or by control."""

import os
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Self

from sandbox.control import ControlError
from sandbox.state import JsonObject


@dataclass
class Settings:
    """Seconds. `notice_intervals`: the waits after a failed try, one by one; when they are used up the notice is given up.

    `refund_delay`: how long a refund is in work, 0 for none. `slow_seconds`: how slow a slow page or notice is.
    `late_after`: how long after the deadline a late bank answers.
    """

    notice_intervals: list[float] = field(default_factory=list)
    notice_timeout: float = 15
    refund_delay: float = 0
    slow_seconds: float = 10
    late_after: float = 45

    @classmethod
    def from_environment(cls, name: str) -> Self:
        """The defaults, with every `SANDBOX_<NAME>_<FIELD>` that is set in its place."""
        settings = cls()
        for one in fields(settings):
            text = os.environ.get(f"SANDBOX_{name}_{one.name}".upper())
            if text is not None:
                setattr(settings, one.name, _read(text, getattr(settings, one.name)))
        return settings

    def change(self, body: JsonObject) -> None:
        """Sets the named ones; ControlError for an unknown name or another kind of value, and then nothing is changed."""
        known = asdict(self)
        if unknown := body.keys() - known.keys():
            raise ControlError(f"unknown settings {sorted(unknown)}; known: {sorted(known)}")
        for name, value in body.items():
            if not _fits(value, known[name]):
                raise ControlError(f"{name}: must be like {known[name]!r}")
        for name, value in body.items():
            setattr(self, name, value)


def _read(text: str, like: Any) -> Any:
    if isinstance(like, bool):
        return text.lower() in {"1", "true", "yes"}
    if isinstance(like, list):
        return [float(one) for one in text.split(",") if one.strip()]
    return type(like)(text)


def _fits(value: Any, like: Any) -> bool:
    if isinstance(like, bool) or isinstance(value, bool):
        return isinstance(like, bool) and isinstance(value, bool)
    if isinstance(like, list):
        return isinstance(value, list) and all(_fits(one, 0.0) for one in value)
    if isinstance(like, int | float):
        return isinstance(value, int | float)
    return isinstance(value, type(like))

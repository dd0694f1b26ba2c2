"""payOS's time rules and the shapes its webhook comes in, which tests change."""

from dataclasses import dataclass, field

from sandbox.control import one_of
from sandbox.kit.settings import Settings
from sandbox.state import JsonObject

COUNTER_FIELDS = ("full", "null", "empty", "absent")
MEMO_PREFIXES = ("auto", "always", "never")
DIALECTS = ("standard", "flat")
_CHOICES = {"counter_fields": COUNTER_FIELDS, "memo_prefix": MEMO_PREFIXES, "dialect": DIALECTS}


@dataclass
class PayosSettings(Settings):
    """`counter_fields`: how the optional fields about the payer's account come. `memo_prefix`: whether payOS puts its own code in
    front of the memo; auto does so for a channel whose bank account is not linked. `dialect`: the form of the webhook.

    payOS publishes no retry schedule; these waits are our own.
    """

    notice_intervals: list[float] = field(default_factory=lambda: [60.0, 300.0, 900.0, 3600.0])
    counter_fields: str = "full"
    memo_prefix: str = "auto"
    dialect: str = "standard"

    def change(self, body: JsonObject) -> None:
        """Sets the named ones; ControlError for a word that is no choice."""
        for name in body.keys() & _CHOICES.keys():
            one_of(body, name, _CHOICES[name])
        super().change(body)

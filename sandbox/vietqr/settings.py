"""The bank's time rules and how much it says about payers, which tests change."""

from dataclasses import dataclass, field

from sandbox.control import one_of
from sandbox.kit.settings import Settings
from sandbox.state import JsonObject

PAYER_FIELDS = ("full", "bank", "absent")


@dataclass
class VietqrSettings(Settings):
    """`payer_fields`: whether a notice names the payer's account and name, only their bank, or nobody."""

    notice_intervals: list[float] = field(default_factory=lambda: [60.0, 300.0, 900.0, 3600.0])
    payer_fields: str = "full"

    def change(self, body: JsonObject) -> None:
        """Sets the named ones; ControlError for a word that is no choice."""
        if "payer_fields" in body:
            one_of(body, "payer_fields", PAYER_FIELDS)
        super().change(body)

"""MoMo's rules that its documents leave open or that tests shorten."""

from dataclasses import dataclass, field

from sandbox.kit.settings import Settings as KitSettings


@dataclass
class Settings(KitSettings):
    """How often MoMo repeats an IPN is not published; the first try is the only one unless intervals are given.

    `link_minutes`: how long a payUrl lives (not published; integrators assume 15). `work_seconds`: how long a call is in work, so
    that its repeat meets 7000. `sign_create`: newer documents show a signature in the create answer, older ones none.
    `bad_signature_code`: 13 by the code table; some integrators saw 20. `card_most`: 50 or 10 million, the pages disagree.
    """

    notice_intervals: list[float] = field(default_factory=lambda: [60.0, 300.0, 900.0])
    link_minutes: int = 15
    work_seconds: float = 0
    sign_create: bool = True
    bad_signature_code: int = 13
    card_most: int = 50_000_000

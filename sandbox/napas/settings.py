"""NAPAS's time rules and switches. NAPAS publishes none of them; the defaults are those of the profile."""

from dataclasses import dataclass, field

from sandbox.kit.settings import Settings


@dataclass
class NapasSettings(Settings):
    """Seconds. `token_seconds`: an access token's life; `form_seconds`: a data key's and a page's.

    `waiting_result`: paymentResult.result while the bank has not answered (PENDING or ERROR; which one is not published).
    `flat_answers`: query and refund answer the result's fields bare, as some merchants' code reads them, not under paymentResult.
    `vpc_amount_factor`: how many units of vpc_Amount make a đồng (100; public code disagrees).
    """

    notice_intervals: list[float] = field(default_factory=lambda: [60, 300, 900, 3600])
    token_seconds: float = 300
    form_seconds: float = 900
    waiting_result: str = "PENDING"
    flat_answers: bool = False
    vpc_amount_factor: int = 100

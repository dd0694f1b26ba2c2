"""ZaloPay's rules that its documents leave open or that tests shorten."""

from dataclasses import dataclass, field

from sandbox.kit.settings import Settings as KitSettings


@dataclass
class Settings(KitSettings):
    """Up to three more callbacks come after a return_code 0 or no answer; the intervals are not published.

    `codes_in_return_code`: codes below -400 stand in return_code (newer text) instead of beside return_code 2.
    `bad_mac_code`: -402, or -403 by the newer list.
    `two_ends_callbacks`: whether the reply 2 ends the callbacks; the documents disagree on it.
    `text_zp_trans_id`: zp_trans_id in callbacks is text (newer) instead of a number. `cancel_path`: whether /v2/cancel exists.
    `refund_approval`: refunds wait for an approval by hand. `refund_days`: how long a payment may be refunded, 0 for ever.
    """

    notice_intervals: list[float] = field(default_factory=lambda: [60.0, 300.0, 900.0])
    refund_delay: float = 2
    codes_in_return_code: bool = False
    bad_mac_code: int = -402
    two_ends_callbacks: bool = True
    text_zp_trans_id: bool = False
    cancel_path: bool = True
    refund_approval: bool = False
    refund_days: int = 0

"""What the tests know of each provider without asking its adapter: credentials, and the words that its notices are answered with.

The answers are those of the table in the HTTP contract, written down here a second time on purpose.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Words = tuple[int, str | None]  # status, and what the answer's telling field says (None: an empty body)


def _digits(length: int) -> str:
    return str(secrets.randbelow(9) + 1) + "".join(secrets.choice("0123456789") for _ in range(length - 1))


@dataclass(frozen=True)
class ProviderWords:
    """One provider as a stranger to its adapter knows it.

    ``asks_to_create``: its orders are made by a call of ours. ``can_fail``: it tells of payments that failed.
    """

    code: str
    credentials: Callable[[], dict[str, str]]
    telling: str  # the field of the answer's body that carries its meaning
    good: Words
    repeat: Words
    bad_signature: Words
    unknown_order: Words
    wrong_amount: Words
    our_error: Words
    method: str
    identifier: str
    refunds: bool = True
    queries: bool = True
    transfers: bool = False
    signed_return: bool = True
    returns: bool = True
    asks_to_create: bool = True
    can_fail: bool = True
    fail_with: str = ""  # a code that ends a payment for good; "" for the sandbox's usual one
    tells_failed_refunds: bool = True
    shows_portal_refunds: bool = True
    names_its_account: bool = True
    secret: str = ""
    min_amount: int = 1_000
    max_amount: int = 50_000_000
    options: Mapping[str, Any] = field(default_factory=dict)

    def says(self, status: int, body: bytes) -> Words:
        """An answer in the form of the table."""
        if not body:
            return status, None
        try:
            return status, str(json.loads(body)[self.telling])
        except (ValueError, KeyError, TypeError):
            return status, body.decode("utf-8", "replace")


VNPAY = ProviderWords(
    code="vnpay", method="domestic_card", identifier="tmn_code", secret="hash_secret", telling="RspCode",
    credentials=lambda: {"tmn_code": f"T{_digits(7)}", "hash_secret": secrets.token_hex(16).upper()},
    good=(200, "00"), repeat=(200, "02"), bad_signature=(200, "97"), unknown_order=(200, "01"), wrong_amount=(200, "04"),
    our_error=(200, "99"), min_amount=5_000, max_amount=999_999_999, asks_to_create=False,
)  # fmt: skip
MOMO = ProviderWords(
    code="momo", method="wallet", identifier="partner_code", secret="secret_key", telling="message",
    credentials=lambda: {
        "partner_code": f"MOMO{_digits(8)}", "access_key": secrets.token_hex(8), "secret_key": secrets.token_hex(16)
    },
    good=(204, None), repeat=(204, None), bad_signature=(400, None), unknown_order=(204, None), wrong_amount=(204, None),
    our_error=(500, None),
)  # fmt: skip
ZALOPAY = ProviderWords(
    code="zalopay", method="wallet", identifier="app_id", secret="key2", telling="return_code",
    credentials=lambda: {"app_id": _digits(6), "key1": secrets.token_hex(16), "key2": secrets.token_hex(16)},
    good=(200, "1"), repeat=(200, "1"), bad_signature=(200, "-1"), unknown_order=(200, "2"), wrong_amount=(200, "2"),
    our_error=(200, "0"), max_amount=999_999_999, fail_with="-217", shows_portal_refunds=False,
)  # fmt: skip
NAPAS = ProviderWords(
    code="napas", method="domestic_card", identifier="merchant_id", secret="client_secret", telling="result",
    credentials=lambda: {
        "merchant_id": f"MID{_digits(6)}", "client_secret": secrets.token_hex(16), "username": f"user{_digits(4)}",
        "password": secrets.token_hex(8),
    },
    good=(200, "SUCCESS"), repeat=(200, "SUCCESS"), bad_signature=(400, ""), unknown_order=(200, "SUCCESS"),
    wrong_amount=(200, "SUCCESS"), our_error=(503, ""), max_amount=500_000_000, asks_to_create=False,
    tells_failed_refunds=False,
)  # fmt: skip
PAYOS = ProviderWords(
    code="payos", method="bank_transfer", identifier="client_id", secret="checksum_key", telling="success",
    credentials=lambda: {
        "client_id": secrets.token_hex(12), "api_key": secrets.token_hex(16), "checksum_key": secrets.token_hex(32)
    },
    good=(200, "True"), repeat=(200, "True"), bad_signature=(401, ""), unknown_order=(200, "True"),
    wrong_amount=(200, "True"), our_error=(500, ""), refunds=False, transfers=True, signed_return=False,
    names_its_account=False, can_fail=False, max_amount=9_999_999_999,
)  # fmt: skip
VIETQR = ProviderWords(
    code="vietqr", method="bank_transfer", identifier="account_number", secret="webhook_secret", telling="result",
    credentials=lambda: {
        "bin": "970416", "account_number": _digits(10), "account_name": "CONG TY SMARTPOST",
        "webhook_secret": secrets.token_hex(24),
    },
    good=(200, "ok"), repeat=(200, "ok"), bad_signature=(401, ""), unknown_order=(200, "ok"), wrong_amount=(200, "ok"),
    our_error=(500, ""), refunds=False, queries=False, transfers=True, signed_return=False,
    returns=False, asks_to_create=False, can_fail=False, max_amount=499_999_999,
)  # fmt: skip
WORDS = {words.code: words for words in (VNPAY, MOMO, ZALOPAY, NAPAS, PAYOS, VIETQR)}

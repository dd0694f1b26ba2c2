"""The test cards of NAPAS's page: the public one pays, the others (ours) end in the named way."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class TestCard:
    """A domestic card. `code`: how the bank refuses it ("" = it pays). `date` is the issue date, MM/YY."""

    __test__ = False

    number: str
    case: str
    code: str = ""
    holder: str = "NGUYEN VAN A"
    date: str = "03/07"

    @property
    def grouped(self) -> str:
        """The number as it is printed on a card, in fours."""
        return " ".join(self.number[at : at + 4] for at in range(0, len(self.number), 4))

    @property
    def masked(self) -> str:
        """As a result shows it."""
        return f"{self.number[:6]}xxxxxx{self.number[-4:]}"


OTP = "otp"
CARDS = (
    TestCard("9704000000000018", "pays"),
    TestCard("9704000000000026", "balance", code="51"),
    TestCard("9704000000000034", "locked", code="12"),
    TestCard("9704000000000042", "expired", code="54"),
)


def find_card(number: str) -> TestCard | None:
    """The card with this number; spaces and dashes do not count."""
    plain = re.sub(r"[ -]", "", number)
    return next((card for card in CARDS if card.number == plain), None)


def data_fits(card: TestCard, holder: str, date: str) -> bool:
    """Whether name and date are those on the card, however they are spaced and cased."""
    return " ".join(holder.upper().split()) == card.holder and date.replace(" ", "") == card.date

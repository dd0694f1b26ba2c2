"""Banks and test cards of VNPay's page: the one place for what each public test card does.

The cards are the public ones of https://sandbox.vnpayment.vn/apis/vnpay-demo/ and of NAPAS. That demo names the case of each
card in words; the code is ours to choose where its words do not fix one: an expired card has no code in VNPay's table
(integrators report 09, 11 and 99), so it ends with 99, "other error".
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Bank:
    """A tile of the bank list: VNPay's code, the name on the tile, its letters and its colour."""

    code: str
    name: str
    letters: str
    colour: str


@dataclass(frozen=True)
class TestCard:
    """A card that works here. `code`: what the bank refuses with ("" = it pays); `otp`: "" when it asks for none.

    `date` is the issue date of a domestic card and the expiry date of an international one, MM/YY.
    """

    __test__ = False

    number: str
    brand: str
    date: str
    case: str
    code: str = ""
    otp: str = "123456"
    cvc: str = ""
    holder: str = "NGUYEN VAN A"

    @property
    def grouped(self) -> str:
        """The number as it is printed on a card, in fours."""
        return " ".join(self.number[at : at + 4] for at in range(0, len(self.number), 4))

    @property
    def masked(self) -> str:
        return f"{self.number[:4]} •••• {self.number[-4:]}"


BANKS = (
    Bank("NCB", "NCB", "NCB", "#0b5cab"),
    Bank("VIETCOMBANK", "Vietcombank", "VCB", "#0a7a3c"),
    Bank("VIETINBANK", "VietinBank", "CTG", "#1565a5"),
    Bank("BIDV", "BIDV", "BIDV", "#006b68"),
    Bank("AGRIBANK", "Agribank", "AGR", "#8e1b3a"),
    Bank("TECHCOMBANK", "Techcombank", "TCB", "#c3161c"),
    Bank("MBBANK", "MB", "MB", "#1a3fa0"),
    Bank("ACB", "ACB", "ACB", "#1b4fa3"),
    Bank("VPBANK", "VPBank", "VPB", "#067a46"),
    Bank("TPBANK", "TPBank", "TPB", "#5f2c86"),
    Bank("SACOMBANK", "Sacombank", "STB", "#0f5aa8"),
    Bank("HDBANK", "HDBank", "HDB", "#b3141c"),
    Bank("VIB", "VIB", "VIB", "#0067a6"),
    Bank("SHB", "SHB", "SHB", "#b8560b"),
    Bank("MSBANK", "MSB", "MSB", "#b5391e"),
    Bank("OCB", "OCB", "OCB", "#0a7148"),
    Bank("EXIMBANK", "Eximbank", "EIB", "#12629b"),
    Bank("SEABANK", "SeABank", "SSB", "#a3141f"),
)
_BANKS = {bank.code: bank for bank in BANKS}

DOMESTIC = (
    TestCard("9704198526191432198", "NCB", "07/15", "pays"),
    TestCard("9704195798459170488", "NCB", "07/15", "balance", code="51"),
    TestCard("9704192181368742", "NCB", "07/15", "inactive", code="09"),
    TestCard("9704193370791314", "NCB", "07/15", "locked", code="12"),
    TestCard("9704194841945513", "NCB", "07/15", "expired", code="99"),
)
# Every other bank is reached through NAPAS, whose public test cards stand for all of them.
NAPAS = (
    TestCard("9704000000000018", "NAPAS", "03/07", "pays", otp="otp"),
    TestCard("9704020000000016", "NAPAS", "03/07", "pays", otp="otp"),
)
INTERNATIONAL = (
    TestCard("4456530000001005", "VISA", "12/26", "pays", otp="", cvc="123"),
    TestCard("4456530000001096", "VISA", "12/26", "pays_3ds", cvc="123"),
    TestCard("5200000000001005", "MASTERCARD", "12/26", "pays", otp="", cvc="123"),
    TestCard("5200000000001096", "MASTERCARD", "12/26", "pays_3ds", cvc="123"),
    TestCard("3337000000000008", "JCB", "12/26", "pays", otp="", cvc="123"),
    TestCard("3337000000200004", "JCB", "12/26", "pays_3ds", cvc="123"),
)
INTCARD = "INTCARD"


def bank_of(code: str) -> Bank | None:
    return _BANKS.get(code)


def cards_of(place: str) -> tuple[TestCard, ...]:
    """The cards that work at a bank's form, or at the form of international cards."""
    if place == INTCARD:
        return INTERNATIONAL
    return DOMESTIC if place == "NCB" else NAPAS


def find_card(place: str, number: str) -> TestCard | None:
    """The card with this number at this form; spaces and dashes do not count."""
    plain = "".join(letter for letter in number if letter not in " -")
    return next((card for card in cards_of(place) if card.number == plain), None)


def data_fits(card: TestCard, *, holder: str, date: str, cvc: str) -> bool:
    """Whether what stands on the card was typed rightly. An international card may expire later than published."""
    if " ".join(holder.upper().split()) != card.holder or cvc.strip() != card.cvc:
        return False
    month, _, year = date.replace(" ", "").partition("/")
    if not (len(month) == len(year) == 2 and f"{month}{year}".isdecimal() and 1 <= int(month) <= 12):
        return False
    printed_month, printed_year = card.date.split("/")
    if card.cvc:
        return (year, month) >= (printed_year, printed_month)
    return (year, month) == (printed_year, printed_month)

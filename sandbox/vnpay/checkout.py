"""The payer's way through VNPay's page, step by step and without HTTP: what is typed, and what comes next.

Nothing here is kept over a restart: what was typed into a form is no record of a payment.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sandbox.vnpay.cards import INTCARD, TestCard, bank_of, data_fits, find_card

MOST_TRIES = 3
STEPS = ("methods", "banks", "qr", "card", "confirm", "otp", "refused", "cancel")
_ENTRANCE = {"VNPAYQR": "qr", "VNBANK": "banks", INTCARD: "card"}


@dataclass
class Visit:
    """One payer at one page. `message` is the name of a word; `refusal` the code to leave with after a refusal."""

    place: str = ""
    card: TestCard | None = None
    wrong_cards: int = 0
    wrong_otps: int = 0
    message: str = ""
    refusal: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)

    def go_to(self, place: str) -> None:
        """Chooses a bank's form or that of international cards; what was typed at another one is forgotten."""
        if place != self.place:
            self.place, self.card, self.message, self.typed = place, None, "", {}


@dataclass(frozen=True)
class Next:
    """The step to show; or `pressed`: pay now; or `ended`: leave with this outcome and code."""

    step: str = ""
    pressed: bool = False
    ended: tuple[str, str] | None = None


def first_step(asked_bank: str) -> tuple[str, str]:
    """The step the merchant's vnp_BankCode leads to, and the form's place."""
    if bank_of(asked_bank):
        return "card", asked_bank
    step = _ENTRANCE.get(asked_bank, "methods")
    return step, INTCARD if step == "card" else ""


def act(visit: Visit, form: Mapping[str, str]) -> Next | None:
    """What follows from a form of the page; None for a form that the page does not have."""
    action = _ACTIONS.get(form.get("do", ""))
    visit.message = ""
    return action(visit, form) if action else None


def _card(visit: Visit, form: Mapping[str, str]) -> Next:
    """The number and what stands beside it on the card."""
    card = find_card(visit.place, form.get("number", ""))
    typed = {name: form.get(name, "") for name in ("holder", "date", "cvc")}
    if card is not None and data_fits(card, **typed):
        visit.card, visit.typed = card, {}
        return Next("confirm")
    visit.wrong_cards += 1
    visit.typed = {name: form.get(name, "") for name in ("number", "holder", "date")}
    if visit.wrong_cards >= MOST_TRIES:
        return Next(ended=("fail", "10"))
    visit.message = "wrong_number" if card is None else "wrong_card"
    return Next("card")


def _confirm(visit: Visit, _form: Mapping[str, str]) -> Next:
    """The payer agrees, and the bank looks at the card."""
    if visit.card is None:
        return Next("card")
    if visit.card.code:
        visit.refusal = visit.card.code
        visit.message = f"case_{visit.card.case}"
        return Next("refused")
    return Next("otp") if visit.card.otp else Next(pressed=True)


def _otp(visit: Visit, form: Mapping[str, str]) -> Next:
    if visit.card is None:
        return Next("card")
    if form.get("otp", "").strip().lower() == visit.card.otp:
        return Next(pressed=True)
    visit.wrong_otps += 1
    visit.refusal = "13"
    if visit.wrong_otps >= MOST_TRIES:
        return Next(ended=("fail", "79"))
    visit.message = "wrong_otp"
    return Next("otp")


def _leave(visit: Visit, _form: Mapping[str, str]) -> Next:
    """Back to the merchant with the refusal that stands; without one it is a cancel."""
    return Next(ended=("fail", visit.refusal) if visit.refusal else ("cancel", ""))


_ACTIONS: dict[str, Callable[[Visit, Mapping[str, str]], Next]] = {
    "card": _card,
    "confirm": _confirm,
    "otp": _otp,
    "scan": lambda _visit, _form: Next(pressed=True),
    "leave": _leave,
    "cancel": lambda _visit, _form: Next(ended=("cancel", "")),
}


def channel_of(visit: Visit, *, scanned: bool) -> str:
    """What the payer paid with, as VNPay names it: VNPAYQR, a bank, or a card brand."""
    if scanned or visit.card is None:
        return "VNPAYQR" if scanned else ""
    return visit.card.brand if visit.place == INTCARD else visit.place

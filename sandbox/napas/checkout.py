"""The payer's way through NAPAS's page, without HTTP: card, OTP, and a bank that may refuse. Nothing here survives a restart."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sandbox.napas.cards import OTP, TestCard, data_fits, find_card

MOST_TRIES = 3
ACTIONS = ("card", "otp", "again", "leave")


@dataclass
class Visit:
    """One payer at one page: the step shown, what was typed, and the code to leave with after a refusal."""

    step: str = "card"
    card: TestCard | None = None
    message: str = ""
    refusal: str = ""
    wrong_cards: int = 0
    wrong_otps: int = 0
    typed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Next:
    """What follows a form: another look at the page, or `pressed`: pay now; or `failed`: leave with this code."""

    pressed: bool = False
    failed: str = ""


def act(visit: Visit, form: Mapping[str, str]) -> Next | None:
    """Takes one form of the page; None for a form that the page does not have at this step."""
    visit.message = ""
    action = form.get("do", "")
    if action == "card":
        return _card(visit, form)
    if action == "otp" and visit.card is not None:
        return _otp(visit, visit.card, form)
    if action == "again":
        visit.step, visit.card = "card", None
        return Next()
    if action == "leave" and visit.refusal:
        return Next(failed=visit.refusal)
    return None


def _card(visit: Visit, form: Mapping[str, str]) -> Next:
    typed = {name: form.get(name, "") for name in ("number", "holder", "date")}
    card = find_card(typed["number"])
    if card is not None and data_fits(card, typed["holder"], typed["date"]):
        visit.card, visit.typed = card, {}
        visit.refusal = card.code
        visit.step = "refused" if card.code else "otp"
        visit.message = f"case_{card.case}" if card.code else ""
        return Next()
    visit.typed = typed
    visit.wrong_cards += 1
    visit.message = "wrong_number" if card is None else "wrong_card"
    return Next(failed="10") if visit.wrong_cards >= MOST_TRIES else Next()


def _otp(visit: Visit, card: TestCard, form: Mapping[str, str]) -> Next:
    if card.code:
        return Next(failed=card.code)
    if form.get("otp", "").strip().lower() == OTP:
        return Next(pressed=True)
    visit.wrong_otps += 1
    visit.refusal, visit.message = "13", "wrong_otp"
    return Next(failed="79") if visit.wrong_otps >= MOST_TRIES else Next()

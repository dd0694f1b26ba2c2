"""NAPAS's page in the kit's frame: card form, OTP, a refusal."""

from pathlib import Path

from aiohttp import web

from sandbox.kit.model import Payment
from sandbox.kit.pages import TEMPLATES as KIT
from sandbox.kit.pages import PayerPage
from sandbox.kit.words import Words, words_in
from sandbox.napas.cards import CARDS, OTP, TestCard
from sandbox.napas.checkout import Visit
from sandbox.napas.codes import ENDINGS
from sandbox.napas.words import ENGLISH, VIETNAMESE
from sandbox.templating import Markup, render

TEMPLATES = Path(__file__).parent / "templates"


def all_words(lang: str) -> Words:
    """The kit's words and NAPAS's own."""
    return words_in(lang) | (ENGLISH if lang == "en" else VIETNAMESE)


class NapasPage(PayerPage):
    """The steps of one payer."""

    def step(self, payment: Payment, visit: Visit, *, merchant: str, seconds: int) -> web.Response:
        """The page at the visit's step."""
        words = all_words(payment.lang)
        heading, inside = _STEPS[visit.step](payment, visit, words)
        left = f"{seconds // 60:02d}:{seconds % 60:02d}"
        clock = render(KIT / "clock.html", seconds=seconds, left=left, **words)
        content = Markup(render(TEMPLATES / "heading.html", heading=heading) + inside)
        return self._frame(payment, merchant, step=visit.step, content=content, clock=clock, drawer=self._drawer(words))

    def refused(self, lang: str, code: str, text: str, field: str) -> web.Response:
        """What a payer sees when the gateway does not take the merchant's request; the merchant hears nothing of it."""
        words = all_words(lang)
        more = render(TEMPLATES / "error.html", code=code, text=text, field=field, **words)
        body = render(
            KIT / "message.html",
            brand=self._brand.name,
            step="error",
            heading=words["error_title"],
            about=words["error_about"],
            more=more,
            **words,
        )
        return self._page(words["error_title"], lang, body, 400)


def _card(_payment: Payment, visit: Visit, words: Words) -> tuple[str, Markup]:
    tests = [_test_card(card, words) for card in CARDS]
    inside = render(
        TEMPLATES / "card.html",
        message=_note(visit, words),
        tests=Markup("".join(tests)),
        **{f"typed_{name}": visit.typed.get(name, "") for name in ("number", "holder", "date")},
        **words,
    )
    return words["card_title"], inside


def _test_card(card: TestCard, words: Words) -> Markup:
    case = words[f"case_{card.case}"]
    printed = {"number": card.number, "holder": card.holder, "date": card.date, "grouped": card.grouped}
    return render(TEMPLATES / "test_card.html", case=case, **printed)


def _otp(_payment: Payment, visit: Visit, words: Words) -> tuple[str, Markup]:
    leave = render(TEMPLATES / "leave.html", **words) if visit.refusal else Markup("")
    return words["otp_title"], render(TEMPLATES / "otp.html", message=_note(visit, words), otp=OTP, leave_button=leave, **words)


def _refused(payment: Payment, visit: Visit, words: Words) -> tuple[str, Markup]:
    ending = ENDINGS[visit.refusal]
    text = ending.en if payment.lang == "en" else ending.vi
    return words["refused_title"], render(TEMPLATES / "refused.html", text=text, **words)


def _note(visit: Visit, words: Words) -> Markup:
    return render(TEMPLATES / "note.html", text=words[visit.message]) if visit.message else Markup("")


_STEPS = {"card": _card, "otp": _otp, "refused": _refused}

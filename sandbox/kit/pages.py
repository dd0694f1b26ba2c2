"""The payer page in the provider's colours: what is to be paid, pay and cancel, and the drawer of test scenarios."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from sandbox.kit.model import Payment
from sandbox.kit.scenarios import SCENARIOS
from sandbox.kit.words import Words, words_in
from sandbox.templating import Markup, format_vnd, page, render
from sandbox.vnpay.qr import picture

TEMPLATES = Path(__file__).parent / "templates"
_ENDS = ("paid", "cancel", "expire", "pending")


@dataclass(frozen=True)
class Brand:
    """A provider's name and colours; each pair of accent and text on it has a contrast of at least 4.5."""

    name: str
    heading_vi: str
    heading_en: str
    accent: str = "#005baa"
    on_accent: str = "#fff"
    tint: str = "#e8f1fa"
    dark_accent: str = "#7cbcf5"
    on_dark_accent: str = "#06223c"
    dark_tint: str = "#17314a"


@dataclass(frozen=True)
class ReturnTo:
    """Where the browser goes: a GET address, or with fields a form posted there."""

    url: str
    fields: dict[str, str] | None = None


class PayerPage:
    """The pages of one provider."""

    def __init__(self, brand: Brand, failures: dict[str, tuple[str, str]]) -> None:
        self._brand = brand
        self._failures = failures

    def pay(
        self, payment: Payment, *, merchant: str, inside: Markup, ways: list[tuple[str, str, str]], seconds: int | None
    ) -> web.Response:
        """The page of an open payment. `seconds` are left until it closes; None shows no clock."""
        words = words_in(payment.lang)
        heading = self._brand.heading_en if payment.lang == "en" else self._brand.heading_vi
        content = render(TEMPLATES / "pay.html", heading=heading, inside=inside, buttons=_pay_buttons(ways, words), **words)
        clock = Markup("")
        if seconds is not None:
            left = f"{seconds // 60:02d}:{seconds % 60:02d}"
            clock = render(TEMPLATES / "clock.html", seconds=seconds, left=left, **words)
        return self._frame(payment, merchant, step="pay", content=content, clock=clock, drawer=self._drawer(words))

    def waiting(self, payment: Payment, *, merchant: str) -> web.Response:
        """The result is not there yet: the page waits with the payer. The drawer may still decide it."""
        words = words_in(payment.lang)
        content = render(TEMPLATES / "waiting.html", **words)
        drawer = self._drawer(words)
        return self._frame(payment, merchant, step="processing", content=content, clock=Markup(""), drawer=drawer)

    def message(self, lang: str, name: str, *, status: int = 200, more: Markup | None = None) -> web.Response:
        """A page that only says something: `broken`, `unknown`, `ended`."""
        words = words_in(lang)
        heading, about = words[f"{name}_title"], words[f"{name}_about"]
        more = more or Markup("")
        body = render(
            TEMPLATES / "message.html", brand=self._brand.name, step=name, heading=heading, about=about, more=more, **words
        )
        return self._page(heading, words["lang"], body, status)

    def leave_by_form(self, lang: str, to: ReturnTo) -> web.Response:
        """Sends the browser back by a POST: at once with scripts, by a button without."""
        words = words_in(lang)
        inputs = [render(TEMPLATES / "field.html", name=name, value=value) for name, value in (to.fields or {}).items()]
        form = render(TEMPLATES / "leave.html", url=to.url, fields=Markup("".join(inputs)), **words)
        heading = words["leaving_title"]
        body = render(
            TEMPLATES / "message.html", brand=self._brand.name, step="leaving", heading=heading, about="", more=form, **words
        )
        return self._page(heading, words["lang"], body, 200)

    def _frame(
        self, payment: Payment, merchant: str, *, step: str, content: Markup, clock: Markup, drawer: Markup
    ) -> web.Response:
        words = words_in(payment.lang)
        body = render(
            TEMPLATES / "frame.html",
            brand=self._brand.name,
            step=step,
            content=content,
            clock=clock,
            drawer=drawer,
            amount=format_vnd(payment.amount),
            merchant=merchant,
            reference=payment.reference,
            description=payment.description,
            **words,
        )
        return self._page(self._brand.name, words["lang"], body, 200)

    def _drawer(self, words: Words) -> Markup:
        """Every outcome by one click, for those who build the merchant's side."""
        english = words["lang"] == "en"
        buttons = {name: _button("outcome", name, words[f"do_{name}"]) for name in SCENARIOS if name != "fail"}
        fails = [_button("code", code, f"{code} · {both[english]}") for code, both in self._failures.items()]
        return render(
            TEMPLATES / "drawer.html",
            ends=Markup("".join(buttons[name] for name in _ENDS)),
            ways=Markup("".join(button for name, button in buttons.items() if name not in _ENDS)),
            fails=Markup("".join(fails)),
            **words,
        )

    def _page(self, title: str, lang: str, body: Markup, status: int) -> web.Response:
        css = render(TEMPLATES / "kit.css", **_colours(self._brand))
        return page(title=title, lang=lang, body=body, css=css, status=status)


def _colours(brand: Brand) -> dict[str, str]:
    names = ("accent", "on_accent", "tint", "dark_accent", "on_dark_accent", "dark_tint")
    return {name: getattr(brand, name) for name in names}


def _pay_buttons(ways: list[tuple[str, str, str]], words: Words) -> Markup:
    english = words["lang"] == "en"
    named = [(f"pay:{name}", text_en if english else text_vi) for name, text_vi, text_en in ways] or [("pay", words["pay"])]
    return Markup("".join(render(TEMPLATES / "pay_button.html", value=value, text=text) for value, text in named))


def _button(name: str, value: str, text: str) -> Markup:
    return render(TEMPLATES / "button.html", name=name, value=value, text=text)


def qr_picture(token: str, words: Words) -> Markup:
    """A picture in place of a QR code, and the words that say so: a real one could be paid with real money by mistake."""
    seed = hashlib.sha256(token.encode()).digest()
    return render(TEMPLATES / "qr.html", picture=Markup(picture(seed)), **words)

"""What the payer sees: every step of VNPay's page as HTML."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from aiohttp import web

from sandbox.templating import Markup, format_vnd, page, render
from sandbox.vnpay.cards import BANKS, INTCARD, TestCard, bank_of, cards_of
from sandbox.vnpay.checkout import MOST_TRIES, Visit
from sandbox.vnpay.codes import FAILURES
from sandbox.vnpay.model import Payment
from sandbox.vnpay.qr import picture
from sandbox.vnpay.scenarios import SCENARIOS
from sandbox.vnpay.words import ENGLISH, VIETNAMESE

METHOD = "/vnpay/paymentv2/Transaction/PaymentMethod.html"
TEMPLATES = Path(__file__).parent / "templates"
CSS = TEMPLATES / "vnpay.css"
_SAY_WHAT_WAS_WRONG = {"card", "otp"}
_PLAIN_ENDS = ("pay", "cancel", "suspicious")

Words = dict[str, str]


def words_of(payment: Payment) -> Words:
    return ENGLISH if payment.locale == "en" else VIETNAMESE


def step_page(payment: Payment, visit: Visit, step: str, *, merchant: str, seconds: int) -> web.Response:
    """The whole page at one step of the payer's way; `seconds` are left until it closes."""
    words = words_of(payment)
    content = _STEPS[step](payment, visit, words)
    if visit.message and step in _SAY_WHAT_WAS_WRONG:
        text = words[visit.message].format(left=MOST_TRIES - visit.wrong_otps)
        content = Markup(render(TEMPLATES / "message.html", text=text) + content)
    left = f"{seconds // 60:02d}:{seconds % 60:02d}"
    clock = render(TEMPLATES / "clock.html", seconds=seconds, clock=left, **_common(payment, words))
    return _page(payment, merchant, step=step, content=content, clock=clock, drawer=_drawer(payment, words))


def processing_page(payment: Payment, merchant: str) -> web.Response:
    """The bank has not confirmed yet: the page waits with the payer and then goes back by itself."""
    words = words_of(payment)
    content = render(TEMPLATES / "processing.html", **words)
    return _page(payment, merchant, step="processing", content=content, clock=Markup(""), drawer=Markup(""))


def broken_page(payment: Payment) -> web.Response:
    """What a payer sees when VNPay's page breaks after the money was taken: no way back to the merchant."""
    words = words_of(payment)
    body = render(TEMPLATES / "broken.html", **words)
    return page(title=words["broken_title"], lang=words["lang"], body=body, css=CSS, status=500)


def _page(payment: Payment, merchant: str, *, step: str, content: Markup, clock: Markup, drawer: Markup) -> web.Response:
    words = words_of(payment)
    body = render(
        TEMPLATES / "frame.html",
        step=step,
        content=content,
        clock=clock,
        drawer=drawer,
        amount=format_vnd(payment.amount),
        merchant=merchant,
        txn_ref=payment.txn_ref,
        order_info=payment.order_info,
        **_common(payment, words),
    )
    return page(title=words["pay_title"], lang=words["lang"], body=body, css=CSS)


def _common(payment: Payment, words: Words) -> Words:
    return words | {"here": f"?token={payment.token}"}


def _methods(payment: Payment, _visit: Visit, words: Words) -> Markup:
    return render(TEMPLATES / "methods.html", **_common(payment, words))


def _banks(payment: Payment, _visit: Visit, words: Words) -> Markup:
    tiles = [render(TEMPLATES / "bank.html", **vars(bank), **_common(payment, words)) for bank in BANKS]
    return render(TEMPLATES / "banks.html", tiles=Markup("".join(tiles)), **_common(payment, words))


def _qr(payment: Payment, _visit: Visit, words: Words) -> Markup:
    seed = hashlib.sha256(payment.token.encode()).digest()
    return render(TEMPLATES / "qr.html", picture=Markup(picture(seed)), **_common(payment, words))


def _card(payment: Payment, visit: Visit, words: Words) -> Markup:
    """The form of a bank's card or of an international one, with the test cards that work there."""
    bank = bank_of(visit.place)
    international = visit.place == INTCARD
    tests = [_test_card(card, words) for card in cards_of(visit.place)]
    return render(
        TEMPLATES / "card.html",
        place=words["international"] if international else (bank.name if bank else visit.place[:20]),
        date_label=words["date_expiry" if international else "date_issue"],
        cvc=render(TEMPLATES / "cvc.html", **words) if international else Markup(""),
        tests=Markup("".join(tests)),
        **{f"typed_{name}": visit.typed.get(name, "") for name in ("number", "holder", "date")},
        back_step="methods" if international else "banks",
        **_common(payment, words),
    )


def _test_card(card: TestCard, words: Words) -> Markup:
    otp = f" · {words['otp_short']} {card.otp}" if card.otp else ""
    fields = {"number": card.number, "holder": card.holder, "date": card.date, "cvc": card.cvc, "grouped": card.grouped}
    case = f"{card.brand} · {words['case_' + card.case]}{otp}"
    return render(TEMPLATES / "test_card.html", case=case, kind="bad" if card.code else "good", **fields)


def _confirm(payment: Payment, visit: Visit, words: Words) -> Markup:
    return render(
        TEMPLATES / "confirm.html",
        card=visit.card.masked if visit.card else "",
        holder=visit.card.holder if visit.card else "",
        total=format_vnd(payment.amount),
        **_common(payment, words),
    )


def _otp(payment: Payment, visit: Visit, words: Words) -> Markup:
    leave = render(TEMPLATES / "leave.html", **_common(payment, words)) if visit.wrong_otps else Markup("")
    otp = visit.card.otp if visit.card else ""
    return render(TEMPLATES / "otp.html", otp=otp, leave_form=leave, **_common(payment, words))


def _refused(payment: Payment, visit: Visit, words: Words) -> Markup:
    text = words.get(visit.message) or FAILURES[visit.refusal][payment.locale == "en"]
    return render(TEMPLATES / "refused.html", text=text, code=visit.refusal, **_common(payment, words))


def _cancel(payment: Payment, _visit: Visit, words: Words) -> Markup:
    return render(TEMPLATES / "cancel.html", **_common(payment, words))


def _drawer(payment: Payment, words: Words) -> Markup:
    """Every outcome by one click, for those who build the merchant's side."""
    buttons = {name: _button("outcome", name, words[f"drawer_{name}"]) for name in SCENARIOS if name != "fail"}
    fails = [_button("code", code, f"{code} · {both[payment.locale == 'en']}") for code, both in FAILURES.items()]
    return render(
        TEMPLATES / "drawer.html",
        ends=Markup("".join(buttons[name] for name in _PLAIN_ENDS)),
        ways=Markup("".join(button for name, button in buttons.items() if name not in _PLAIN_ENDS)),
        fails=Markup("".join(fails)),
        **_common(payment, words),
    )


def _button(name: str, value: str, text: str) -> Markup:
    return render(TEMPLATES / "button.html", name=name, value=value, text=text)


_STEPS: dict[str, Callable[[Payment, Visit, Words], Markup]] = {
    "methods": _methods,
    "banks": _banks,
    "qr": _qr,
    "card": _card,
    "confirm": _confirm,
    "otp": _otp,
    "refused": _refused,
    "cancel": _cancel,
}

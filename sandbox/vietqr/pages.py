"""The payer's banking app: read a QR, then transfer, with the amount and memo the payer chooses."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

from aiohttp import web

from sandbox.control import ControlError
from sandbox.kit.model import Account, Payment
from sandbox.kit.scenarios import CannotPlay, scenario
from sandbox.kit.words import Words, words_in
from sandbox.templating import Markup, format_vnd, page, render
from sandbox.vietqr.banks import bank_name
from sandbox.vietqr.emvco import QrError
from sandbox.vietqr.memos import STYLES
from sandbox.vietqr.words import WORDS

if TYPE_CHECKING:
    from sandbox.vietqr.provider import VietqrSandbox

TEMPLATES = Path(__file__).parent / "templates"
_APP = "/vietqr/pay"
_MOST_SHOWN = 20
_MOST_MEMO = 200  # what a payer may type is longer than what a QR holds
_AMOUNT = re.compile(r"[1-9][0-9]{0,12}")


class PayerApp:
    """The app's pages, which work without scripts."""

    def __init__(self, bank: "VietqrSandbox") -> None:
        self._bank = bank

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get(_APP, self.show),
            web.post(_APP, self.read),
            web.post(_APP + "/{token}/transfers", self.transfer),
        ]

    async def show(self, request: web.Request) -> web.Response:
        """Where a QR text is pasted; `?qr=` fills it in."""
        return self._page(request.query.get("lang", "vi"), request.query.get("qr", ""))

    async def read(self, request: web.Request) -> web.StreamResponse:
        """On to the order that the text asks for, or the same page saying why it cannot be read."""
        form = await request.post()
        text, lang = str(form.get("qr", "")).strip(), str(form.get("lang", "vi"))
        try:
            order = self._bank.scan(text)
        except QrError as refused:
            return self._page(lang, text, refused=str(refused))
        raise web.HTTPSeeOther(f"{_APP}/{order.token}?lang={'en' if lang == 'en' else 'vi'}")

    async def transfer(self, request: web.Request) -> web.StreamResponse:
        """One transfer as typed; then the order's page again."""
        order = self._bank.ledger.by_token(request.match_info["token"])
        form = await request.post()
        amount, memo = str(form.get("amount", "")), str(form.get("memo", ""))[:_MOST_MEMO]
        style = str(form.get("memo_style", "exact"))
        if order is None or not _AMOUNT.fullmatch(amount) or style not in STYLES:
            raise web.HTTPBadRequest(text="amount: whole đồng; memo_style: one of the list")
        try:
            self._bank.write_memo(order, style, memo)
            self._bank.play(order, scenario("paid"), amount=int(amount))
        except (CannotPlay, ControlError) as refused:
            raise web.HTTPBadRequest(text=str(refused)) from None
        raise web.HTTPSeeOther(f"{_APP}/{order.token}")

    def _page(self, lang: str, text: str, refused: str = "") -> web.Response:
        words = words_in(lang)
        own = WORDS[words["lang"]]
        still = [one for one in self._bank.ledger.payments() if not one.finished and one.own["qr"]]
        links = [_open_link(one, words["lang"]) for one in reversed(still[-_MOST_SHOWN:])]
        body = render(
            TEMPLATES / "app.html",
            brand=self._bank.brand.name,
            qr=text,
            refusal=render(TEMPLATES / "refused.html", reason=refused, **own) if refused else Markup(""),
            opened=render(TEMPLATES / "opened.html", links=Markup("".join(links)), **own) if links else Markup(""),
            **(words | own),
        )
        return page(
            title=own["app_title"], lang=words["lang"], body=body, css=TEMPLATES / "app.css", status=400 if refused else 200
        )


def order_content(account: Account, order: Payment, words: Words) -> Markup:
    """What stands above the order page's buttons: who gets the money, and the form to send it."""
    own = WORDS[words["lang"]]
    styles = [render(TEMPLATES / "style.html", value=one, text=own[f"style_{one}"]) for one in STYLES]
    return render(
        TEMPLATES / "order.html",
        bank=bank_name(account["bin"]),
        number=account["account_number"],
        holder=account["account_name"],
        received=format_vnd(order.received),
        amount=max(0, order.amount - order.received) or "",
        memo=order.own["memo"],
        styles=Markup("".join(styles)),
        action=f"{_APP}/{order.token}/transfers",
        **own,
    )


def _open_link(order: Payment, lang: str) -> Markup:
    amount = format_vnd(order.amount) if order.amount else "—"
    address = f"{_APP}/{order.token}?lang={lang}"
    return render(TEMPLATES / "open_link.html", address=address, memo=order.own["memo"] or order.reference, amount=amount)

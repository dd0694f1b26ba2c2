"""payOS's checkout page: the QR, the same by hand, and a form that plays the payer's banking app with any amount."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

from aiohttp import web

from sandbox.kit.model import Account, Payment
from sandbox.kit.pages import qr_picture
from sandbox.kit.scenarios import CannotPlay, scenario
from sandbox.kit.words import Words
from sandbox.payos.links import bank_account, qr_text
from sandbox.payos.words import WORDS
from sandbox.templating import Markup, format_vnd, render
from sandbox.vietqr.banks import bank_name

if TYPE_CHECKING:
    from sandbox.payos.provider import PayosSandbox

TEMPLATES = Path(__file__).parent / "templates"
_AMOUNT = re.compile(r"[1-9][0-9]{0,12}")


def checkout(account: Account, link: Payment, words: Words) -> Markup:
    """What stands above the page's buttons."""
    bank, own = bank_account(account), WORDS[words["lang"]]
    left = max(0, link.amount - link.received)
    paid = render(TEMPLATES / "received.html", received=format_vnd(link.received), left=format_vnd(left), **own)
    return render(
        TEMPLATES / "checkout.html",
        picture=qr_picture(link.token, words),
        qr_text=qr_text(account, link),
        bank=bank_name(bank["bin"]),
        number=bank["account_number"],
        holder=bank["account_name"],
        memo=link.own["memo"],
        paid=paid if link.received else Markup(""),
        left=left,
        action=f"/payos/web/{link.token}/transfers",
        **own,
    )


class TransferForm:
    """One transfer from the payer's bank, of whatever amount was typed."""

    def __init__(self, payos: "PayosSandbox") -> None:
        self._payos = payos

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/payos/web/{token}/transfers", self.transfer)]

    async def transfer(self, request: web.Request) -> web.StreamResponse:
        """Takes the money and shows the page again, which knows whether the link is paid."""
        link = self._payos.ledger.by_token(request.match_info["token"])
        typed = str((await request.post()).get("amount", ""))
        if link is None or not _AMOUNT.fullmatch(typed):
            raise web.HTTPBadRequest(text="amount: whole đồng")
        try:
            self._payos.play(link, scenario("paid"), amount=int(typed))
        except CannotPlay as refused:
            raise web.HTTPBadRequest(text=str(refused)) from None
        raise web.HTTPSeeOther(f"/payos/web/{link.token}")

"""The shop's pages as HTML. Nothing here decides anything: what is paid is what the transaction says."""

import json
from pathlib import Path
from typing import Any

from aiohttp import web

from sandbox.shop.callbacks import Received
from sandbox.shop.client import ApiError
from sandbox.shop.goods import GOODS, Goods
from sandbox.shop.words import plain_error
from sandbox.templating import Markup, format_vnd, page, render

_TEMPLATES = Path(__file__).parent / "templates"
_SHOWN_SOURCE = ("client.py", "callbacks.py", "app.py", "watch.py", "config.py")
_LOOKS = {
    "pending": "wait",
    "paid": "good",
    "late": "good",
    "under_review": "warn",
    "cancelled": "warn",
    "expired": "warn",
    "refunded": "good",
}
_SIGNS = {"cancelled": "bad"}

Words = dict[str, str]
Transaction = dict[str, Any]


def window(words: Words, order_id: str) -> web.Response:
    """The goods, and the form that buys one of them."""
    tiles = [_tile(goods, words, checked=code == "hat") for code, goods in GOODS.items()]
    return _page(words, render(_TEMPLATES / "window.html", tiles=Markup("".join(tiles)), order_id=order_id, **words))


def result(words: Words, transaction: Transaction, received: list[Received], *, cancelled: bool) -> web.Response:
    """The order and how it stands; the page asks again by itself."""
    body = render(
        _TEMPLATES / "done.html",
        transaction_id=transaction["transaction_id"],
        order_id=transaction["order_id"],
        amount=format_vnd(transaction["amount"]),
        live=live(words, transaction, received, cancelled=cancelled),
        cancelled=Markup("&cancelled") if cancelled else "",
        **words,
    )
    return _page(words, body)


def live(words: Words, transaction: Transaction, received: list[Received], *, cancelled: bool) -> Markup:
    """What changes while the page is open: the state and the callbacks."""
    state = state_of(transaction, cancelled=cancelled)
    look = _LOOKS.get(state, "bad")
    lines = "".join(_callback(one, words) for one in received)
    return render(
        _TEMPLATES / "live.html",
        status=transaction["status"],
        state=state,
        look=look,
        sign=render(_TEMPLATES / f"sign_{_SIGNS.get(state, look)}.html"),
        title=words[f"title_{state}"],
        about=words[f"about_{state}"],
        reason=(transaction.get("failure_reason") or "") if state == "failed" else "",
        callbacks=Markup(lines) if lines else render(_TEMPLATES / "no_callback.html", **words),
        **words,
    )


def state_of(transaction: Transaction, *, cancelled: bool) -> str:
    """The transaction's status in the shop's words. `cancelled`: the buyer came back to cancel_url, which proves nothing,
    so it only chooses the words for a payment that did not succeed."""
    status = str(transaction["status"])
    if status == "completed":
        return "late" if transaction["late"] else "paid"
    if status in {"refunded", "partially_refunded"}:
        return "refunded"
    return "cancelled" if status == "failed" and cancelled else status


def sorry(words: Words, error: ApiError, again: dict[str, str] | None = None) -> web.Response:
    """What went wrong, in words for a buyer, and the same order again: repeating it never charges twice."""
    fields = Markup("".join(render(_TEMPLATES / "hidden.html", name=name, value=value) for name, value in (again or {}).items()))
    body = render(
        _TEMPLATES / "error.html",
        plain=plain_error(error.code, words["lang"]),
        message=error.message,
        code=error.code,
        request_id=error.request_id or "-",
        again_form=render(_TEMPLATES / "again.html", fields=fields, **words) if again else Markup(""),
        **words,
    )
    return _page(words, body, status=404 if error.code == "TRANSACTION_NOT_FOUND" else 502)


def source(words: Words) -> web.Response:
    """The files that make up the integration, as they are."""
    here = Path(__file__).parent
    files = [
        render(_TEMPLATES / "file.html", name=name, about=words[f"source_{name}"], code=(here / name).read_text(encoding="utf-8"))
        for name in _SHOWN_SOURCE
    ]
    links = [render(_TEMPLATES / "file_link.html", name=name) for name in _SHOWN_SOURCE]
    body = render(_TEMPLATES / "source.html", files=Markup("".join(files)), links=Markup("".join(links)), **words)
    return _page(words, body)


def _tile(goods: Goods, words: Words, *, checked: bool) -> Markup:
    lang = words["lang"]
    return render(
        _TEMPLATES / "tile.html",
        code=goods.code,
        name=goods.name[lang],
        about=goods.about[lang],
        price=format_vnd(goods.price),
        picture=render(_TEMPLATES / goods.picture),
        checked="checked" if checked else "",
    )


def _callback(one: Received, words: Words) -> Markup:
    simple_ok = one.callback.simple_signature_ok
    return render(
        _TEMPLATES / "callback.html",
        event_type=one.callback.event_type,
        webhook_id=one.callback.webhook_id,
        simple="✓" if simple_ok else "✗",
        simple_kind="good" if simple_ok else "bad",
        deliveries=one.deliveries,
        pretty=json.dumps(one.callback.body, ensure_ascii=False, indent=2),
        **words,
    )


def _page(words: Words, body: Markup, status: int = 200) -> web.Response:
    frame = render(_TEMPLATES / "frame.html", body=body, **words)
    return page(title=words["shop"], lang=words["lang"], body=frame, css=_TEMPLATES / "shop.css", status=status)

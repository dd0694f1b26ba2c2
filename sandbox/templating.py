"""HTML pages from `string.Template` files: every value is escaped unless it is Markup."""

import html
from functools import cache
from pathlib import Path
from string import Template

from aiohttp import web

_FRAME = Path(__file__).parent / "templates"


class Markup(str):
    """Text that is HTML already and is put into a page as it is."""

    __slots__ = ()


@cache
def _template(path: Path) -> Template:
    return Template(path.read_text(encoding="utf-8"))


def render(path: Path, **values: str | int) -> Markup:
    """The template with its values; a missing value is a KeyError, so a page is never half-filled."""
    safe = {name: value if isinstance(value, Markup) else html.escape(str(value)) for name, value in values.items()}
    return Markup(_template(path).substitute(safe))


@cache
def _text(path: Path) -> Markup:
    return Markup(path.read_text(encoding="utf-8"))


def page(*, title: str, lang: str, body: Markup, css: Path | Markup, status: int = 200) -> web.Response:
    """A whole page in the common frame with the house's own style; never cached, because it shows money in motion."""
    base_css = _text(_FRAME / "base.css")
    own_css = css if isinstance(css, Markup) else _text(css)
    text = render(_FRAME / "base.html", title=title, lang=lang, body=body, base_css=base_css, css=own_css)
    return web.Response(text=text, content_type="text/html", status=status, headers={"Cache-Control": "no-store"})


def format_vnd(amount: int) -> str:
    """100000 -> `100.000 ₫`, as shop windows in Vietnam write it."""
    return f"{amount:,}".replace(",", ".") + " ₫"

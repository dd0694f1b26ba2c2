"""How a visitor sees the pages (language, width, light or dark), what is wrong with what is seen, and the pictures of it."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Page, Request, Response

MOST_BYTES = 250_000
HOME = {"127.0.0.1", "localhost", ""}
# Words that every English page of ours has somewhere; none of them is a word of Vietnamese, a name or a code.
ENGLISH = re.compile(
    r"\b(the|and|your|with|from|this|choose|payment|payments|pay|paid|buy|order|orders|amount|status|cancel|cancelled|failed|back"
    r"|waiting|search|save|delete|change|history|home|filter|filters|yes|log out|log in|sign|welcome|select|add|close|view"
    r"|received|created|description|signature|deliveries|expired|late|refused|received and verified|continue|confirm)\b",
    re.IGNORECASE,
)
# What is a code in every language: ids, bodies, headers, names of events; and the switch to the other language.
_CODES = "code, pre, script, style, noscript, option, .material-symbols-outlined, [lang=en], .callback h3, .callback dt"
_QUOTED = re.compile(r"SmartPost Payments|\{[^}]*\}")  # our name, and answers to providers word for word
_SEEN = """(codes) => {
  const page = document.body.cloneNode(true);
  const live = [...document.body.querySelectorAll('*')], copy = [...page.querySelectorAll('*')];
  live.forEach((element, i) => { if (!element.checkVisibility()) copy[i].dataset.hidden = '1'; });
  page.querySelectorAll(codes + ', [data-hidden]').forEach(element => element.remove());
  return page.textContent.replace(/\\s+/g, ' ');
}"""
_WIDEST = """(room) => [...document.querySelectorAll('body *')]
  .filter(one => one.getBoundingClientRect().right > room + 1 && getComputedStyle(one).position !== 'fixed')
  .slice(-3).map(one => one.outerHTML.slice(0, 160))"""


@dataclass(frozen=True)
class Look:
    """A visitor: language, width, and whether they like it dark."""

    lang: str
    width: int
    dark: bool = False

    def __str__(self) -> str:
        return f"{self.lang}-{self.width}{'-dark' if self.dark else ''}"

    def context(self) -> dict[str, Any]:
        """Settings of the browser context."""
        return {
            "viewport": {"width": self.width, "height": 740 if self.width < 600 else 800},
            "locale": "vi-VN" if self.lang == "vi" else "en-US",
            "timezone_id": "Asia/Ho_Chi_Minh",
            "color_scheme": "dark" if self.dark else "light",
            "reduced_motion": "reduce",
        }

    def say(self, vietnamese: str, english: str) -> str:
        """The words in the visitor's language."""
        return vietnamese if self.lang == "vi" else english


PHONE = Look("vi", 360)
DESK = Look("en", 1280)
BOTH = [PHONE, DESK]


@dataclass
class Watch:
    """What went wrong on a page while it was open."""

    page: Page
    errors: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", self._request)
        self.page.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.errors.append(f"{message.text} ({self.page.url})")

    def _request(self, request: Request) -> None:
        if (urlsplit(request.url).hostname or "") not in HOME:
            self.outside.append(request.url)

    def _response(self, response: Response) -> None:
        if response.status >= 400:
            self.errors.append(f"{response.status} {response.url}")


@dataclass(frozen=True)
class Album:
    """Where pictures are kept: the run's own folder, and the repository's when SCREENSHOTS names it."""

    places: list[Path]

    @classmethod
    def from_environment(cls, own: Path) -> Album:
        """The run's folder, and SCREENSHOTS if it is set."""
        wanted = os.environ.get("SCREENSHOTS")
        return cls([own, Path(wanted)] if wanted else [own])

    def keep(self, page: Page, look: Look, name: str, *, whole: bool = True) -> None:
        """Check the page, and keep its picture as ``name-vi-360.png``, the ``whole`` of it or what the screen shows."""
        fits(page, look)
        self.picture(page, look, name, whole=whole)

    def picture(self, page: Page, look: Look, name: str, *, whole: bool = True) -> None:
        """Keep the picture alone."""
        picture = _tall(page) if whole else b""
        if not picture or len(picture) > MOST_BYTES:
            picture = page.screenshot(animations="disabled", caret="hide")
        for place in self.places:
            place.mkdir(parents=True, exist_ok=True)
            (place / f"{name}-{look}.png").write_bytes(picture)


def _tall(page: Page) -> bytes:
    """The whole page, in a window as tall as it: bars that stick to the window's edges stand where they belong."""
    size = page.viewport_size
    assert size is not None
    page.set_viewport_size({**size, "height": max(size["height"], page.evaluate("document.body.scrollHeight"))})
    picture = page.screenshot(animations="disabled", caret="hide")
    page.set_viewport_size(size)
    return picture


def fits(page: Page, look: Look) -> None:
    """No horizontal scrolling, the right language declared, and no English word on a Vietnamese page."""
    does_not_scroll_sideways(page)
    assert page.evaluate("document.documentElement.lang").startswith(look.lang)
    if look.lang == "vi":
        seen = _QUOTED.sub("", page.evaluate(_SEEN, _CODES))
        found = [seen[max(0, word.start() - 30) : word.end() + 30] for word in ENGLISH.finditer(seen)]
        assert not found, f"English on {page.url}: {found}"


def does_not_scroll_sideways(page: Page) -> None:
    """The page is as wide as the window."""
    wide, room = page.evaluate("[document.scrollingElement.scrollWidth, document.scrollingElement.clientWidth]")
    assert wide <= room, f"{page.url} is {wide} px wide in {room} px because of {page.evaluate(_WIDEST, room)}"

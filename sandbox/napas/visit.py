"""A merchant's page as a browser with scripts sees it: what NAPAS's script would post, read from the page's HTML."""

from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import aiohttp

from sandbox.control import ControlError
from sandbox.napas.form import ATTRIBUTES, SCRIPT_PATH

_TIMEOUT = aiohttp.ClientTimeout(total=30)
_BY_LOWER = {name.lower(): name for name in ATTRIBUTES}


class _Page(HTMLParser):
    """The merchant's form, the container and the script's attributes of one page."""

    def __init__(self) -> None:
        super().__init__()
        self.action: str | None = None
        self.container = False
        self.script: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        fields = {name: value or "" for name, value in attrs}
        if tag == "form" and fields.get("id") == "merchant-form":
            self.action = fields.get("action", "")
        if fields.get("id") == "napas-widget-container":
            self.container = True
        if tag == "script" and fields.get("id") == "napas-widget-script":
            self.script = fields


async def visit(url: str) -> dict[str, str]:
    """Opens the merchant's page and gives what the hosted form would post; ControlError when the page does not show one."""
    async with aiohttp.ClientSession(timeout=_TIMEOUT) as session:
        try:
            async with session.get(url) as response:
                text, status, address = await response.text(), response.status, str(response.url)
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise ControlError(f"payment_url: {type(error).__name__}") from None
    if status != 200:
        raise ControlError(f"payment_url: answered {status}")
    return read_page(text, address)


def read_page(text: str, address: str) -> dict[str, str]:
    """What the script of this page would post to the gateway."""
    page = _Page()
    page.feed(text)
    if page.action is None:
        raise ControlError("payment_url: no form#merchant-form on the page")
    if not page.container:
        raise ControlError("payment_url: no #napas-widget-container on the page")
    if urlsplit(page.script.get("src", "")).path != SCRIPT_PATH:
        raise ControlError("payment_url: no script#napas-widget-script of this gateway on the page")
    # Without a type, `language="vi"` would name the script's language, and a browser does not run a script in "vi".
    if page.script.get("type") != "text/javascript":
        raise ControlError('payment_url: script#napas-widget-script without type="text/javascript"')
    posted = {_BY_LOWER[name]: value for name, value in page.script.items() if name in _BY_LOWER}
    return posted | {"returnUrl": urljoin(address, page.action)}

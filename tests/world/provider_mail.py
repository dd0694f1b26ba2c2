"""The providers' notices on their way to us: in any order, twice, late, changed by somebody, until our answer satisfies."""

from __future__ import annotations

from urllib.parse import urlsplit

from tests.world import web
from tests.world.process import End
from tests.world.sandboxes import Mail
from tests.world.scene import Act, Scene

# A provider gives up after so many tries; ours are all answered well before.
_MOST_TRIES = 10


def waiting(scene: Scene) -> list[Mail]:
    """Notices that no answer has satisfied yet and that the provider still sends."""
    return [mail for mail in scene.stage.sandboxes.mail if not mail.accepted and mail.tries < _MOST_TRIES]


def deliver(mail: Mail) -> Act:
    """One try. Only a provider that hears an answer can be satisfied by it."""

    def ended(end: End) -> None:
        mail.tries += 1
        if end.ok and mail.accepts(*end.value):
            mail.accepted += 1

    return Act(f"notice {mail.provider}", lambda: send(mail, mail.body, urlsplit(mail.url).query), ended)


def forged(scene: Scene, mail: Mail) -> Act:
    """A copy in which somebody has changed a digit; it must be refused in whatever words."""
    query, body = urlsplit(mail.url).query, mail.body
    if body:
        body = _one_digit_changed(scene, body)
    else:
        query = _one_digit_changed(scene, query.encode()).decode()

    def ended(end: End) -> None:
        scene.counts["forged"] += 1

    return Act(f"forged notice {mail.provider}", lambda: send(mail, body, query), ended)


def send(mail: Mail, body: bytes, query: str) -> tuple[int, str]:
    """The notice over HTTP, in this process."""
    address = urlsplit(mail.url).path + (f"?{query}" if query else "")
    headers = {name: value for name, value in mail.headers.items() if name.lower().startswith("x-")}
    kind = mail.headers.get("Content-Type", "application/json")
    status, content = web.request(mail.method, address, body, headers, kind)
    return status, content.decode()


def _one_digit_changed(scene: Scene, text: bytes) -> bytes:
    places = [place for place, byte in enumerate(text) if 48 <= byte <= 57]
    if not places:
        return text + b"0"
    place = scene.chance.choice(places)
    digit = b"1" if text[place : place + 1] != b"1" else b"2"
    return text[:place] + digit + text[place + 1 :]

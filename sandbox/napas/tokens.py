"""Access tokens: who they belong to and until when. A restart forgets them: the merchant gets a 401 and asks anew."""

import secrets

from sandbox.clock import Clock


class Tokens:
    """The tokens given out, by their text."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._known: dict[str, tuple[str, float]] = {}

    def issue(self, merchant: str, seconds: float) -> str:
        """A new token of the merchant; older ones go on until they run out."""
        now = self._clock.timestamp()
        self._known = {token: one for token, one in self._known.items() if one[1] > now}
        token = secrets.token_hex(24)
        self._known[token] = (merchant, now + seconds)
        return token

    def owner(self, token: str) -> str | None:
        """The merchant of a token that is still good."""
        merchant, ends = self._known.get(token, ("", 0.0))
        return merchant if ends > self._clock.timestamp() else None

    def forget(self) -> None:
        self._known.clear()

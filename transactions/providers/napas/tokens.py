"""Access tokens of DPS, kept in the process until a minute before they run out; never those of another account.

An adapter stays stateless in meaning: a lost token costs one more call.
"""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlencode

from payments_site.kernel.http import HttpClient, ProviderSilent
from transactions.providers.base import AccountContext, CredentialsRefused, FateUnknown
from transactions.providers.napas import addresses, reading

_EARLIER = timedelta(seconds=60)
_USUAL_SECONDS, _MOST_SECONDS = 300, 86_400
_MOST_TOKENS = 1_000
_CREDENTIALS = ("merchant_id", "client_secret", "username", "password")


class NoToken(FateUnknown):
    """No token could be had: nothing was asked of NAPAS yet."""


@dataclass(frozen=True)
class Token:
    """An access token, and until when it is used."""

    text: str = field(repr=False)
    used_until: datetime


_tokens: dict[str, Token] = {}
_lock = threading.Lock()


def token_of(account: AccountContext, http: HttpClient, now: datetime) -> str:
    """A token for exactly these credentials at this address.

    Raises ``CredentialsRefused``, ``NoToken``, ``ProviderUnreachable``.
    """
    key = _key(account)
    with _lock:
        known = _tokens.get(key)
    if known is not None and now < known.used_until:
        return known.text
    fresh = _ask(account, http, now)
    with _lock:
        if len(_tokens) >= _MOST_TOKENS:
            _tokens.clear()
        _tokens[key] = fresh
    return fresh.text


def forget(account: AccountContext, text: str) -> None:
    """NAPAS does not take this token any more; a newer one, that another thread has got meanwhile, stays."""
    key = _key(account)
    with _lock:
        known = _tokens.get(key)
        if known is not None and known.text == text:
            del _tokens[key]


def _key(account: AccountContext) -> str:
    """Of the address and all credentials, so that changed ones never use the token of those before; not readable back."""
    parts = [addresses.token_url(account), *(account.credentials[name] for name in _CREDENTIALS)]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _ask(account: AccountContext, http: HttpClient, now: datetime) -> Token:
    credentials = account.credentials
    form = {
        "grant_type": "password",
        "client_id": credentials["merchant_id"],
        "client_secret": credentials["client_secret"],
        "username": credentials["username"],
        "password": credentials["password"],
    }
    try:
        answer = http.request(
            "POST",
            addresses.token_url(account),
            body=urlencode(form).encode(),
            headers={"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"},
        )
    except ProviderSilent as error:
        raise NoToken("no answer to the request for a token") from error
    if answer.status in (400, 401, 403):
        raise CredentialsRefused("NAPAS does not accept the credentials", code=str(answer.status))
    if answer.status != 200:
        raise NoToken(f"HTTP {answer.status} to the request for a token")
    return _token(answer.body, now)


def _token(body: bytes, now: datetime) -> Token:
    try:
        document = reading.parse(body)
    except ValueError as error:
        raise NoToken("the answer to the request for a token is not a JSON object") from error
    text = document.get("access_token")
    if not isinstance(text, str) or not text.isascii() or not text.isprintable() or not text or " " in text:
        raise NoToken("the answer has no access_token")
    seconds = reading.amount_of(document.get("expires_in"))
    lives = timedelta(seconds=_USUAL_SECONDS if seconds is None else min(seconds, _MOST_SECONDS))
    return Token(text, now + lives - _EARLIER)

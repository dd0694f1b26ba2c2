"""Asking a provider for the file of a day: daily file, profile 1.

No provider here publishes an address for its statements: contracts name a portal, an SFTP folder or an e-mail. The profile is
our own, to be served by whatever stands before those (and by the sandbox); its address is set for the installation, and
without one nothing is fetched. Statements then come by upload or by the watched folder.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import date, datetime
from urllib.parse import urlencode

from payments_site.kernel.http import HttpClient
from transactions.providers.base import AccountContext, CredentialsRefused, FateUnknown
from transactions.providers.optional import StatementFile

# About 700,000 lines. It is held in memory once: a larger day comes by the watched folder, which is read in parts.
MOST_BYTES = 128 * 1024 * 1024


def signed_query(identifier: str, secret: str, day: date, now: datetime) -> dict[str, str]:
    """The query of profile 1: the signature is the lower-case hex HMAC-SHA256 of ``account|date|timestamp``."""
    fields = {"account": identifier, "date": day.isoformat(), "timestamp": str(int(now.timestamp()))}
    text = "|".join(fields.values())
    return fields | {"signature": hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()}


def fetch(url: str, query: Mapping[str, str], headers: Mapping[str, str], *, name: str, http: HttpClient) -> StatementFile | None:
    """The file at ``url``; None where it answers 404. Raises ``CredentialsRefused``, ``FateUnknown`` and what ``http`` raises."""
    answer = http.request("GET", f"{url}?{urlencode(query)}", headers=headers, most_bytes=MOST_BYTES)
    if answer.status == 404:
        return None
    if answer.status in (401, 403):
        raise CredentialsRefused("the statement is refused to us", code=str(answer.status))
    if answer.status != 200:
        raise FateUnknown(f"HTTP {answer.status}")
    if answer.body.lstrip(b"\xef\xbb\xbf \r\n").startswith(b"<"):
        raise FateUnknown("a page came instead of a file")
    return StatementFile(name=name, content=answer.body, content_type="text/csv")


def fetch_signed(
    account: AccountContext, day: date, http: HttpClient, now: datetime, *, url_name: str, known_by: str, signed_with: str
) -> StatementFile | None:
    """The file of ``day`` by profile 1. ``known_by`` and ``signed_with`` name the credentials that are used."""
    url = account.urls.get(url_name)
    if not url:
        return None
    known_as = account.credentials[known_by]
    query = signed_query(known_as, account.credentials[signed_with], day, now)
    return fetch(url, query, {}, name=f"{known_as}-{day:%Y%m%d}.csv", http=http)

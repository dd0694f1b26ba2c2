"""A day's transfers as payOS lists them; they stand in for a statement, for payOS settles nothing itself.

my.payos.vn shows the list; no address for it is published (README). The one that is set is asked as payOS's API is: with the
channel's client id and API key in the headers (https://payos.vn/docs/api/).
"""

from __future__ import annotations

from datetime import date, datetime

from payments_site.kernel.http import HttpClient
from transactions.providers import daily_file
from transactions.providers.base import AccountContext
from transactions.providers.optional import StatementFile


def fetch(account: AccountContext, day: date, http: HttpClient, now: datetime) -> StatementFile | None:
    """The transfers of ``day``; None without ``PAYOS_STATEMENT_URL``. Raises as ``FetchesStatement.fetch_statement``."""
    url = account.urls.get("PAYOS_STATEMENT_URL")
    if not url:
        return None
    client_id = account.credentials["client_id"]
    headers = {"x-client-id": client_id, "x-api-key": account.credentials["api_key"]}
    return daily_file.fetch(url, {"date": day.isoformat()}, headers, name=f"{client_id}-{day:%Y%m%d}.csv", http=http)

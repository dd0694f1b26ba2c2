"""The daily file of the bank, by profile 1 (``transactions/providers/daily_file.py``).

Banks give statements in their portals, and the larger ones by host-to-host links, each of its own form. Profile 1 is signed
with the webhook secret, which is all that we and the bank share.
"""

from __future__ import annotations

from datetime import date, datetime

from payments_site.kernel.http import HttpClient
from transactions.providers import daily_file
from transactions.providers.base import AccountContext
from transactions.providers.optional import StatementFile


def fetch(account: AccountContext, day: date, http: HttpClient, now: datetime) -> StatementFile | None:
    """The file of ``day``; None without ``VIETQR_STATEMENT_URL``. Raises as ``FetchesStatement.fetch_statement``."""
    return daily_file.fetch_signed(
        account, day, http, now, url_name="VIETQR_STATEMENT_URL", known_by="account_number", signed_with="webhook_secret"
    )

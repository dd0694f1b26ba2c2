"""The daily file of NAPAS, by profile 1 (``transactions/providers/daily_file.py``).

NAPAS gives files to member banks, over SFTP; a merchant gets a report from its acquirer (README). Profile 1 is signed with
the client secret, in both modes.
"""

from __future__ import annotations

from datetime import date, datetime

from payments_site.kernel.http import HttpClient
from transactions.providers import daily_file
from transactions.providers.base import AccountContext
from transactions.providers.optional import StatementFile


def fetch(account: AccountContext, day: date, http: HttpClient, now: datetime) -> StatementFile | None:
    """The file of ``day``; None without ``NAPAS_STATEMENT_URL``. Raises as ``FetchesStatement.fetch_statement``."""
    return daily_file.fetch_signed(
        account, day, http, now, url_name="NAPAS_STATEMENT_URL", known_by="merchant_id", signed_with="client_secret"
    )

"""The daily file of ZaloPay, by profile 1 (``transactions/providers/daily_file.py``).

ZaloPay settles through its Merchant Portal (mc.zalopay.vn); no API and no file format is published (README). Profile 1 is
signed with key1, as everything that merchants send.
"""

from __future__ import annotations

from datetime import date, datetime

from payments_site.kernel.http import HttpClient
from transactions.providers import daily_file
from transactions.providers.base import AccountContext
from transactions.providers.optional import StatementFile


def fetch(account: AccountContext, day: date, http: HttpClient, now: datetime) -> StatementFile | None:
    """The file of ``day``; None without ``ZALOPAY_STATEMENT_URL``. Raises as ``FetchesStatement.fetch_statement``."""
    return daily_file.fetch_signed(
        account, day, http, now, url_name="ZALOPAY_STATEMENT_URL", known_by="app_id", signed_with="key1"
    )

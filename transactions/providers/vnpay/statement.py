"""The daily file of VNPay, by profile 1 (``transactions/providers/daily_file.py``).

VNPay sends a summary of day T by e-mail or SFTP and offers the list in its merchant portal; it publishes no API for it and no
list of columns (README). Profile 1 is signed with the terminal's hash secret.
"""

from __future__ import annotations

from datetime import date, datetime

from payments_site.kernel.http import HttpClient
from transactions.providers import daily_file
from transactions.providers.base import AccountContext
from transactions.providers.optional import StatementFile


def fetch(account: AccountContext, day: date, http: HttpClient, now: datetime) -> StatementFile | None:
    """The file of ``day``; None without ``VNPAY_STATEMENT_URL``. Raises as ``FetchesStatement.fetch_statement``."""
    return daily_file.fetch_signed(
        account, day, http, now, url_name="VNPAY_STATEMENT_URL", known_by="tmn_code", signed_with="hash_secret"
    )

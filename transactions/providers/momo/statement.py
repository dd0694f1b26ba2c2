"""The daily file of MoMo, by profile 1 (``transactions/providers/daily_file.py``).

MoMo's lists of transactions are in its portal (business.momo.vn); no API and no list of columns is published (README).
Profile 1 is signed with the secret key.
"""

from __future__ import annotations

from datetime import date, datetime

from payments_site.kernel.http import HttpClient
from transactions.providers import daily_file
from transactions.providers.base import AccountContext
from transactions.providers.optional import StatementFile


def fetch(account: AccountContext, day: date, http: HttpClient, now: datetime) -> StatementFile | None:
    """The file of ``day``; None without ``MOMO_STATEMENT_URL``. Raises as ``FetchesStatement.fetch_statement``."""
    return daily_file.fetch_signed(
        account, day, http, now, url_name="MOMO_STATEMENT_URL", known_by="partner_code", signed_with="secret_key"
    )

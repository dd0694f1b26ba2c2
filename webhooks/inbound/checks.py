"""What may keep an account's notices from arriving or from being believed, judged from what is stored; nothing is sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from django.db.models import QuerySet

from payments_site.api.context import is_listed
from payments_site.kernel import clock
from payments_site.kernel.http import url_points_inside
from tenants.addresses import webhook_url
from tenants.models import ProviderAccount, ProviderCredentials
from tenants.selectors import credentials
from transactions.models import PaymentAttempt
from transactions.providers import registry
from webhooks.inbound import addresses
from webhooks.inbound.models import ProviderNotification
from webhooks.inbound.receive import REFUSED

Verdict = ProviderNotification.Verdict
# Payments that were made this long ago should have been told of by now.
_PATIENCE = timedelta(days=1)
_LOOK_BACK = timedelta(days=7)
_LAST_NOTICES = 20


class Level(StrEnum):
    """How bad it is: an error loses notices."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True)
class Finding:
    """One thing about one account; ``text`` holds no secret."""

    account_id: str
    provider_code: str
    level: Level
    check: str
    text: str

    def as_dict(self) -> dict[str, str]:
        """For JSON."""
        return {name: str(value) for name, value in asdict(self).items()}


def check_account(account: ProviderAccount, *, now: datetime) -> list[Finding]:
    """Everything that is worth saying about an account; ``account.provider`` is read beforehand."""
    found = [*_url(account), *_credentials(account), *_allowlist(account), *_notices(account, now)]
    return [Finding(account.public_id, account.provider.code, level, check, text) for level, check, text in found]


_Line = tuple[Level, str, str]


def _url(account: ProviderAccount) -> Iterator[_Line]:
    url = webhook_url(account)
    serious = Level.ERROR if account.environment == ProviderAccount.Environment.PRODUCTION else Level.WARNING
    if url_points_inside(url, frozenset()):
        yield serious, "url", f"{url} is of this machine or a private network: no provider reaches it (PUBLIC_BASE_URL)"
    elif urlsplit(url).scheme != "https":
        yield serious, "url", f"{url} is not https: providers refuse it, or send notices in the clear"
    else:
        yield Level.OK, "url", url


def _credentials(account: ProviderAccount) -> Iterator[_Line]:
    try:
        problems = registry.get(account.provider.code).check_credentials(credentials(account.pk, account.credentials_version))
    except ProviderCredentials.DoesNotExist:
        problems = {"credentials": "there are none of the version that the account names"}
    if not problems:
        yield Level.OK, "credentials", f"version {account.credentials_version} has the right form"
    for name, problem in sorted(problems.items()):
        yield Level.ERROR, "credentials", f"{name}: {problem}"


def _allowlist(account: ProviderAccount) -> Iterator[_Line]:
    if not addresses.is_checked(account):
        yield Level.OK, "allow-list", "addresses are not checked; the signature decides"
        return
    allowed = addresses.allowed(account)
    for entry in allowed.unreadable:
        yield Level.ERROR, "allow-list", f"{entry!r} is neither an address nor a network, and allows nothing"
    if not allowed.entries:
        yield Level.ERROR, "allow-list", "is empty and the provider has no known addresses: every address is let in"
        return
    yield Level.OK, "allow-list", f"{len(allowed.entries)} entries, other addresses are {_treated(account)}"
    genuine = _of(account).exclude(verdict__in=REFUSED - {Verdict.UNLISTED_ADDRESS})
    seen = set(genuine.order_by("-id").values_list("source_ip", flat=True)[:_LAST_NOTICES])
    for address in sorted(str(one) for one in seen if not is_listed(one, allowed.entries)):
        yield Level.WARNING, "allow-list", f"signed notices came from {address}, which is not listed"


def _treated(account: ProviderAccount) -> str:
    return "refused" if account.ip_allowlist_enforced else "reported only"


def _notices(account: ProviderAccount, now: datetime) -> Iterator[_Line]:
    last = _of(account).order_by("-id").defer("raw_sealed").first()
    if last is None:
        paid = PaymentAttempt.objects.filter(
            account=account, paid_at__gt=now - _LOOK_BACK, paid_at__lt=now - _PATIENCE, notice_received_at__isnull=True
        )
        if paid.exists():
            yield Level.ERROR, "last notice", "none ever came, yet payments were made: is the address registered at the provider?"
        else:
            yield Level.WARNING, "last notice", "none ever came"
        return
    level = Level.WARNING if last.verdict in REFUSED else Level.OK
    yield level, "last notice", f"{clock.iso(last.received_at)} from {last.source_ip}: {last.verdict} ({last.public_id})"
    waiting = _of(account).filter(verdict=Verdict.ERROR, reviewed_at__isnull=True)
    if given_up := waiting.filter(next_try_at__isnull=True).count():
        yield Level.ERROR, "failed notices", f"{given_up} are not tried again by themselves: process_failed_webhooks --all"
    elif number := waiting.count():
        yield Level.WARNING, "failed notices", f"{number} wait to be tried again"


def _of(account: ProviderAccount) -> QuerySet[ProviderNotification]:
    return ProviderNotification.objects.filter(account=account)

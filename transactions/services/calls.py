"""The one way to a provider: its time limit, the cap on calls under way, the account's circuit breaker, and the retry.

Slot and circuit are asked for when the adapter sends its first request and not before: an adapter that only builds an address
(VNPay's create) needs no provider that answers, and shows nothing of it either.
"""

from __future__ import annotations

import contextlib
import functools
import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar

import stamina
from django.conf import settings
from django.db import DatabaseError

from audit.models import OperationalEvent
from audit.services import Actor, raise_event, record
from payments_site.kernel import clock
from payments_site.kernel.http import MAX_ANSWER_BYTES, HttpAnswer, HttpClient, ProviderSilent, ProviderUnreachable
from tenants.models import ProviderAccount
from transactions.availability import availability, circuits
from transactions.providers import breaker
from transactions.providers.base import FateUnknown, Provider, ProviderRefused
from transactions.providers.breaker import Verdict
from transactions.services._slots import NoSlot, Slots

__all__ = ["BreakerOpen", "TooManyCalls", "availability", "call", "close_breaker"]

logger = logging.getLogger(__name__)
T = TypeVar("T")

OPENED, CLOSED = "provider.breaker_opened", "provider.breaker_closed"

# A probe may take the provider's time limits and this; one that takes longer is taken for dead.
_LEASE_GRACE_SECONDS = 5
_FIRST_WAIT, _LONGEST_WAIT, _JITTER = timedelta(milliseconds=200), timedelta(seconds=2), timedelta(milliseconds=500)

_slots = Slots()


class BreakerOpen(ProviderUnreachable):
    """The account's circuit is open: nothing was sent."""


class TooManyCalls(ProviderUnreachable):
    """As many calls to the account are under way in this process as may be: nothing was sent."""


def call(
    account: ProviderAccount,
    adapter: Provider,
    what: Callable[[HttpClient], T],
    *,
    idempotent: bool = False,
    background: bool = False,
) -> T:
    """What ``what`` gives when it is handed the client through which this account may be called.

    ``idempotent`` only for questions: they are asked again, with jitter, where the provider was not reached or answered with
    an error of its own; a create or a refund goes once, and what is not known of it is asked for later. ``background`` for work
    that nobody waits for: it has slots of its own and waits for one.

    Raises what ``what`` raises, ``BreakerOpen`` and ``TooManyCalls``. Must not be called inside a database transaction.
    """
    call_ = _Call(account, adapter, background)
    if not idempotent:
        return call_.run(what)
    attempts = stamina.retry_context(
        on=call_.is_worth_repeating,
        attempts=settings.PROVIDER_RETRY_ATTEMPTS,
        timeout=settings.PROVIDER_RETRY_SECONDS,
        wait_initial=_FIRST_WAIT,
        wait_max=_LONGEST_WAIT,
        wait_jitter=_JITTER,
    )
    for attempt in attempts:
        with attempt:
            return call_.run(what)
    raise AssertionError("stamina raises when it gives up")


def close_breaker(*, account: ProviderAccount, actor: Actor, now: datetime) -> bool:
    """Let calls through again at once, by hand. False where the circuit was closed already."""
    changed = circuits().close(account.public_id)
    if changed:
        record(
            actor=actor, action="breaker_closed", entity_type="provider_account", entity_id=account.public_id, now=now,
            tenant_id=account.tenant.public_id if account.tenant is not None else "",
        )  # fmt: skip
    return changed


class _Call:
    """One call of an adapter, each of whose tries takes a slot and asks the circuit anew."""

    def __init__(self, account: ProviderAccount, adapter: Provider, background: bool) -> None:
        self._account, self._adapter, self._background = account, adapter, background
        self._read_timeout = min(adapter.read_timeout, settings.PROVIDER_READ_TIMEOUT)
        self._status: int | None = None

    def run(self, what: Callable[[HttpClient], T]) -> T:
        """Once."""
        self._status = None
        with contextlib.ExitStack() as held:
            return what(_GuardedClient(self, held, _client(settings.PROVIDER_CONNECT_TIMEOUT, self._read_timeout)))

    def let_through(self, held: contextlib.ExitStack) -> breaker.Passage:
        """Take a slot and pass the circuit; ``held`` gives both back, and counts the end. Raises as ``call``."""
        try:
            held.enter_context(self._slot())
            return held.enter_context(self._passage())
        except NoSlot:
            raise TooManyCalls(f"{self._adapter.code}: too many calls under way") from None
        except breaker.Refused:
            raise BreakerOpen(f"{self._adapter.code}: the circuit is open") from None

    def heard(self, status: int | None) -> None:
        """The HTTP status of the newest answer; None while it is awaited."""
        self._status = status

    def judge(self, error: BaseException) -> Verdict:
        """What the end of the call says of the provider. A fault of ours, or a process that is stopped, says nothing."""
        if isinstance(error, ProviderUnreachable | ProviderSilent):
            return Verdict.TROUBLE
        if isinstance(error, FateUnknown):
            return Verdict.ANSWERED if error.code is not None and not self._is_server_error() else Verdict.TROUBLE
        return Verdict.ANSWERED if isinstance(error, ProviderRefused) else Verdict.NOTHING

    def is_worth_repeating(self, error: Exception) -> bool:
        """Whether the next moment may bring another answer. Where we sent nothing ourselves it would be in vain."""
        return not isinstance(error, BreakerOpen | TooManyCalls) and self.judge(error) is Verdict.TROUBLE

    def _is_server_error(self) -> bool:
        return self._status is not None and self._status >= 500

    def _slot(self) -> contextlib.AbstractContextManager[None]:
        own = self._account.options.get("max_calls")
        limit = own if isinstance(own, int) and own > 0 else None
        if self._background:
            limit = limit or settings.PROVIDER_MAX_BACKGROUND_CALLS
            wait = settings.PROVIDER_BACKGROUND_WAIT_SECONDS
            return _slots.taken(f"background {self._account.public_id}", limit=limit, wait_seconds=wait)
        return _slots.taken(self._account.public_id, limit=limit or settings.PROVIDER_MAX_CALLS)

    def _passage(self) -> contextlib.AbstractContextManager[breaker.Passage]:
        lease = int(settings.PROVIDER_CONNECT_TIMEOUT + self._read_timeout) + _LEASE_GRACE_SECONDS
        tell = functools.partial(_tell, self._account, self._adapter)
        return breaker.passage(circuits(), self._account.public_id, lease_seconds=lease, judge=self.judge, tell=tell)


class _GuardedClient(HttpClient):
    """The process's client for this time limit, behind slot and circuit. Lives as long as one try."""

    def __init__(self, call_: _Call, held: contextlib.ExitStack, client: HttpClient) -> None:
        self._call, self._held, self._client = call_, held, client
        self._passage: breaker.Passage | None = None

    def request(
        self,
        method: str,
        url: str,
        *,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        most_bytes: int = MAX_ANSWER_BYTES,
    ) -> HttpAnswer:
        """As ``HttpClient``'s. The first one of a call may raise ``BreakerOpen`` or ``TooManyCalls``, the others do not."""
        if self._passage is None:
            self._passage = self._call.let_through(self._held)
        else:
            self._passage.renew()
        self._call.heard(None)
        answer = self._client.request(method, url, body=body, headers=headers, most_bytes=most_bytes)
        self._call.heard(answer.status)
        return answer


@functools.lru_cache(maxsize=32)
def _client(connect_timeout: Any, read_timeout: Any) -> HttpClient:
    """One kept-alive client a time limit (seconds), for all adapters that wait so long."""
    return HttpClient(connect_timeout=connect_timeout, read_timeout=read_timeout)


def _tell(account: ProviderAccount, adapter: Provider, opened: bool) -> None:
    """Once a change, by the process that made it. It must not cost the call its answer."""
    logger.warning("circuit of %s (%s) %s", account.public_id, adapter.code, "opened" if opened else "closed")
    severity = OperationalEvent.Severity.ERROR if opened else OperationalEvent.Severity.INFO
    try:
        raise_event(
            kind=OPENED if opened else CLOSED, severity=severity, subject=account.public_id, now=clock.now(),
            provider_code=adapter.code, environment=account.environment,
        )  # fmt: skip
    except DatabaseError as error:
        logger.error("the change of a circuit was not recorded: %s", type(error).__name__)

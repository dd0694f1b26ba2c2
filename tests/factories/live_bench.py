"""One provider on the live stack: the account's notices go over HTTP to a real web process, which a test may kill."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from audit.services import SYSTEM
from payments_site.devstack.environment import sandbox_addresses
from payments_site.kernel import clock
from tenants.services.accounts import create_account
from tests.factories.bench import Bench, Reply
from tests.factories.live import Live, Web, call, wait_until
from tests.factories.provider_words import ProviderWords, Words
from tests.factories.receiver import Seen
from tests.factories.world import Role, make_world
from transactions.models import PaymentAttempt, Receipt, Refund, Transaction, TransactionEvent
from transactions.services.resolve import resolve_due

_TASK = "import django; django.setup(); from transactions import tasks; tasks.{}()"
_SOON_AND_OFTEN = [0.3] * 40


class LiveBench(Bench):
    """A ``Bench`` that asks nothing of this process: ``web`` serves the client, the payer and the provider."""

    def __init__(
        self, words: ProviderWords, role: Role, live: Live, web: Web, *, options: Mapping[str, Any] | None = None
    ) -> None:
        self.words, self.role, self.live, self.web, self.sandbox = words, role, live, web, live.sandbox
        self.options = options
        self.credentials = words.credentials()
        self.account_id = self.add_account(role, self.credentials)
        self.path = f"/api/v1/webhooks/{words.code}/{self.account_id}"
        self.register(self.credentials, self.path)
        self.control("settings", notice_intervals=_SOON_AND_OFTEN)

    def add_account(self, role: Role, credentials: dict[str, str]) -> str:
        """An account of ours with the options; its public id."""
        account = create_account(
            provider_code=self.words.code, environment="sandbox", credentials=credentials, tenant_id=role.tenant_id,
            options=self.options, actor=SYSTEM, now=clock.now(),
        )  # fmt: skip
        return str(account.public_id)

    def register(self, credentials: Mapping[str, str], path: str) -> None:
        """The account at the provider; its notices go to ``path`` of the web."""
        self.control("accounts", **credentials, notify_url=self.web.base + path, name="Acme")

    def visit(self, payment: Mapping[str, Any]) -> None:
        """The payer opens the address that the client was given."""
        answer = call("GET", payment["payment_url"])
        assert answer.status < 400, answer.text

    def pay(self, payment: Mapping[str, Any], outcome: str | None = None, **more: Any) -> list[Seen]:
        """The payer ends it there; nobody catches the notices, so none are returned. ``last`` is the payment there."""
        wanted: dict[str, Any] = {"outcome": outcome, **more}
        if self.words.code == "vietqr":
            wanted = {"qr": self.qr_of(payment), "amount": payment["amount"], **wanted}
        else:
            wanted["reference"] = self.reference(payment)
        self.last = self.control("pay", **wanted)
        return []

    def acknowledged(self, payment: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The payment's notices, once the provider need not repeat any."""

        def all_taken() -> list[dict[str, Any]]:
            notices = self.at_provider(payment)["notices"]
            taken = any(notice["acknowledged"] for notice in notices)
            return list(notices) if taken else []

        return list(wait_until(all_taken))

    def refund_by_key(self, payment: Mapping[str, Any], amount: int, *, key: str) -> Reply:
        """A refund under this idempotency key, always with the same body."""
        path = f"{self.role.base}/transactions/{payment['transaction_id']}/refund"
        body = {"refund_amount": amount, "reason": "Trả hàng", "internal_refund_id": key.upper()}
        return self._sent("POST", path, body, {**self.role.headers, "X-Idempotency-Key": key})

    def words_of_notice(self, notice: Mapping[str, Any]) -> Words:
        """Our answer to a notice, as the provider has recorded it, in the form of the contract's table."""
        return self.words.says(notice["status"], notice["body"].encode())

    def ask_about_payment(self, payment: Mapping[str, Any]) -> None:
        """The resolver's next question, by its schedule and from this process."""
        only_due(PaymentAttempt, payment)
        assert resolve_due(now=clock.now(), batch=1) == 1

    def ask_about_refund(self, payment: Mapping[str, Any]) -> None:
        """The same about the payment's refund, a minute on: one just sent is not taken for one that never arrived."""
        only_due(Refund, payment)
        assert resolve_due(now=clock.now() + timedelta(minutes=1), batch=1) == 1

    # -- facts ---------------------------------------------------------------------------------------------------------

    def status(self, payment: Mapping[str, Any]) -> str:
        return str(Transaction.objects.get(public_id=payment["transaction_id"]).status)

    def events(self, payment: Mapping[str, Any]) -> Counter[str]:
        """How often the payment has each event."""
        about = TransactionEvent.objects.filter(transaction__public_id=payment["transaction_id"])
        return Counter(about.values_list("event_type", flat=True))

    def receipts(self, payment: Mapping[str, Any]) -> list[int]:
        """The amounts that were received, in their order."""
        rows = Receipt.objects.filter(transaction__public_id=payment["transaction_id"]).order_by("id")
        return list(rows.values_list("amount", flat=True))

    def refunds_there(self, payment: Mapping[str, Any]) -> list[int]:
        """The amounts that the provider has given back or works on."""
        return [one["amount"] for one in self.at_provider(payment)["refunds"]]

    def _sent(self, method: str, path: str, body: Any, headers: Mapping[str, str]) -> Reply:
        answer = self.web.call(method, path, body, dict(headers))
        return Reply(answer.status, answer.body, {name.title(): value for name, value in answer.headers.items()})


@contextmanager
def live_bench(live: Live, words: ProviderWords, web: Web | None = None, *, callback_path: str = "") -> Iterator[LiveBench]:
    """A new tenant with an account at the provider; the provider forgets everything afterwards."""
    world = make_world(callback_url=live.receiver.url(callback_path) if callback_path else "")
    bench = LiveBench(words, world.acme, live, web or live.web)
    try:
        yield bench
    finally:
        bench.control("reset")


def run_task(live: Live, name: str, **environment: str) -> int:
    """A periodic task of the money room in a process of its own; how that ended."""
    log = live.place / f"task-{name}.log"
    process = live.spawn([sys.executable, "-c", _TASK.format(name)], log, **environment)
    return int(process.wait(60))


def only_due(model: type[PaymentAttempt] | type[Refund], payment: Mapping[str, Any]) -> None:
    """Let the payment's be due long since and no other at all, whatever other tests have left behind."""
    tomorrow = clock.now() + timedelta(days=1)
    for each in (PaymentAttempt, Refund):
        each.objects.filter(next_query_at__isnull=False).update(next_query_at=tomorrow)
    mine = model.objects.filter(transaction__public_id=payment["transaction_id"])
    assert mine.update(next_query_at=clock.now() - timedelta(days=1)) == 1


@pytest.fixture
def own_questions(live: Live, settings: Any) -> None:
    """This very process may ask the providers."""
    settings.PROVIDER_URLS = sandbox_addresses(live.sandbox)

"""One provider on the bench: a tenant with an account there, the sandbox that plays it, and every notice that it sends caught.

Nothing but the control API of the sandbox and the HTTP contract is used; the adapter is never looked into.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast
from urllib.parse import urlsplit

from aiohttp import web
from django.test import Client

from audit.services import SYSTEM
from payments_site.kernel import clock
from tenants.services.accounts import create_account
from tests.factories.live import Answer, call
from tests.factories.provider_words import ProviderWords
from tests.factories.receiver import Receiver, Seen
from tests.factories.world import Role
from transactions.models import MoneyIssue, PaymentAttempt, Refund, Transaction
from transactions.services import resolve

ORDER: dict[str, Any] = {
    "amount": 100_000,
    "currency": "VND",
    "description": "Thanh toán đơn hàng",
    "return_url": "https://shop.example/done",
}


@dataclass
class Reply:
    """What our service answered."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def data(self) -> Any:
        return self.json["data"]

    @property
    def code(self) -> str:
        return str(self.json.get("error_code"))


class Bench:
    """A tenant's account at one provider, and the provider."""

    def __init__(self, words: ProviderWords, role: Role, sandbox: str, receiver: Receiver) -> None:
        self.words, self.role, self.sandbox, self.receiver = words, role, sandbox, receiver
        self.client = Client(raise_request_exception=False)
        self.credentials = words.credentials()
        self.account_id = self.add_account(role, self.credentials)
        # Also what the service itself tells providers that want the address with each order.
        self.path = f"/api/v1/webhooks/{words.code}/{self.account_id}"
        self._answer_well(self.path)
        self.register(self.credentials, self.path)

    # -- set-up --------------------------------------------------------------------------------------------------------

    def add_account(self, role: Role, credentials: dict[str, str]) -> str:
        """An account of ours; its public id."""
        account = create_account(
            provider_code=self.words.code, environment="sandbox", credentials=credentials, tenant_id=role.tenant_id,
            actor=SYSTEM, now=clock.now(),
        )  # fmt: skip
        return str(account.public_id)

    def register(self, credentials: Mapping[str, str], path: str) -> None:
        """The same account at the provider, whose notices go to ``path`` of the receiver."""
        self.control("accounts", **credentials, notify_url=self.receiver.url(path), name="Acme")

    def _answer_well(self, path: str) -> None:
        status, meaning = self.words.good
        body = json.dumps({self.words.telling: _typed(meaning)}) if meaning is not None else ""

        async def respond(_seen: Seen) -> web.StreamResponse:
            return web.Response(status=status, text=body, content_type="application/json")

        self.receiver.answers[path] = respond

    # -- the provider --------------------------------------------------------------------------------------------------

    def control(self, path: str, **body: Any) -> Any:
        """A call of the sandbox's control API."""
        answer = self.control_answer("POST", path, body)
        assert answer.status < 300, f"{path}: {answer.text}"
        return answer.json

    def control_answer(self, method: str, path: str, body: Any = None) -> Answer:
        return call(method, f"{self.sandbox}/_control/{self.words.code}/{path}", body)

    def at_provider(self, payment: Mapping[str, Any]) -> dict[str, Any]:
        """The payment as the provider knows it."""
        answer = self.control_answer("GET", f"payments/{self.reference(payment)}")
        assert answer.status == 200, answer.text
        return dict(answer.json)

    def visit(self, payment: Mapping[str, Any]) -> None:
        """The payer opens the address that the client was given; our own page is opened in this process."""
        parts = urlsplit(payment["payment_url"])
        if "/pay/" in parts.path and parts.path.split("/")[2].startswith("txn_"):
            assert self.client.get(parts.path).status_code == 200
        else:
            assert call("GET", payment["payment_url"]).status < 500

    def pay(self, payment: Mapping[str, Any], outcome: str | None = None, **more: Any) -> list[Seen]:
        """The payer ends it there; the notices that came of it, not yet given to us."""
        known = len(self.receiver.at(self.path))
        body = {"outcome": outcome, **more} if outcome else dict(more)
        if outcome == "fail" and self.words.fail_with:
            body.setdefault("code", self.words.fail_with)
        if self.words.code == "vietqr":
            body.setdefault("qr", self.qr_of(payment))
            body.setdefault("amount", payment["amount"])
        else:
            body.setdefault("reference", self.reference(payment))
        self.last = self.control("pay", **body)
        return self.receiver.at(self.path)[known:]

    def qr_of(self, payment: Mapping[str, Any]) -> str:
        return str(Transaction.objects.get(public_id=payment["transaction_id"]).qr_code)

    def fault(self, target: str, mode: str, times: int = 1, **more: Any) -> None:
        self.control("faults", target=target, mode=mode, times=times, **more)

    def end_refund(self, payment: Mapping[str, Any], state: str) -> None:
        """The provider puts the newest refund of the payment into a state."""
        reference = self.at_provider(payment)["refunds"][-1]["reference"]
        self.control(f"refunds/{reference}", state=state)

    # -- us ------------------------------------------------------------------------------------------------------------

    def post(self, *, key: str | None = None, **changes: Any) -> Reply:
        """A create at this provider."""
        body = {**ORDER, "order_id": f"ORD-{secrets.token_hex(6)}", "provider_code": self.words.code, **changes}
        body = {name: value for name, value in body.items() if value is not None}
        headers = {**self.role.headers, **({"X-Idempotency-Key": key} if key else {})}
        return self._sent("POST", f"{self.role.base}/transactions", body, headers)

    def create(self, *, visit: bool = True, **changes: Any) -> dict[str, Any]:
        """The data of a create that succeeds, and the payer at the provider's page."""
        reply = self.post(**changes)
        assert reply.status == 201, reply.body.decode()
        if visit:
            self.visit(reply.data)
        return dict(reply.data)

    def show(self, payment: Mapping[str, Any]) -> dict[str, Any]:
        reply = self._sent("GET", f"{self.role.base}/transactions/{payment['transaction_id']}", None, self.role.headers)
        assert reply.status == 200, reply.body.decode()
        return dict(reply.data)

    def refund(self, payment: Mapping[str, Any], amount: int, **more: Any) -> Reply:
        path = f"{self.role.base}/transactions/{payment['transaction_id']}/refund"
        body = {"refund_amount": amount, "reason": "Thiếu hàng", "internal_refund_id": f"R-{secrets.token_hex(4)}", **more}
        return self._sent("POST", path, body, self.role.headers)

    def cancel(self, payment: Mapping[str, Any]) -> Reply:
        return self._sent("POST", f"{self.role.base}/transactions/{payment['transaction_id']}/cancel", {}, self.role.headers)

    def give(self, seen: Seen, *, account: str | None = "", body: bytes | None = None, query: str | None = None) -> Reply:
        """A caught notice, given to our endpoint (``account`` None: to the one that names no account)."""
        named = self.account_id if account == "" else account
        path = f"/api/v1/webhooks/{self.words.code}" + (f"/{named}" if named else "")
        query, body = seen.query if query is None else query, seen.body if body is None else body
        extra = {name: value for name, value in seen.headers.items() if name.startswith("x-")}
        address = path + (f"?{query}" if query else "")
        kind = seen.headers.get("content-type", "application/json")
        answer = self.client.generic(seen.method, address, body, kind, headers=extra)
        return Reply(answer.status_code, answer.content)

    def words_of(self, reply: Reply) -> tuple[int, str | None]:
        """Our answer in the form of the contract's table; where the table says nothing of a body, none is compared."""
        return self.words.says(reply.status, reply.body)

    def paid(self, **changes: Any) -> tuple[dict[str, Any], Seen]:
        """A payment that was paid and whose notice was taken in."""
        payment = self.create(**changes)
        seen = self.pay(payment, "paid")
        assert seen, "the provider sent no notice"
        self.give(seen[0])
        shown = self.show(payment)
        assert shown["status"] == "completed", shown
        return shown, seen[0]

    def ask(self, payment: Mapping[str, Any], now: datetime | None = None) -> Any:
        """The resolver's question about the newest attempt."""
        attempt = self.attempt(payment)
        return resolve.ask_about_attempt(attempt_id=attempt.pk, actor=SYSTEM, now=now or clock.now())

    def ask_refund(self, refund_id: str, now: datetime | None = None) -> Refund:
        row = Refund.objects.get(public_id=refund_id)
        return resolve.ask_about_refund(refund_id=row.pk, actor=SYSTEM, now=now or clock.now())

    # -- facts ---------------------------------------------------------------------------------------------------------

    def attempt(self, payment: Mapping[str, Any]) -> PaymentAttempt:
        row = PaymentAttempt.objects.filter(transaction__public_id=payment["transaction_id"]).order_by("-id").first()
        return cast(PaymentAttempt, row)

    def reference(self, payment: Mapping[str, Any]) -> str:
        return str(self.attempt(payment).provider_reference)

    def issues(self, payment: Mapping[str, Any]) -> list[str]:
        rows = MoneyIssue.objects.filter(transaction__public_id=payment["transaction_id"]).order_by("id")
        return [row.issue_type for row in rows]

    def _sent(self, method: str, path: str, body: Any, headers: Mapping[str, str]) -> Reply:
        data = json.dumps(body) if body is not None else ""
        answer = self.client.generic(method, path, data, "application/json", headers=dict(headers))
        return Reply(answer.status_code, answer.content, dict(answer.headers))


def _typed(meaning: str) -> Any:
    """ZaloPay's codes are numbers, payOS's success is a boolean."""
    if meaning in ("True", "False"):
        return meaning == "True"
    return int(meaning) if meaning.lstrip("-").isdigit() and len(meaning) < 2 else meaning

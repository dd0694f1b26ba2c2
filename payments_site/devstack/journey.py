"""The scripted payments of `make demo`, told as a timeline and a table. A step is printed only after it was seen to happen."""

import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from payments_site.devstack.errors import DevstackError
from payments_site.devstack.output import Output
from payments_site.devstack.readiness import Answer, ask
from payments_site.devstack.receiver import CallbackReceiver
from payments_site.devstack.seed import Demo

_AMOUNT, _REFUND = 100_000, 40_000
_PATIENCE = 60.0
_HEAD = ("provider", "paid", "number there", "callback after", "fee", "refund", "state")
_T = TypeVar("_T")


@dataclass(frozen=True)
class Told:
    """What was seen of one provider's payment."""

    provider: str
    transaction_id: str
    number: str
    fee: int
    callback_after: float
    refund_id: str


class Journey:
    """One merchant, one payer, one payment of 100.000 ₫ at each provider, 40.000 ₫ of it given back."""

    def __init__(
        self,
        environ: Mapping[str, str],
        demo: Demo,
        receiver: CallbackReceiver,
        output: Output,
        check: Callable[[], None],
    ) -> None:
        self._transactions = f"http://127.0.0.1:{environ['PORT']}/api/v1/{demo.project_code}/{demo.app_code}/transactions"
        self._sandbox = f"http://127.0.0.1:{environ['SANDBOX_PORT']}"
        self._headers = {"X-Api-Key": demo.api_key}
        self._providers = list(demo.accounts)
        self._receiver = receiver
        self._output = output
        self._check = check
        self._began = time.monotonic()

    def run(self) -> None:
        """Create, pay, notice, callback, query, refund at each provider; DevstackError at the first that does not happen."""
        self._began = time.monotonic()
        self._output.say("\nOne payment at each provider, from create to signed callback and refund:\n")
        told = [self._one(provider) for provider in self._providers]
        self._list(told)
        self._table([self._row(one) for one in told])
        self._output.say("\nEvery step was seen to happen.")

    def _one(self, provider: str) -> Told:
        began = time.monotonic()
        payment = self._create(provider)
        self._pay(provider, payment)
        paid = self._see_notice(provider, payment["transaction_id"])
        after = self._see_callback(provider, payment["transaction_id"]) - began
        self._query(paid)
        refund = self._refund(provider, paid["transaction_id"])
        number, fee = str(paid["provider_transaction_id"]), int(paid["transaction_fee"])
        return Told(provider, paid["transaction_id"], number, fee, after, refund)

    def _create(self, provider: str) -> dict[str, Any]:
        body = {
            "order_id": f"DEMO-{uuid.uuid4().hex[:8].upper()}",
            "amount": _AMOUNT,
            "currency": "VND",
            "description": "Thanh toán đơn hàng demo",
            "provider_code": provider,
            "return_url": "http://127.0.0.1/thanks",
            "callback_url": self._receiver.url,
        }
        answer = ask("POST", self._transactions, body, {**self._headers, "X-Idempotency-Key": str(uuid.uuid4())})
        payment: dict[str, Any] = self._data("create", answer, 201)
        self._expect(payment["status"] == "pending", "the new payment is pending", payment)
        self._tell(provider, "create", f"{payment['order_id']} is {payment['transaction_id']}, 100.000 ₫, pending")
        return payment

    def _pay(self, provider: str, payment: dict[str, Any]) -> None:
        page = ask("GET", payment["payment_url"])
        self._expect(page.status == 200, "the payment page opens", page)
        self._tell(provider, "page", "the payer sees where to pay")
        if provider == "vietqr":  # no gateway: the payer's banking app reads the QR code
            wanted = {"qr": payment["qr_code"], "amount": _AMOUNT}
        else:
            wanted = {"reference": self._get(payment["transaction_id"])["provider_order_id"], "outcome": "paid"}
        answer = ask("POST", f"{self._sandbox}/_control/{provider}/pay", wanted)
        self._expect(answer.status == 200, "the sandbox takes the payment", answer)

    def _see_notice(self, provider: str, transaction_id: str) -> dict[str, Any]:
        def completed() -> dict[str, Any] | None:
            data = self._get(transaction_id)
            return data if data["status"] == "completed" else None

        data = self._wait(completed, "the notice completes the transaction")
        self._expect(data["received_amount"] == _AMOUNT, "the whole amount was received", data)
        self._tell(provider, "notice", f"verified and applied: completed, number {data['provider_transaction_id']}")
        return data

    def _see_callback(self, provider: str, transaction_id: str) -> float:
        callback = self._wait(
            lambda: self._receiver.of(transaction_id, "transaction.completed"), "the callback reaches the merchant"
        )
        self._expect(callback.genuine, "the callback's signature holds", callback.body)
        self._tell(provider, "callback", f"{callback.body['event_id']} reached the merchant and its signature holds")
        return callback.received_at

    def _query(self, paid: dict[str, Any]) -> None:
        def delivered() -> dict[str, Any] | None:
            data = self._get(paid["transaction_id"])
            return data if data["callback_status"] == "delivered" else None

        data = self._wait(delivered, "the query shows the callback as delivered")
        fee, net = data["transaction_fee"], data["net_amount"]
        self._expect(fee + net == _AMOUNT, "fee and net add up to the amount", data)

    def _refund(self, provider: str, transaction_id: str) -> str:
        body = {"refund_amount": _REFUND, "reason": "Khách trả hàng", "internal_refund_id": f"R-{uuid.uuid4().hex[:8]}"}
        answer = ask("POST", f"{self._transactions}/{transaction_id}/refund", body, self._headers)
        data = self._data("refund", answer, 200)
        self._expect(data["remaining_amount"] == _AMOUNT - _REFUND, "40.000 ₫ are on their way back", data)
        self._tell(provider, "refund", f"{data['refund_id']}, 40.000 ₫, {data['status']}")
        return str(data["refund_id"])

    def _row(self, told: Told) -> tuple[str, ...]:
        def ended() -> dict[str, Any] | None:
            data = self._get(told.transaction_id)
            [refund] = [one for one in data["refunds"] if one["refund_id"] == told.refund_id]
            return {**data, "refund": refund} if refund["status"] != "processing" else None

        # It is the sweep that asks, at least every 30 s, and reads are counted against the client's 100 a minute.
        data = self._wait(ended, f"{told.provider} says what became of the refund", every=1.0)
        refund = data["refund"]["status"]
        self._expect(refund in ("completed", "awaiting_manual"), "the refund went well", data["refunds"])
        after = f"{told.callback_after:.1f} s"
        return told.provider, "100.000 ₫", told.number, after, str(told.fee), refund, data["status"]

    def _table(self, rows: list[tuple[str, ...]]) -> None:
        widths = [max(len(row[column]) for row in [_HEAD, *rows]) for column in range(len(_HEAD))]
        self._output.say()
        for row in [_HEAD, *rows]:
            self._output.say("  " + "  ".join(f"{text:<{width}}" for text, width in zip(row, widths, strict=True)).rstrip())

    def _list(self, told: list[Told]) -> None:
        items = self._data("list", ask("GET", self._transactions, headers=self._headers), 200)
        listed = [item["transaction_id"] for item in items]
        for one in told:
            self._expect(listed.count(one.transaction_id) == 1, "the list holds the payment once", listed)
        self._tell("", "list", f"the merchant's list holds all {len(told)} of them")

    def _get(self, transaction_id: str) -> dict[str, Any]:
        answer = ask("GET", f"{self._transactions}/{transaction_id}", headers=self._headers)
        data: dict[str, Any] = self._data("query", answer, 200)
        return data

    def _data(self, step: str, answer: Answer, status: int) -> Any:
        if answer.status != status:
            raise DevstackError(f"the API answered `{step}` not with {status} but with {_shown(answer)}")
        return answer.json()["data"]

    def _wait(self, look: Callable[[], _T | None], what: str, *, every: float = 0.1) -> _T:
        deadline = time.monotonic() + _PATIENCE
        while (seen := look()) is None:
            self._check()
            if time.monotonic() > deadline:
                raise DevstackError(f"not seen within {_PATIENCE:.0f} s: {what}.")
            time.sleep(every)
        return seen

    def _expect(self, holds: bool, what: str, evidence: object) -> None:
        if not holds:
            raise DevstackError(f"it does not hold that {what}: {_shown(evidence)}")

    def _tell(self, provider: str, step: str, text: str) -> None:
        self._output.say(f"  {time.monotonic() - self._began:7.3f} s  {provider:<8} {step:<9} {text}")


def _shown(evidence: object) -> str:
    if isinstance(evidence, Answer):
        return f"{evidence.status} {evidence.body[:500].decode('utf-8', 'replace')}"
    return str(evidence)[:500]

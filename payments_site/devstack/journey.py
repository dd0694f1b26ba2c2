"""The scripted payment of `make demo`, told as a timeline. A step is printed only after it was seen to happen."""

import time
import uuid
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from payments_site.devstack.errors import DevstackError
from payments_site.devstack.output import Output
from payments_site.devstack.readiness import Answer, ask
from payments_site.devstack.receiver import CallbackReceiver
from payments_site.devstack.seed import Demo

_AMOUNT = 100_000
_PATIENCE = 20.0
_T = TypeVar("_T")


class Journey:
    """One merchant, one payer, one payment of 100.000 ₫ by VNPay."""

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
        self._receiver = receiver
        self._output = output
        self._check = check
        self._began = time.monotonic()

    def run(self) -> None:
        """Create, pay, IPN, callback, query, list; DevstackError at the first that does not happen."""
        self._began = time.monotonic()
        self._output.say("\nOne payment, from create to signed callback:\n")
        payment = self._create()
        self._pay(payment["payment_url"])
        paid = self._see_notice(payment["transaction_id"])
        self._see_callback(payment["transaction_id"])
        self._query(paid)
        self._list(payment["transaction_id"])
        self._output.say("\nEvery step was seen to happen.")

    def _create(self) -> dict[str, Any]:
        body = {
            "order_id": f"DEMO-{uuid.uuid4().hex[:8].upper()}",
            "amount": _AMOUNT,
            "currency": "VND",
            "description": "Thanh toán đơn hàng demo",
            "provider_code": "vnpay",
            "return_url": "http://127.0.0.1/thanks",
            "callback_url": self._receiver.url,
        }
        answer = ask("POST", self._transactions, body, {**self._headers, "X-Idempotency-Key": str(uuid.uuid4())})
        payment: dict[str, Any] = self._data("create", answer, 201)
        self._expect(payment["status"] == "pending", "the new payment is pending", payment)
        self._tell("create", f"{payment['order_id']} is {payment['transaction_id']}, 100.000 ₫, pending")
        return payment

    def _pay(self, payment_url: str) -> None:
        self._expect(payment_url.startswith(self._sandbox + "/"), "payment_url leads to the sandbox", payment_url)
        page = ask("GET", payment_url)
        self._expect(page.status == 200, "the payment page opens", page)
        self._tell("page", "the payer sees the payment page of VNPay's sandbox")
        answer = ask("POST", f"{self._sandbox}/_control/vnpay/pay", {"payment_url": payment_url, "outcome": "pay"})
        self._expect(answer.status == 200, "the sandbox takes the payment", answer)
        self._tell("pay", f"paid; VNPay's transaction number is {answer.json()['transaction_no']}")

    def _see_notice(self, transaction_id: str) -> dict[str, Any]:
        def completed() -> dict[str, Any] | None:
            data = self._get(transaction_id)
            return data if data["status"] == "completed" else None

        data = self._wait(completed, "the IPN completes the transaction")
        self._expect(data["received_amount"] == _AMOUNT, "the whole amount was received", data)
        self._tell("IPN", "VNPay's signed notice was verified and applied: the transaction is completed")
        return data

    def _see_callback(self, transaction_id: str) -> None:
        callback = self._wait(
            lambda: self._receiver.of(transaction_id, "transaction.completed"), "the callback reaches the merchant"
        )
        self._expect(callback.genuine, "the callback's signature holds", callback.body)
        event, arrival = callback.body["event_id"], callback.received_at - self._began
        self._tell("callback", f"{event} reached the merchant at {arrival:.3f} s and its signature holds")

    def _query(self, paid: dict[str, Any]) -> None:
        def delivered() -> dict[str, Any] | None:
            data = self._get(paid["transaction_id"])
            return data if data["callback_status"] == "delivered" else None

        data = self._wait(delivered, "the query shows the callback as delivered")
        fee, net = data["transaction_fee"], data["net_amount"]
        self._expect(fee + net == _AMOUNT, "fee and net add up to the amount", data)
        self._tell("query", f"completed, fee {fee}, net {net}, callback delivered")

    def _list(self, transaction_id: str) -> None:
        answer = ask("GET", self._transactions, headers=self._headers)
        if answer.status in (404, 405):
            raise DevstackError("this version of the API cannot list transactions yet, so the list was not seen.")
        items = self._data("list", answer, 200)
        found = [item for item in items if item["transaction_id"] == transaction_id]
        self._expect(len(found) == 1, "the list holds the payment once", items)
        self._tell("list", f"the merchant's list holds it ({len(items)} in all)")

    def _get(self, transaction_id: str) -> dict[str, Any]:
        answer = ask("GET", f"{self._transactions}/{transaction_id}", headers=self._headers)
        data: dict[str, Any] = self._data("query", answer, 200)
        return data

    def _data(self, step: str, answer: Answer, status: int) -> Any:
        if answer.status != status:
            raise DevstackError(f"the API answered `{step}` not with {status} but with {_shown(answer)}")
        return answer.json()["data"]

    def _wait(self, look: Callable[[], _T | None], what: str) -> _T:
        deadline = time.monotonic() + _PATIENCE
        while (seen := look()) is None:
            self._check()
            if time.monotonic() > deadline:
                raise DevstackError(f"not seen within {_PATIENCE:.0f} s: {what}.")
            time.sleep(0.02)
        return seen

    def _expect(self, holds: bool, what: str, evidence: object) -> None:
        if not holds:
            raise DevstackError(f"it does not hold that {what}: {_shown(evidence)}")

    def _tell(self, step: str, text: str) -> None:
        self._output.say(f"  {time.monotonic() - self._began:7.3f} s  {step:<9} {text}")


def _shown(evidence: object) -> str:
    if isinstance(evidence, Answer):
        return f"{evidence.status} {evidence.body[:500].decode('utf-8', 'replace')}"
    return str(evidence)[:500]

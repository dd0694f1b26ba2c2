"""Where a provider's accounts, payments and open deliveries are found, and how they survive a restart."""

import time
from dataclasses import asdict

from sandbox.kit.model import Account, Delivery, Notice, Payment, Refund, Transfer
from sandbox.state import JsonObject

_NUMBERS_SINCE = 1767225600  # 2026-01-01T00:00:00Z


class Ledger:
    """All accounts and payments of one provider."""

    def __init__(self) -> None:
        self.accounts: dict[str, Account] = {}
        self.deliveries: list[Delivery] = []
        self._payments: dict[str, Payment] = {}
        self._by_reference: dict[tuple[str, str], Payment] = {}
        self._by_number: dict[tuple[str, str], Payment] = {}
        self._refunds: dict[tuple[str, str], tuple[Payment, Refund]] = {}
        self._last_number = 0

    def add(self, payment: Payment) -> None:
        """Keeps a new payment; one more order under a reference that had one is counted, so that a test sees it."""
        before = self.find(payment.account, payment.reference)
        payment.orders_made = 1 + (before.orders_made if before else 0)
        self._keep(payment)

    def _keep(self, payment: Payment) -> None:
        self._payments[payment.token] = payment
        self._by_reference[payment.account, payment.reference] = payment
        self.keep_numbers(payment)
        for refund in payment.refunds:
            self._refunds[payment.account, refund.reference] = (payment, refund)

    def keep_numbers(self, payment: Payment) -> None:
        """Lets `paid_under` find the payment by the transaction numbers it has now."""
        for number in (payment.transaction_no, payment.second_no):
            if number:
                self._by_number[payment.account, number] = payment

    def keep_refund(self, payment: Payment, refund: Refund) -> None:
        """Adds a refund to its payment."""
        payment.refunds.append(refund)
        self._refunds[payment.account, refund.reference] = (payment, refund)

    def paid_under(self, account: str, number: str) -> Payment | None:
        """The account's payment with this transaction number."""
        return self._by_number.get((account, number))

    def find_refund(self, account: str, reference: str) -> tuple[Payment, Refund] | None:
        """The account's refund under the merchant's own reference, with its payment."""
        return self._refunds.get((account, reference)) if reference else None

    def payments(self) -> list[Payment]:
        """All payments, the oldest first."""
        return list(self._payments.values())

    def account(self, identifier: str) -> Account | None:
        return self.accounts.get(identifier)

    def account_of(self, payment: Payment) -> Account:
        return self.accounts[payment.account]

    def find(self, account: str, reference: str) -> Payment | None:
        """The account's payment of this reference, the newest if there are several."""
        return self._by_reference.get((account, reference))

    def newest(self, reference: str) -> Payment | None:
        """The payment of this reference made last, whoever's it is."""
        return next((one for one in reversed(self._payments.values()) if one.reference == reference), None)

    def by_token(self, token: str) -> Payment | None:
        """The payment of a page."""
        return self._payments.get(token)

    def next_number(self) -> str:
        """A transaction number: digits that grow with time, so a sandbox that starts afresh repeats none."""
        hundredths = (time.time_ns() // 10_000_000) - _NUMBERS_SINCE * 100
        self._last_number = max(self._last_number + 1, hundredths)
        return str(self._last_number)

    def clear(self) -> None:
        self.accounts.clear()
        self.deliveries.clear()
        self._payments.clear()
        self._by_reference.clear()
        self._by_number.clear()
        self._refunds.clear()

    def dump(self) -> JsonObject:
        return {
            "accounts": [asdict(account) for account in self.accounts.values()],
            "payments": [asdict(payment) for payment in self._payments.values()],
            "deliveries": [asdict(delivery) for delivery in self.deliveries],
            "last_number": self._last_number,
        }

    def load(self, state: JsonObject) -> None:
        """Takes over what dump gave."""
        for account in state.get("accounts", []):
            self.accounts[account["identifier"]] = Account(**account)
        for stored in state.get("payments", []):
            self._keep(_payment(stored))
        self.deliveries += [Delivery(**one) for one in state.get("deliveries", [])]
        self._last_number = max(self._last_number, state.get("last_number", 0))


def _payment(stored: JsonObject) -> Payment:
    lists = {
        "refunds": [Refund(**one) for one in stored["refunds"]],
        "transfers": [Transfer(**one) for one in stored["transfers"]],
        "notices": [Notice(**one) for one in stored["notices"]],
    }
    return Payment(**(stored | lists))

"""VNPay in the sandbox: its parts put together."""

import asyncio
from collections.abc import Callable, Iterator

from aiohttp import web

from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.kit.model import Account
from sandbox.kit.statement_files import Layout
from sandbox.kit.statement_rows import Row
from sandbox.kit.statements import Desk, check_signature
from sandbox.state import JsonObject
from sandbox.vnpay.api import MerchantApi
from sandbox.vnpay.bank import SlowBank
from sandbox.vnpay.cashier import Cashier, Outcome
from sandbox.vnpay.control import Control
from sandbox.vnpay.ipn import Postman
from sandbox.vnpay.model import Ledger, Payment
from sandbox.vnpay.pages import Pages
from sandbox.vnpay.payer import Payer
from sandbox.vnpay.scenarios import Scenario
from sandbox.vnpay.settings import Settings
from sandbox.vnpay.signing import vietnam_time
from sandbox.vnpay.statement import LAYOUT, account_of, rows_of


class VnpaySandbox:
    """One VNPay: pages and API under /vnpay, control under /_control/vnpay."""

    name = "vnpay"

    def __init__(self, clock: Clock, changed: Callable[[], None]) -> None:
        self.clock = clock
        self.changed = changed
        self.settings = Settings.from_environment()
        self.faults = Faults()
        self.ledger = Ledger()
        self.cashier = Cashier(self.ledger, clock)
        self.postman = Postman(self.ledger, self.settings, self.faults, changed)
        self.api = MerchantApi(self.ledger, clock, self.settings)
        self.bank = SlowBank(self.ledger, clock, self._settle)
        self.payer = Payer(self)
        self.statements = Desk(self)

    def routes(self) -> list[web.RouteDef]:
        return [*Pages(self).routes(), *self.payer.routes(), *Control(self).routes(), *self.statements.routes()]

    def play(self, payment: Payment, scenario: Scenario, seconds: float | None = None) -> asyncio.Event:
        """Ends the payment as the scenario says; the event tells when the merchant's first answer is in.

        `seconds`: how long a late bank or a slow IPN takes from now; without it the settings say. PageError as the page refuses.
        """
        if scenario.late:
            self.cashier.hold(payment)
            payment.settle_at = self._late_time(payment, seconds)
            payment.ipn_mode = scenario.ipn
            self.changed()
            return self.bank.hold(payment)
        self.cashier.finish(payment, Outcome(scenario.kind, scenario.code))
        payment.ipn_mode = scenario.ipn
        if scenario.ipn == "pay_twice" and payment.money_taken:
            self.cashier.pay_again(payment)
        self.changed()
        return self.postman.begin(payment, seconds)

    def _late_time(self, payment: Payment, seconds: float | None) -> float:
        now = self.clock.timestamp()
        if seconds is not None:
            return now + seconds
        return max(now, payment.deadline.timestamp()) + self.settings.late_after

    async def _settle(self, payment: Payment) -> None:
        """The late bank's yes, and the IPN after it."""
        self.cashier.settle(payment, Outcome("pay"))
        self.changed()
        await self.postman.begin(payment).wait()

    def provisional_result(self, payment: Payment) -> dict[str, str]:
        """The result fields; for a payment still open, those of a success that has not happened."""
        if payment.finished:
            return payment.result_fields()
        number = self.ledger.next_number()
        success = {
            "vnp_BankCode": "NCB",
            "vnp_BankTranNo": f"VNP{number}",
            "vnp_CardType": "ATM",
            "vnp_PayDate": vietnam_time(self.clock.now()),
            "vnp_ResponseCode": "00",
            "vnp_TransactionNo": number,
            "vnp_TransactionStatus": "00",
        }
        return payment.result_fields() | success

    def statement_account(self, identifier: str) -> Account | None:
        terminal = self.ledger.terminals.get(identifier)
        return account_of(terminal) if terminal else None

    def statement_asker(self, request: web.Request) -> Account:
        """By profile 1, signed with the terminal's hash secret."""
        account = self.statement_account(request.query.get("account", ""))
        return check_signature(request, account, account["hash_secret"] if account else "", self.clock.timestamp())

    def statement_rows(self, account: Account) -> Iterator[Row]:
        for payment in self.ledger.payments.values():
            if payment.tmn_code == account.identifier:
                yield from rows_of(payment)

    def statement_layout(self) -> Layout:
        return LAYOUT

    def dump(self) -> JsonObject:
        return self.ledger.dump() | {"statements": self.statements.dump()}

    def load(self, state: JsonObject) -> None:
        self.ledger.load(state)
        self.statements.load(state.get("statements", {}))

    def reset(self) -> None:
        """Forgets terminals, payments, faults and deliveries; settings go back to the environment's."""
        self.postman.forget()
        self.bank.forget()
        self.payer.forget()
        self.ledger.clear()
        self.faults.clear()
        self.api.clear()
        self.statements.clear()
        vars(self.settings).update(vars(Settings.from_environment()))

    async def start(self) -> None:
        await self.postman.start()
        self.bank.start()

    async def stop(self) -> None:
        self.bank.forget()
        await self.postman.stop()

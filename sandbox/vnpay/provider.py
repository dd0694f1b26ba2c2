"""VNPay in the sandbox: its parts put together."""

import asyncio
from collections.abc import Callable

from aiohttp import web

from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.state import JsonObject
from sandbox.vnpay.api import MerchantApi
from sandbox.vnpay.cashier import Cashier, Outcome
from sandbox.vnpay.control import Control
from sandbox.vnpay.ipn import Postman
from sandbox.vnpay.model import Ledger, Payment
from sandbox.vnpay.pages import Pages
from sandbox.vnpay.settings import Settings
from sandbox.vnpay.signing import vietnam_time


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

    def routes(self) -> list[web.RouteDef]:
        return [*Pages(self).routes(), *Control(self).routes()]

    def finish(self, payment: Payment, outcome: Outcome, ipn_mode: str = "normal") -> asyncio.Event:
        """Ends the payment and starts its IPN; the event tells when the merchant's first answer is in."""
        self.cashier.finish(payment, outcome)
        payment.ipn_mode = ipn_mode
        self.changed()
        return self.postman.begin(payment)

    def provisional_result(self, payment: Payment) -> dict[str, str]:
        """The result fields; for a payment still open, those of a success that has not happened."""
        if payment.state != "open":
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

    def dump(self) -> JsonObject:
        return self.ledger.dump()

    def load(self, state: JsonObject) -> None:
        self.ledger.load(state)

    def reset(self) -> None:
        """Forgets terminals, payments, faults and deliveries; settings go back to the environment's."""
        self.postman.forget()
        self.ledger.clear()
        self.faults.clear()
        self.api.clear()
        vars(self.settings).update(vars(Settings.from_environment()))

    async def start(self) -> None:
        await self.postman.start()

    async def stop(self) -> None:
        await self.postman.stop()

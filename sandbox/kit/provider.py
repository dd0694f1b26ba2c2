"""What a provider on the kit is: the parts put together, and the methods that only the provider itself can write."""

import asyncio
import os
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import Any, Generic, TypeVar

from aiohttp import web

from sandbox.clock import Clock
from sandbox.control import ControlError, field
from sandbox.faults import Faults
from sandbox.kit.bank import SlowBank
from sandbox.kit.calls import Answer, Work, serve, tampered
from sandbox.kit.control import Control
from sandbox.kit.ledger import Ledger
from sandbox.kit.model import Account, Payment, Refund
from sandbox.kit.notices import Message, Postman, Wanted
from sandbox.kit.pages import Brand, ReturnTo
from sandbox.kit.payer import Payer
from sandbox.kit.scenarios import CannotPlay, Scenario, of_amount, scenario
from sandbox.kit.settings import Settings
from sandbox.kit.statement_files import Layout
from sandbox.kit.statement_ledger import PLAIN, payment_rows, refund_rows
from sandbox.kit.statement_rows import Row
from sandbox.kit.statements import Desk, check_signature
from sandbox.kit.words import Words
from sandbox.state import JsonObject
from sandbox.templating import Markup

S = TypeVar("S", bound=Settings)
_ENDS = {"paid": "paid", "fail": "failed", "cancel": "cancelled", "expire": "expired", "pending": "processing"}


class KitProvider(ABC, Generic[S]):
    """One provider: API and pages under `/{name}`, control under `/_control/{name}`. The package tells how to extend it."""

    name: str
    settings_type: type[S]
    credential_fields: tuple[str, ...]
    identifier_field: str
    failures: dict[str, tuple[str, str]]
    default_failure: str
    magic_failures: dict[int, str] = {}
    fault_targets: tuple[str, ...] = ("create", "query", "refund", "notice", "page")
    brand: Brand
    page_path: str = ""
    # The credential that signs requests for a day's file, and where a refund keeps the number of its payment.
    statement_secret: str = ""
    refund_original: str = ""

    def __init__(self, clock: Clock, changed: Callable[[], None]) -> None:
        self.clock = clock
        self.changed = changed
        self.settings = self.settings_type.from_environment(self.name)
        self.faults = Faults()
        self.ledger = Ledger()
        self.postman = Postman(self.ledger, self.settings, self.faults, self, changed)
        self.bank = SlowBank(self.ledger, clock, self._answer_late)
        self.statements = Desk(self)

    # -- what only the provider knows ----------------------------------------------------------------------------------

    @abstractmethod
    def api_routes(self) -> list[web.RouteDef]: ...

    @abstractmethod
    def notice(self, payment: Payment, wanted: Wanted) -> Message: ...

    @abstractmethod
    def acknowledged(self, status: int, body: str) -> bool: ...

    @abstractmethod
    def return_to(self, payment: Payment) -> ReturnTo: ...

    @abstractmethod
    def sign(self, account: Account, fields: JsonObject) -> JsonObject: ...

    # -- what it may change --------------------------------------------------------------------------------------------

    def check_account(self, account: Account) -> None:
        """Raises ControlError for credentials that cannot be this provider's."""

    def tells(self, payment: Payment) -> bool:
        """Whether the payment's present state is told by a notice."""
        return payment.state in {"paid", "failed"}

    def check_playable(self, payment: Payment, wanted: Scenario) -> None:
        """Raises CannotPlay when the payment cannot go this way any more."""
        self.refresh(payment)
        if payment.finished and not (payment.state == "expired" and wanted.kind == "expire" and not payment.notices):
            raise CannotPlay(f"the payment is {payment.state}")

    def end(self, payment: Payment, wanted: Scenario, amount: int | None) -> list[str]:
        """Puts the payment into its end and gives the subjects to be told ("" = the payment itself)."""
        payment.state = _ENDS[wanted.kind]
        payment.code = wanted.code or (self.default_failure if wanted.kind == "fail" else "")
        if wanted.kind == "paid":
            self.take_money(payment, wanted)
        subjects = ["", payment.second_no] if payment.second_no else [""]
        return subjects if self.tells(payment) else []

    def take_money(self, payment: Payment, wanted: Scenario) -> None:
        """Takes the whole amount, once or twice."""
        payment.transaction_no = self.ledger.next_number()
        payment.paid_at = self.clock.timestamp()
        payment.received = payment.amount
        if wanted.twice:
            payment.second_no = self.ledger.next_number()
            payment.received += payment.amount
        self.ledger.keep_numbers(payment)

    def refresh(self, payment: Payment) -> None:
        """What time alone does: an open payment runs out, refunds in work get done."""
        if payment.state == "open" and payment.expired(self.clock.timestamp()):
            payment.state = "expired"
        for refund in payment.refunds:
            if refund.state == "processing" and refund.due_at is not None and refund.due_at <= time.time():
                self.settle_refund(payment, refund, "completed")

    def start_refund(self, payment: Payment, refund: Refund) -> None:
        """Keeps an accepted refund: done at once, or in work for the time the settings say."""
        refund.at = self.clock.timestamp()
        self.ledger.keep_refund(payment, refund)
        if self.settings.refund_delay > 0:
            refund.due_at = time.time() + self.settings.refund_delay
        else:
            self.settle_refund(payment, refund, "completed")

    def settle_refund(self, _payment: Payment, refund: Refund, state: str) -> None:
        """Puts a refund into this state for good: no delay moves it afterwards."""
        refund.state, refund.due_at = state, None

    def refund_outside(self, payment: Payment, amount: int) -> Refund:
        """A refund made by hand in the provider's portal."""
        refund = Refund("", self.ledger.next_number(), amount, state="completed", source="portal", at=self.clock.timestamp())
        payment.refunds.append(refund)
        return refund

    def start_payment(self, body: JsonObject) -> Payment:
        """The payment a control `pay` is about: by its page's address or by its reference."""
        if "payment_url" in body:
            path = field(body, "payment_url", str).partition("?")[0].rstrip("/")
            found = self.ledger.by_token(path.rpartition("/")[2])
        else:
            reference = field(body, "reference", str)
            account = body.get(self.identifier_field)
            found = self.ledger.find(str(account), reference) if account else self.ledger.newest(reference)
        if found is None:
            raise ControlError("no such payment", status=404)
        return found

    def show(self, payment: Payment) -> JsonObject:
        """The payment as the control API shows it."""
        self.refresh(payment)
        shown = asdict(payment)
        left = self.return_to(payment) if payment.finished else None
        shown |= {"return_url": left.url if left else None, "merchant_return_url": payment.return_url}
        if left and left.fields is not None:
            shown["return_form"] = {"url": left.url, "fields": left.fields}
        return shown

    def page_content(self, _payment: Payment, _words: Words) -> Markup:
        """What stands on the payer page above its buttons."""
        return Markup("")

    def ways(self, _payment: Payment) -> list[tuple[str, str, str]]:
        """The ways to pay that the page offers, each (name, Vietnamese, English); none: one plain button."""
        return []

    def statement_account(self, identifier: str) -> Account | None:
        """The account whose file is meant."""
        return self.ledger.account(identifier)

    def statement_asker(self, request: web.Request) -> Account:
        """Who asks for a file, by profile 1. Raises `statements.Refused`."""
        account = self.statement_account(request.query.get("account", ""))
        key = account[self.statement_secret or self.credential_fields[-1]] if account else ""
        return check_signature(request, account, key, self.clock.timestamp())

    def statement_rows(self, account: Account) -> Iterable[Row]:
        """All lines that the account's books have, of whatever day."""
        for payment in self.ledger.payments():
            if payment.account == account.identifier:
                self.refresh(payment)
                yield from payment_rows(payment)
                yield from refund_rows(payment, self.refund_original)

    def statement_layout(self) -> Layout:
        """How the file is written."""
        return PLAIN

    def tamper(self, answer: Answer) -> Answer:
        """The answer as somebody on the way would change it."""
        return tampered(answer)

    def reset_own(self) -> None:
        """Forgets what is kept beside the ledger."""

    def dump_own(self) -> JsonObject:
        return {}

    def load_own(self, state: JsonObject) -> None:
        """Takes over what dump_own gave."""

    # -- what every provider does the same -----------------------------------------------------------------------------

    def routes(self) -> list[web.RouteDef]:
        payer = Payer(self).routes() if self.page_path else []
        return [*self.api_routes(), *payer, *Control(self).routes(), *self.statements.routes()]

    async def serve(self, request: web.Request, target: str, work: Work) -> web.StreamResponse:
        """One API call, with the fault that may stand against this target."""
        return await serve(request, self.faults.take(target), work, self.tamper)

    def scenario_of_amount(self, amount: int) -> Scenario:
        """What happens when the payer presses pay for this amount."""
        return of_amount(amount, self.magic_failures)

    def play(
        self, payment: Payment, wanted: Scenario, *, seconds: float | None = None, amount: int | None = None
    ) -> list[asyncio.Event]:
        """Ends the payment as the scenario says; each event tells when the merchant's first answer to a notice is in.

        `seconds`: how long a late bank or a slow notice takes from now; else the settings say. CannotPlay when it has ended.
        """
        self.check_playable(payment, wanted)
        if wanted.late:
            payment.state, payment.settle_at = "processing", self._late_time(payment, seconds)
            self.changed()
            return [self.bank.hold(payment)]
        subjects = self.end(payment, wanted, amount)
        self.changed()
        return self.postman.tell(payment, subjects, wanted.notice, seconds)

    def _late_time(self, payment: Payment, seconds: float | None) -> float:
        now = self.clock.timestamp()
        return now + seconds if seconds is not None else max(now, payment.expires_at) + self.settings.late_after

    async def _answer_late(self, payment: Payment) -> None:
        payment.settle_at = 0
        subjects = self.end(payment, scenario("paid"), None)
        self.changed()
        for told in self.postman.tell(payment, subjects, "normal"):
            await told.wait()

    def origin(self, request: web.Request) -> str:
        """The address payers reach the sandbox by."""
        return os.environ.get("SANDBOX_PUBLIC_URL", "").rstrip("/") or f"{request.scheme}://{request.host}"

    def dump(self) -> JsonObject:
        return self.ledger.dump() | {"own": self.dump_own(), "statements": self.statements.dump()}

    def load(self, state: JsonObject) -> None:
        self.ledger.load(state)
        self.load_own(state.get("own", {}))
        self.statements.load(state.get("statements", {}))

    def reset(self) -> None:
        """Forgets accounts, payments, faults and deliveries; settings go back to the environment's."""
        self.postman.forget()
        self.bank.forget()
        self.ledger.clear()
        self.faults.clear()
        self.statements.clear()
        self.reset_own()
        vars(self.settings).update(vars(self.settings_type.from_environment(self.name)))

    async def start(self) -> None:
        await self.postman.start()
        self.bank.start()

    async def stop(self) -> None:
        self.bank.forget()
        await self.postman.stop()


AnyProvider = KitProvider[Any]

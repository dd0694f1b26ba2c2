"""The bank in the sandbox: a payer's app on one side, the account owner's webhook on the other, and no gateway between them."""

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

from aiohttp import web

from sandbox.control import ControlError, field, one_of
from sandbox.kit.model import Account, Payment, Transfer
from sandbox.kit.notices import Message, Wanted
from sandbox.kit.pages import Brand, ReturnTo
from sandbox.kit.provider import KitProvider
from sandbox.kit.scenarios import CannotPlay, Scenario
from sandbox.kit.statement_files import Layout
from sandbox.kit.statement_ledger import transfer_rows
from sandbox.kit.statement_rows import Row
from sandbox.kit.words import Words
from sandbox.state import JsonObject
from sandbox.templating import Markup
from sandbox.vietqr.emvco import QrError, TransferOrder, read, write
from sandbox.vietqr.memos import STYLES, written
from sandbox.vietqr.notices import acknowledges, bank_notice, sign_notice
from sandbox.vietqr.pages import PayerApp, order_content
from sandbox.vietqr.settings import VietqrSettings
from sandbox.vietqr.statement import LAYOUT

_VIETNAM = timezone(timedelta(hours=7))


class VietqrSandbox(KitProvider[VietqrSettings]):
    """One bank. A kit payment here is one order of an account's owner, known by the memo its QR asks for."""

    name = "vietqr"
    settings_type = VietqrSettings
    credential_fields = ("bin", "account_number", "account_name", "webhook_secret")
    identifier_field = "account_number"
    failures = {
        "51": ("Tài khoản không đủ số dư", "Insufficient funds"),
        "61": ("Vượt hạn mức chuyển tiền trong ngày", "Over the daily transfer limit"),
    }
    default_failure = "51"
    magic_failures = {51: "51", 61: "61"}
    fault_targets = ("notice", "page")
    brand = Brand(
        name="VietQR Bank",
        heading_vi="Chuyển tiền theo mã VietQR",
        heading_en="Transfer by VietQR",
        accent="#0b6b57",
        tint="#e2f3ee",
        dark_accent="#6fd6bd",
        on_dark_accent="#06281f",
        dark_tint="#12352c",
    )
    page_path = "/vietqr/pay"
    statement_secret = "webhook_secret"

    def api_routes(self) -> list[web.RouteDef]:
        return PayerApp(self).routes()

    def check_account(self, account: Account) -> None:
        """An account that a QR can name, and a secret to sign with."""
        try:
            write(TransferOrder(account["bin"], account["account_number"]))
        except QrError as error:
            raise ControlError(f"bin, account_number: {error}") from None
        if not account["webhook_secret"]:
            raise ControlError("webhook_secret: must not be empty")

    def scan(self, text: str) -> Payment:
        """The order that a QR text asks for, new or seen before. QrError when no app would take it or nobody has the account."""
        wanted = read(text)
        order = self.order(wanted.bin, wanted.number, wanted.memo, wanted.amount or 0, text)
        if order.finished and not order.received:
            order.state = "open"  # the payer gave up or was refused, and scans once more
        return order

    def order(self, bin_code: str, number: str, memo: str, amount: int = 0, text: str = "") -> Payment:
        """The order of this memo at this account; one without a memo is always a new one, and so is one with another amount."""
        account = self.ledger.account(number)
        if account is None or account["bin"] != bin_code:
            raise QrError("no such account at this bank")
        known = self.ledger.find(number, memo) if memo else None
        if known and (amount == known.amount or not text):
            return known
        order = Payment(
            account=number,
            reference=memo or f"without-memo-{self.ledger.next_number()}",
            amount=amount,
            description=memo,
            method="bank_transfer",
            created_at=self.clock.timestamp(),
            own={"memo": memo, "qr": text},
        )
        self.ledger.add(order)
        self.changed()
        return order

    def start_payment(self, body: JsonObject) -> Payment:
        """By a QR text, by account and memo, or one seen before; and what its memo will look like when it arrives."""
        if "qr" in body or ("reference" not in body and "payment_url" not in body):
            order = self._named(body)
        else:
            order = super().start_payment(body)
        self.write_memo(order, one_of(body, "memo_style", STYLES, "exact"), body.get("memo"), field(body, "other_memo", str, ""))
        return order

    def _named(self, body: JsonObject) -> Payment:
        try:
            if "qr" in body:
                return self.scan(field(body, "qr", str))
            number, memo = field(body, "account_number", str), field(body, "memo", str, "")
            known = self.ledger.account(number)
            return self.order(field(body, "bin", str, known["bin"] if known else ""), number, memo)
        except QrError as error:
            raise ControlError(str(error)) from None

    def write_memo(self, order: Payment, style: str, memo: object = None, other: str = "") -> None:
        """Decides the memo of the next transfer: the QR's own or the one given, in this style."""
        if style == "two_orders" and not other:
            others = [one.own["memo"] for one in self.ledger.payments() if one is not order and one.own["memo"]]
            if not others:
                raise ControlError("other_memo: missing, and no other order is known")
            other = others[-1]
        own = memo if isinstance(memo, str) else order.own["memo"]
        order.own["next_memo"] = written(own, style, other)

    def check_playable(self, payment: Payment, wanted: Scenario) -> None:
        """Whoever has the account's number can send money to it, again and again."""
        if wanted.kind != "paid" or wanted.late:
            super().check_playable(payment, wanted)

    def end(self, payment: Payment, wanted: Scenario, amount: int | None) -> list[str]:
        """Transfers of the amount given, else of the QR's; one subject for each. A bank tells of nothing but money that came."""
        if wanted.kind != "paid":
            return super().end(payment, wanted, amount)
        one = amount if amount is not None else payment.amount
        if one <= 0:
            raise CannotPlay("amount: the QR has none, so the payer must say it")
        memo = payment.own.pop("next_memo", payment.own["memo"])
        return [self._receive(payment, one, memo).number for _ in range(2 if wanted.twice else 1)]

    def _receive(self, payment: Payment, amount: int, memo: str) -> Transfer:
        at = self.clock.timestamp()
        day = datetime.fromtimestamp(at, _VIETNAM)
        transfer = Transfer(f"FT{day:%y%j}{self.ledger.next_number()}", amount, memo, at)
        payment.transfers.append(transfer)
        payment.received += amount
        payment.transaction_no = payment.transaction_no or transfer.number
        payment.state = "paid" if payment.received >= payment.amount else "underpaid"
        payment.paid_at = at
        return transfer

    def tells(self, _payment: Payment) -> bool:
        return False  # of an order; transfers are told, see end

    def notice(self, payment: Payment, wanted: Wanted) -> Message:
        return bank_notice(self.ledger.account_of(payment), payment, wanted, self.settings.payer_fields)

    def acknowledged(self, status: int, body: str) -> bool:
        return acknowledges(status, body)

    def return_to(self, _payment: Payment) -> ReturnTo:
        return ReturnTo("")  # a banking app leads nowhere

    def statement_rows(self, account: Account) -> Iterator[Row]:
        for payment in self.ledger.payments():
            if payment.account == account.identifier:
                yield from transfer_rows(payment)

    def statement_layout(self) -> Layout:
        return LAYOUT

    def sign(self, account: Account, fields: JsonObject) -> JsonObject:
        return sign_notice(account["webhook_secret"], fields)

    def page_content(self, payment: Payment, words: Words) -> Markup:
        return order_content(self.ledger.account_of(payment), payment, words)

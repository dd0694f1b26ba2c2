"""payOS in the sandbox: its parts put together on the kit."""

from collections.abc import Iterator

from aiohttp import web

from sandbox.control import ControlError
from sandbox.kit.model import Account, Payment
from sandbox.kit.notices import Message, Wanted
from sandbox.kit.pages import Brand, ReturnTo
from sandbox.kit.provider import KitProvider
from sandbox.kit.scenarios import CannotPlay, Scenario
from sandbox.kit.statement_files import Layout
from sandbox.kit.statement_ledger import transfer_rows
from sandbox.kit.statement_rows import Row
from sandbox.kit.statements import Refused
from sandbox.kit.words import Words
from sandbox.payos.api import MerchantApi
from sandbox.payos.links import bank_account, qr_text, receive, return_url
from sandbox.payos.notices import sign_both, webhook
from sandbox.payos.pages import TransferForm, checkout
from sandbox.payos.settings import DIALECTS, PayosSettings
from sandbox.payos.statement import LAYOUT
from sandbox.state import JsonObject
from sandbox.templating import Markup
from sandbox.vietqr.emvco import QrError, TransferOrder, write

_BY_PAYER = "Khách hàng huỷ thanh toán"


class PayosSandbox(KitProvider[PayosSettings]):
    """One payOS: links are paid by any number of transfers, and each transfer is told by a webhook of its own."""

    name = "payos"
    settings_type = PayosSettings
    credential_fields = ("client_id", "api_key", "checksum_key")
    identifier_field = "client_id"
    failures = {"FAILED": ("Chuyển khoản không thành công", "The transfer failed")}
    default_failure = "FAILED"
    magic_failures = {51: "FAILED"}
    fault_targets = ("create", "query", "cancel", "confirm", "notice", "page")
    brand = Brand(
        name="payOS",
        heading_vi="Quét mã VietQR để chuyển khoản",
        heading_en="Scan the VietQR code to transfer",
        accent="#5b3df0",
        tint="#eeebfe",
        dark_accent="#b9abff",
        on_dark_accent="#1b1046",
        dark_tint="#2a2150",
    )
    page_path = "/payos/web"

    def api_routes(self) -> list[web.RouteDef]:
        return [*MerchantApi(self).routes(), *TransferForm(self).routes()]

    def check_account(self, account: Account) -> None:
        """The checksum key signs, the bank account goes into every QR."""
        bank = bank_account(account)
        try:
            write(TransferOrder(bank["bin"], bank["account_number"]))
        except QrError as error:
            raise ControlError(f"options: {error}") from None
        if not account["checksum_key"] or not account["api_key"]:
            raise ControlError("api_key, checksum_key: must not be empty")
        if any(not isinstance(account.options.get(name, True), bool) for name in ("linked", "active")):
            raise ControlError("options: linked and active are true or false")
        if account.options.get("dialect", DIALECTS[0]) not in DIALECTS:
            raise ControlError(f"options: dialect is one of {', '.join(DIALECTS)}")

    def check_playable(self, payment: Payment, wanted: Scenario) -> None:
        """Money can always come, into a link that is paid, cancelled or expired too; only the payer's page has an end."""
        self.refresh(payment)
        if wanted.kind == "paid" and not wanted.late:
            return
        if wanted.kind == "cancel" and payment.received:
            raise CannotPlay("money has come already")
        super().check_playable(payment, wanted)

    def end(self, payment: Payment, wanted: Scenario, amount: int | None) -> list[str]:
        """Transfers of what is left, or of the amount given; one subject for each. Nothing else is told."""
        if wanted.kind == "cancel":
            self.cancel(payment, _BY_PAYER)
            return []
        if wanted.kind != "paid":
            return super().end(payment, wanted, amount)
        if amount is None and payment.state in {"paid", "failed"}:
            raise CannotPlay(f"the link is {payment.state}: one more transfer needs an amount")
        if amount is not None and amount <= 0:
            raise CannotPlay("amount: nothing to transfer")
        amounts = [amount or payment.amount - payment.received]
        if wanted.twice:
            amounts.append(amount or payment.amount)
        at = self.clock.timestamp()
        return [receive(self.ledger, payment, one, at).number for one in amounts]

    def tells(self, _payment: Payment) -> bool:
        return False  # of a link's own state; transfers are told, see end

    def cancel(self, link: Payment, reason: str | None) -> None:
        """Closes a link without money."""
        link.state = "cancelled"
        link.own |= {"cancellation_reason": reason, "canceled_at": self.clock.timestamp()}
        self.changed()

    def notice(self, payment: Payment, wanted: Wanted) -> Message:
        return webhook(self.ledger.account_of(payment), payment, wanted, self.settings)

    def acknowledged(self, status: int, _body: str) -> bool:
        return 200 <= status < 300

    def return_to(self, payment: Payment) -> ReturnTo:
        return ReturnTo(return_url(payment))

    def statement_rows(self, account: Account) -> Iterator[Row]:
        for payment in self.ledger.payments():
            if payment.account == account.identifier:
                yield from transfer_rows(payment)

    def statement_asker(self, request: web.Request) -> Account:
        """As of every call of the API: by the two headers."""
        channel = self.ledger.account(request.headers.get("x-client-id", ""))
        if channel is None or channel["api_key"] != request.headers.get("x-api-key"):
            raise Refused(401, "x-client-id, x-api-key")
        return channel

    def statement_layout(self) -> Layout:
        return LAYOUT

    def sign(self, account: Account, fields: JsonObject) -> JsonObject:
        """The data signed by payOS's rule, the whole webhook with it, and the flat dialect's header over the same fields."""
        return sign_both(account["checksum_key"], fields)

    def show(self, payment: Payment) -> JsonObject:
        shown = super().show(payment)
        return shown | {"method": "bank_transfer", "qr_code": qr_text(self.ledger.account_of(payment), payment)}

    def page_content(self, payment: Payment, words: Words) -> Markup:
        return checkout(self.ledger.account_of(payment), payment, words)

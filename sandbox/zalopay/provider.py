"""ZaloPay in the sandbox: its parts put together."""

import json
from urllib.parse import urlencode

from aiohttp import web

from sandbox.control import ControlError
from sandbox.kit.calls import spoil
from sandbox.kit.model import Account, Payment, Refund
from sandbox.kit.notices import Message, Wanted
from sandbox.kit.pages import Brand, ReturnTo, qr_picture
from sandbox.kit.provider import KitProvider
from sandbox.kit.scenarios import Scenario
from sandbox.kit.statement_files import Layout
from sandbox.kit.words import Words
from sandbox.state import JsonObject
from sandbox.templating import Markup
from sandbox.zalopay.api import Api
from sandbox.zalopay.codes import CANCELLED, EXPIRED, FAILURES, MAGIC
from sandbox.zalopay.results import callback_body, callback_data, redirect_fields
from sandbox.zalopay.settings import Settings
from sandbox.zalopay.signing import vietnam_day
from sandbox.zalopay.statement import LAYOUT

_WALLET = ("wallet", "Thanh toán bằng ví ZaloPay", "Pay with the ZaloPay wallet")
_VIETQR = ("vietqr", "Quét mã bằng ứng dụng ngân hàng", "Scan with a banking app")
_ATM = ("atm", "Thẻ ATM / tài khoản ngân hàng", "ATM card or bank account")
_CC = ("cc", "Thẻ quốc tế", "International card")
_WAYS = {
    "zalopay_wallet": _WALLET,
    "zalopayapp": _WALLET,
    "vietqr": _VIETQR,
    "domestic_card": _ATM,
    "account": _ATM,
    "international_card": _CC,
    "CC": _CC,
}
_USUAL_CODES = {"cancel": CANCELLED, "expire": EXPIRED}


class ZalopaySandbox(KitProvider[Settings]):
    """One ZaloPay: API under /zalopay/v2, order pages under /zalopay/openinapp, control under /_control/zalopay."""

    name = "zalopay"
    settings_type = Settings
    credential_fields = ("app_id", "key1", "key2")
    identifier_field = "app_id"
    failures = FAILURES
    default_failure = "-63"
    magic_failures = MAGIC
    fault_targets = ("create", "query", "refund", "query_refund", "cancel", "notice", "page")
    brand = Brand(
        "ZaloPay",
        "Thanh toán qua ZaloPay",
        "Pay with ZaloPay",
        accent="#0033c9",
        tint="#e7edff",
        dark_accent="#9db6ff",
        on_dark_accent="#00135a",
        dark_tint="#16235c",
    )
    page_path = "/zalopay/openinapp"
    statement_secret = "key1"
    refund_original = "zp_trans_id"

    def api_routes(self) -> list[web.RouteDef]:
        return Api(self).routes()

    def check_account(self, account: Account) -> None:
        if not account["app_id"].isascii() or not account["app_id"].isdigit() or not (account["key1"] and account["key2"]):
            raise ControlError("app_id: must be digits; key1, key2: must not be empty")

    def next_trans_id(self) -> str:
        """A zp_trans_id: the day in GMT+7 and nine digits."""
        return f"{vietnam_day(self.clock.now())}{int(self.ledger.next_number()) % 10**9:09d}"

    def tells(self, payment: Payment) -> bool:
        """A callback comes only when money was collected."""
        return payment.state == "paid"

    def end(self, payment: Payment, wanted: Scenario, amount: int | None) -> list[str]:
        subjects = super().end(payment, wanted, amount)
        payment.code = payment.code or _USUAL_CODES.get(wanted.kind, "")
        return subjects

    def take_money(self, payment: Payment, wanted: Scenario) -> None:
        super().take_money(payment, wanted)
        payment.transaction_no = self.next_trans_id()
        payment.second_no = self.next_trans_id() if wanted.twice else ""
        self.ledger.keep_numbers(payment)

    def settle_refund(self, payment: Payment, refund: Refund, state: str) -> None:
        super().settle_refund(payment, refund, state)
        refund.own.pop("approval", None)

    def notice(self, payment: Payment, wanted: Wanted) -> Message:
        account = self.ledger.account_of(payment)
        data = callback_data(payment, self.clock, self.settings, wanted, self.next_trans_id())
        body = callback_body(account, wanted.apply(data))
        if wanted.spoilt:
            body["mac"] = spoil(body["mac"])
        return Message(payment.notify_url or account.notify_url, json.dumps(body, ensure_ascii=False))

    def acknowledged(self, status: int, body: str) -> bool:
        """A return_code 0, or no readable answer, asks for another callback."""
        try:
            answer = json.loads(body)
        except ValueError:
            return False
        code = answer.get("return_code") if isinstance(answer, dict) else None
        ends = {1, -1, 2} if self.settings.two_ends_callbacks else {1, -1}
        return status == 200 and type(code) is int and code in ends

    def return_to(self, payment: Payment) -> ReturnTo:
        if not payment.return_url:
            return ReturnTo("")
        fields = redirect_fields(self.ledger.account_of(payment), payment)
        return ReturnTo(f"{payment.return_url}{'&' if '?' in payment.return_url else '?'}{urlencode(fields)}")

    def statement_layout(self) -> Layout:
        return LAYOUT

    def sign(self, account: Account, fields: JsonObject) -> JsonObject:
        body = callback_body(account, fields)
        return body | {"body": json.dumps(body, ensure_ascii=False)}

    def page_content(self, payment: Payment, words: Words) -> Markup:
        wants_cards = payment.method and not {"vietqr", "zalopay_wallet", "zalopayapp"} & set(payment.method.split(","))
        return Markup("") if wants_cards else qr_picture(payment.token, words)

    def ways(self, payment: Payment) -> list[tuple[str, str, str]]:
        asked = [_WAYS[one] for one in payment.method.split(",") if one in _WAYS]
        if payment.method and not asked:  # a bank of ZaloPay's list
            return [_ATM]
        return list(dict.fromkeys(asked)) or [_WALLET, _VIETQR, _ATM, _CC]

"""MoMo in the sandbox: its parts put together."""

import json
from collections.abc import Callable

from aiohttp import web

from sandbox.clock import Clock
from sandbox.control import ControlError
from sandbox.kit.calls import spoil
from sandbox.kit.model import Account, Payment, Refund
from sandbox.kit.notices import Message, Wanted
from sandbox.kit.pages import Brand, ReturnTo, qr_picture
from sandbox.kit.provider import KitProvider
from sandbox.kit.scenarios import Scenario
from sandbox.kit.statement_files import Layout
from sandbox.kit.words import Words
from sandbox.momo.api import Api
from sandbox.momo.codes import FAILURES, MAGIC
from sandbox.momo.results import result_fields, signed_result
from sandbox.momo.settings import Settings
from sandbox.momo.signing import RESULT, raw_string, redirect_query, sign
from sandbox.momo.statement import LAYOUT
from sandbox.state import JsonObject
from sandbox.templating import Markup

_ENDS = {"paid": "0", "cancel": "1006", "expire": "1005", "pending": "7002"}
_WAYS = [
    ("wallet", "Thanh toán bằng Ví MoMo", "Pay with the MoMo wallet"),
    ("atm", "Thanh toán bằng thẻ ATM nội địa", "Pay with a domestic ATM card"),
    ("cc", "Thanh toán bằng thẻ quốc tế", "Pay with an international card"),
]
_WAYS_OF = {"payWithATM": _WAYS[1:2], "payWithCC": _WAYS[2:], "payWithMethod": _WAYS}
# Of these MoMo tells by IPN; that an open link ran out is only seen by asking, or by the payer who comes too late.
_TOLD = frozenset({"paid", "held", "failed", "cancelled", "expired", "processing"})


class MomoSandbox(KitProvider[Settings]):
    """One MoMo: API under /momo/v2/gateway/api, pages under /momo/pay, control under /_control/momo."""

    name = "momo"
    settings_type = Settings
    credential_fields = ("partner_code", "access_key", "secret_key")
    identifier_field = "partner_code"
    failures = FAILURES
    default_failure = "1001"
    magic_failures = MAGIC
    fault_targets = ("create", "query", "refund", "query_refund", "capture", "cancel", "notice", "page")
    brand = Brand(
        "MoMo",
        "Thanh toán qua MoMo",
        "Pay with MoMo",
        accent="#a50064",
        tint="#fbe9f4",
        dark_accent="#ff9bd3",
        on_dark_accent="#3d0025",
        dark_tint="#3d1230",
    )
    page_path = "/momo/pay"
    statement_secret = "secret_key"
    refund_original = "transId"

    def __init__(self, clock: Clock, changed: Callable[[], None]) -> None:
        super().__init__(clock, changed)
        # The first answer to every requestId, by partnerCode and requestId.
        self.answers: dict[str, JsonObject] = {}

    def api_routes(self) -> list[web.RouteDef]:
        return Api(self).routes()

    def check_account(self, account: Account) -> None:
        if not all(account.credentials.values()):
            raise ControlError("partner_code, access_key, secret_key: must not be empty")

    def is_taken(self, account: str, order_id: str) -> bool:
        """Whether a payment or a refund of this account has the orderId."""
        return bool(self.ledger.find(account, order_id) or self.ledger.find_refund(account, order_id))

    def tells(self, payment: Payment) -> bool:
        return payment.state in _TOLD

    def end(self, payment: Payment, wanted: Scenario, amount: int | None) -> list[str]:
        subjects = super().end(payment, wanted, amount)
        if wanted.kind == "paid" and not payment.own["autoCapture"]:
            payment.state, payment.received = "held", 0
        usual = "9000" if payment.state == "held" else _ENDS.get(wanted.kind, self.default_failure)
        payment.code = wanted.code or usual
        return subjects

    def release(self, payment: Payment, *, captured: bool) -> None:
        """Ends a hold: the money goes to the merchant, or back to the payer."""
        payment.state = "paid" if captured else "cancelled"
        payment.code = "0" if captured else "1017"
        payment.received = payment.amount if captured else 0
        self.changed()

    def settle_refund(self, payment: Payment, refund: Refund, state: str) -> None:
        super().settle_refund(payment, refund, state)
        refund.code = "1080" if state == "failed" else ""

    def notice(self, payment: Payment, wanted: Wanted) -> Message:
        account = self.ledger.account_of(payment)
        signed = signed_result(account, wanted.apply(result_fields(payment, self.clock, wanted)))
        if wanted.spoilt:
            signed["signature"] = spoil(signed["signature"])
        unsigned: JsonObject = {"paymentOption": "momo", "userFee": 0, "promotionInfo": None}
        body = {name: value for name, value in (unsigned | signed).items() if value is not None or name in unsigned}
        return Message(payment.notify_url or account.notify_url, json.dumps(body, ensure_ascii=False))

    def acknowledged(self, status: int, body: str) -> bool:
        """MoMo asks for 204 without a body, within 15 seconds."""
        return status == 204

    def return_to(self, payment: Payment) -> ReturnTo:
        fields = signed_result(self.ledger.account_of(payment), result_fields(payment, self.clock, Wanted()))
        joint = "&" if "?" in payment.return_url else "?"
        return ReturnTo(f"{payment.return_url}{joint}{redirect_query(fields)}")

    def statement_layout(self) -> Layout:
        return LAYOUT

    def sign(self, account: Account, fields: JsonObject) -> JsonObject:
        raw = raw_string(RESULT, fields, account["access_key"])
        signed = fields | {"signature": sign(account["secret_key"], raw)}
        return {
            "fields": signed,
            "body": json.dumps(signed, ensure_ascii=False),
            "query": redirect_query(signed),
            "signature": signed["signature"],
        }

    def page_content(self, payment: Payment, words: Words) -> Markup:
        return qr_picture(payment.token, words) if payment.method in {"captureWallet", "payWithMethod"} else Markup("")

    def ways(self, payment: Payment) -> list[tuple[str, str, str]]:
        return _WAYS_OF.get(payment.method, [])

    def reset_own(self) -> None:
        self.answers.clear()

    def dump_own(self) -> JsonObject:
        return {"answers": self.answers}

    def load_own(self, state: JsonObject) -> None:
        self.answers.update(state.get("answers", {}))

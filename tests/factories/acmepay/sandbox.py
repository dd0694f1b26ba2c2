"""AcmePay's side, written from the protocol of ``provider/README.md`` with signing code of its own: one file on the kit.

``python -m tests.factories.acmepay.sandbox`` serves all providers of the sandbox and this one.
"""

import asyncio
import hashlib
import hmac
import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import urlencode, urlsplit

from aiohttp import web

from sandbox.app import PROVIDERS, build_app
from sandbox.kit.calls import Answer, Call, Work, spoil
from sandbox.kit.model import Account, Payment, Refund
from sandbox.kit.notices import Message, Wanted
from sandbox.kit.pages import Brand, ReturnTo
from sandbox.kit.provider import KitProvider
from sandbox.kit.settings import Settings
from sandbox.serving import serve
from sandbox.state import JsonObject

_MOST_BODY, _LEAST, _MOST = 10_000, 2_000, 20_000_000


class Refused(Exception):
    """AcmePay refuses with this word."""


def signature_of(secret: str, payload: str) -> str:
    """HMAC-SHA256 of the payload's bytes, hex."""
    return hmac.digest(secret.encode(), payload.encode(), hashlib.sha256).hex()


class AcmepaySandbox(KitProvider[Settings]):
    """One AcmePay: API under /acmepay/v1, pages under /acmepay/pay, control under /_control/acmepay."""

    name = "acmepay"
    settings_type = Settings
    credential_fields = ("shop_id", "secret")
    identifier_field = "shop_id"
    failures = {"declined": ("Ngân hàng từ chối", "Declined"), "no_funds": ("Không đủ số dư", "Not enough money")}
    default_failure = "declined"
    magic_failures = {51: "no_funds"}
    fault_targets = ("create", "query", "refund", "query_refund", "notice", "page")
    brand = Brand("AcmePay", "Thanh toán qua AcmePay", "Pay with AcmePay")
    page_path = "/acmepay/pay"

    # -- the API -------------------------------------------------------------------------------------------------------

    def api_routes(self) -> list[web.RouteDef]:
        calls = {"payments": ("create", self._create), "payments/query": ("query", self._query)}
        calls |= {"refunds": ("refund", self._refund), "refunds/query": ("query_refund", self._query_refund)}
        return [web.post(f"/acmepay/v1/{path}", self._handler(*call)) for path, call in calls.items()]

    def _handler(self, target: str, perform: Callable[[Account, JsonObject, Call], JsonObject]):  # type: ignore[no-untyped-def]
        async def handle(request: web.Request) -> web.StreamResponse:
            return await self.serve(request, target, self._work(perform))

        return handle

    def _work(self, perform: Callable[[Account, JsonObject, Call], JsonObject]) -> Work:
        def work(call: Call) -> Answer:
            try:
                account, fields = self._admit(call.text)
            except (ValueError, KeyError, TypeError, AttributeError):
                return Answer({"error": "signature"}, status=401)
            try:
                if call.forced is not None:
                    raise Refused(call.forced)
                result = perform(account, fields, call)
            except (KeyError, TypeError, ValueError):
                result = {"error": "bad_request"}
            except Refused as refused:
                result = {"error": str(refused)}
            self.changed()
            return Answer(self.sign(account, result))

        return work

    def _admit(self, text: str) -> tuple[Account, JsonObject]:
        """The shop whose key signed this. ValueError (and its like) for anything else."""
        envelope = json.loads(text)
        fields = json.loads(envelope["payload"])
        account = self.ledger.account(fields["shop_id"])
        if account is None or len(text) > _MOST_BODY:
            raise ValueError("no such shop")
        if not hmac.compare_digest(signature_of(account["secret"], envelope["payload"]), envelope["signature"]):
            raise ValueError("signature")
        return account, fields

    def _create(self, account: Account, fields: JsonObject, call: Call) -> JsonObject:
        payment = self.ledger.find(account.identifier, fields["reference"])
        if payment is None:
            payment = self._new(account, fields)
            self.ledger.add(payment)
        elif payment.amount != fields["amount"]:
            raise Refused("reference_used")
        page = f"{self.origin(call.request)}{self.page_path}/{payment.token}"
        return {"reference": payment.reference, "page": page, "session_id": f"acs_{payment.token}"}

    def _new(self, account: Account, fields: JsonObject) -> Payment:
        if type(fields["amount"]) is not int or not _LEAST <= fields["amount"] <= _MOST:
            raise Refused("amount")
        if fields["method"] not in {"", "wallet", "card"}:
            raise Refused("method")
        if not urlsplit(fields["return_url"]).netloc or not 1 <= len(fields["description"]) <= 255:
            raise Refused("bad_request")
        return Payment(
            reference=fields["reference"], account=account.identifier, amount=fields["amount"], return_url=fields["return_url"],
            notify_url=fields["notify_url"], description=fields["description"], method=fields["method"], lang=fields["lang"],
            created_at=self.clock.timestamp(), expires_at=datetime.fromisoformat(fields["expires_at"]).timestamp(),
        )  # fmt: skip

    def _query(self, account: Account, fields: JsonObject, _call: Call) -> JsonObject:
        payment = self.ledger.find(account.identifier, fields["reference"])
        if payment is None:
            return {"reference": fields["reference"], "state": "unknown"}
        self.refresh(payment)
        refunds = [
            {"reference": one.reference or None, "number": one.refund_no, "amount": one.amount, "state": one.state}
            for one in payment.refunds
        ]
        return self._told(payment) | {"refunds": refunds}

    def _refund(self, account: Account, fields: JsonObject, _call: Call) -> JsonObject:
        found = self.ledger.find_refund(account.identifier, fields["refund_reference"])
        if found is not None:
            return _refund_told(found[1])
        payment = self.ledger.find(account.identifier, fields["reference"])
        if payment is None or payment.state != "paid":
            raise Refused("not_paid")
        if type(fields["amount"]) is not int or not 0 < fields["amount"] <= payment.received - payment.refunded:
            raise Refused("amount")
        refund = Refund(fields["refund_reference"], self.ledger.next_number(), fields["amount"])
        self.start_refund(payment, refund)
        return _refund_told(refund)

    def _query_refund(self, account: Account, fields: JsonObject, _call: Call) -> JsonObject:
        found = self.ledger.find_refund(account.identifier, fields["refund_reference"])
        if found is None:
            return {"refund_state": "unknown"}
        self.refresh(found[0])
        return _refund_told(found[1])

    # -- what it tells -------------------------------------------------------------------------------------------------

    def _told(self, payment: Payment) -> JsonObject:
        told = {"reference": payment.reference, "state": payment.state, "amount": payment.amount, "method": payment.method}
        reason = payment.code or {"cancelled": "cancelled", "expired": "expired"}.get(payment.state)
        at = datetime.fromtimestamp(payment.paid_at, UTC).isoformat() if payment.paid_at else None
        return told | {"reason": reason, "number": payment.transaction_no or None, "paid_at": at}

    def tells(self, payment: Payment) -> bool:
        return payment.state in {"paid", "failed", "cancelled"}

    def notice(self, payment: Payment, wanted: Wanted) -> Message:
        account = self.ledger.account_of(payment)
        told = self._told(payment)
        told["amount"] += wanted.amount_off
        if wanted.told_paid:
            told |= {"state": "paid", "number": payment.transaction_no or self.ledger.next_number()}
        if wanted.subject:
            told["number"] = wanted.subject
        envelope = self.sign(account, wanted.apply(told))
        if wanted.spoilt:
            envelope["signature"] = spoil(envelope["signature"])
        return Message(payment.notify_url or account.notify_url, json.dumps(envelope, ensure_ascii=False))

    def acknowledged(self, status: int, body: str) -> bool:
        return status < 500

    def return_to(self, payment: Payment) -> ReturnTo:
        query = urlencode(self.sign(self.ledger.account_of(payment), self._told(payment)))
        return ReturnTo(f"{payment.return_url}{'&' if '?' in payment.return_url else '?'}{query}")

    def sign(self, account: Account, fields: JsonObject) -> JsonObject:
        payload = json.dumps({"shop_id": account.identifier, **fields}, ensure_ascii=False)
        return {"payload": payload, "signature": signature_of(account["secret"], payload)}


def _refund_told(refund: Refund) -> JsonObject:
    return {"refund_reference": refund.reference, "refund_no": refund.refund_no, "refund_state": refund.state}


def main() -> None:
    """Serves the sandbox with one line more in its list of providers."""
    PROVIDERS.append(AcmepaySandbox)
    asyncio.run(serve(build_app(), label="sandbox", host="127.0.0.1", port=int(os.environ.get("SANDBOX_PORT", "0"))))


if __name__ == "__main__":
    main()

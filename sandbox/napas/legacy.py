"""The legacy `vpc_` gateway: a signed redirect to the page and back, queryDR and refund. It sends no notice."""

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from aiohttp import web

from sandbox.control import ControlError
from sandbox.kit.calls import Answer, Call
from sandbox.kit.model import Account, Payment
from sandbox.napas.codes import CANCELLED, TIME_OVER, VPC_MESSAGES, WAITING, ending
from sandbox.napas.signing import SECURE_HASH, verify_vpc, vpc_hash
from sandbox.napas.vpc_checks import QUERY, REFUND, VpcError, check_formats, check_pay, read_query

if TYPE_CHECKING:
    from sandbox.napas.provider import NapasSandbox

PAY_PATH = "/napas/gateway/vpcpay.do"
_ENDED = {"cancelled": CANCELLED, "expired": TIME_OVER}


class Legacy:
    """The three calls of the gateway."""

    def __init__(self, napas: "NapasSandbox") -> None:
        self._napas = napas

    def routes(self) -> list[web.RouteDef]:
        return [web.get(PAY_PATH, self.pay), web.get("/napas/gateway/vpcdps", self.vpcdps)]

    async def pay(self, request: web.Request) -> web.StreamResponse:
        """The merchant's redirect: on to the payer's page, or a page that names what is wrong."""

        def work(_call: Call) -> Answer:
            payment = self.open(request.raw_path.partition("?")[2])
            return Answer("", status=302, headers={"Location": self._napas.page_of(payment)})

        try:
            return await self._napas.serve(request, "page", work)
        except VpcError as refused:
            lang = "en" if request.query.get("vpc_Locale") == "en" else "vi"
            return self._napas.error_page(lang, refused.code, VPC_MESSAGES.get(refused.code, ""), refused.name)

    def open(self, query: str) -> Payment:
        """The open payment of a payment URL's query, new or shown again; VpcError for one that is not in order."""
        fields = read_query(query)
        account = self._account(fields)
        wanted = check_pay(fields, self._napas.settings.vpc_amount_factor)
        known = self._napas.ledger.find(account.identifier, fields["vpc_MerchTxnRef"])
        if known is not None:
            self._napas.refresh(known)
            if known.finished or known.own.get("hash") != fields[SECURE_HASH].upper():
                raise VpcError("33")
            return known
        now = self._napas.clock.timestamp()
        payment = Payment(
            reference=fields["vpc_MerchTxnRef"],
            account=account.identifier,
            amount=wanted.amount,
            return_url=fields["vpc_ReturnURL"],
            description=fields["vpc_OrderInfo"],
            method=fields.get("vpc_CardType", ""),
            lang="en" if fields["vpc_Locale"] == "en" else "vi",
            created_at=now,
            expires_at=now + self._napas.settings.form_seconds,
            own={
                "mode": "vpc",
                "opened": True,
                "hash": fields[SECURE_HASH].upper(),
                "locale": fields["vpc_Locale"],
                "back_url": fields["vpc_BackURL"],
                "factor": self._napas.settings.vpc_amount_factor,
            },
        )
        self._napas.ledger.add(payment)
        self._napas.changed()
        return payment

    async def vpcdps(self, request: web.Request) -> web.StreamResponse:
        """queryDR and refund; the answer is url-encoded text."""
        query = request.raw_path.partition("?")[2]
        target = "refund" if request.query.get("vpc_Command") == "refund" else "query"

        def work(call: Call) -> Answer:
            fields: dict[str, str] = {}
            try:
                fields = read_query(query)
                account = self._account(fields)
                result = self._perform(account, fields, call.forced)
            except VpcError as refused:
                # Whose secret would sign it is not known: a refusal is plain.
                return _answer(_heading(fields) | _code(refused.code))
            signed = _heading(fields) | result
            return _answer(signed | {SECURE_HASH: vpc_hash(account["client_secret"], signed)})

        return await self._napas.serve(request, target, work)

    def _account(self, fields: dict[str, str]) -> Account:
        account = self._napas.ledger.account(fields.get("vpc_Merchant", ""))
        if account is None or not fields.get("vpc_AccessCode"):
            raise VpcError("10", "vpc_Merchant")
        if account.options.get("access_code") != fields["vpc_AccessCode"]:
            raise VpcError("10", "vpc_AccessCode")
        if not verify_vpc(account["client_secret"], fields):
            raise VpcError("8")
        return account

    def _perform(self, account: Account, fields: dict[str, str], forced: str | None) -> dict[str, str]:
        commands = {"queryDR": (QUERY, self._query), "refund": (REFUND, self._refund)}
        if fields.get("vpc_Command") not in commands:
            return _code("9")
        formats, command = commands[fields["vpc_Command"]]
        try:
            check_formats(fields, formats)
            if (fields["vpc_User"], fields["vpc_Password"]) != (account["username"], account["password"]):
                raise VpcError("27")
            if forced is not None:
                raise VpcError(forced)
            payment = self._napas.ledger.find(account.identifier, fields["vpc_MerchTxnRef"])
            if payment is None or payment.own.get("mode") != "vpc":
                raise VpcError("31")
            self._napas.refresh(payment)
            return command(payment, fields)
        except VpcError as refused:
            return _code(refused.code)

    def _query(self, payment: Payment, _fields: dict[str, str]) -> dict[str, str]:
        return _amounts(payment) | _code(response_code(payment))

    def _refund(self, payment: Payment, fields: dict[str, str]) -> dict[str, str]:
        """Every call is a refund of its own: the protocol has no reference by which a repeat would be known."""
        if payment.state != "paid" or fields["vpc_TransactionNo"] not in {payment.transaction_no, payment.second_no}:
            raise VpcError("32" if payment.state != "paid" else "31")
        amount, rest = divmod(int(fields["vpc_Amount"]), payment.own["factor"])
        if rest or amount + payment.refunded > payment.received:
            raise VpcError("12")
        number = self._napas.ledger.next_number()
        refund = self._napas.new_refund(payment, number, amount, number)
        return (
            _amounts(payment)
            | {
                "vpc_Amount": fields["vpc_Amount"],
                "vpc_TransactionNo": number,
            }
            | _code("0" if refund.state == "completed" else "26")
        )

    def return_fields(self, account: Account, payment: Payment) -> dict[str, str]:
        """What the browser takes back to vpc_ReturnURL, with its hash; empty fields are left out."""
        code = response_code(payment)
        how = ending(payment.code)
        fields = {
            "vpc_Version": "2.0",
            "vpc_Locale": payment.own["locale"],
            "vpc_Command": "pay",
            "vpc_Merchant": payment.account,
            "vpc_MerchTxnRef": payment.reference,
            "vpc_OrderInfo": payment.description,
            "vpc_ResponseCode": code,
            "vpc_BatchNo": "1",
            "vpc_AcqResponseCode": "00" if code == "0" else how.bank,
            "vpc_CardType": "970400",
            "vpc_Message": VPC_MESSAGES.get(code, ""),
        } | _amounts(payment)
        fields = {name: value for name, value in fields.items() if value}
        return fields | {SECURE_HASH: vpc_hash(account["client_secret"], fields)}

    def sign(self, account: Account, fields: dict[str, str]) -> dict[str, str]:
        """Any fields as the gateway would sign them."""
        return fields | {SECURE_HASH: vpc_hash(account["client_secret"], fields)}


def response_code(payment: Payment) -> str:
    """vpc_ResponseCode and vpc_TxnResponseCode of a payment's present state."""
    if payment.state == "paid":
        return "0"
    if payment.state == "open":
        return "32"
    if payment.state == "processing":
        return WAITING.get(payment.code, WAITING["TIMED_OUT"])
    return ending(_ENDED.get(payment.state, payment.code)).vpc


def payment_query(url: str) -> str | None:
    """The query of a legacy payment URL; None for an address that is none."""
    path, mark, query = url.partition("?")
    return query.partition("#")[0] if mark and path.endswith(PAY_PATH) else None


def as_texts(fields: object) -> dict[str, str]:
    """Fields of a control call as text; null drops one."""
    if not isinstance(fields, dict):
        raise ControlError("fields: must be an object")
    return {name: str(value) for name, value in fields.items() if value is not None}


def _heading(fields: dict[str, str]) -> dict[str, str]:
    names = ("vpc_Version", "vpc_Command", "vpc_Merchant", "vpc_MerchTxnRef")
    return {name: fields[name] for name in names if fields.get(name)}


def _code(code: str) -> dict[str, str]:
    return {"vpc_TxnResponseCode": code, "vpc_Message": VPC_MESSAGES.get(code, VPC_MESSAGES["10"])}


def _amounts(payment: Payment) -> dict[str, str]:
    amounts = {"vpc_Amount": str(payment.amount * payment.own["factor"]), "vpc_CurrencyCode": "VND"}
    return amounts | ({"vpc_TransactionNo": payment.transaction_no} if payment.transaction_no else {})


def _answer(fields: dict[str, str]) -> Answer:
    return Answer(urlencode(fields), content_type="application/x-www-form-urlencoded")

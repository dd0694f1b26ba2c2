"""The legacy gateway's ``queryDR`` and ``refund``: a signed GET, and a form-encoded answer."""

from __future__ import annotations

from payments_site.kernel.http import HttpClient
from transactions.providers.base import (
    AccountContext,
    AnswerUnreadable,
    CredentialsRefused,
    FateUnknown,
    InvalidSignature,
    MalformedNotification,
    Outcome,
    PaymentRef,
    RefundOrder,
    RefundReport,
    StatusReport,
)
from transactions.providers.napas import addresses, codes, signing, verdicts, vpc
from transactions.providers.napas.options import options_of

_VERSION = "2.1"
_WRONG_HASH, _NO_SUCH_ORDER, _NOT_PAID, _TWO_ORDERS = "8", "31", "32", "33"


def query(account: AccountContext, payment: PaymentRef, http: HttpClient) -> StatusReport:
    """What NAPAS says of the payment. 31 (unknown) and 32 (not paid) are PENDING: the payer may still come."""
    answer = _call(account, {"vpc_Command": "queryDR", "vpc_MerchTxnRef": payment.reference}, http)
    code = answer["vpc_TxnResponseCode"]
    if code == _WRONG_HASH:
        raise CredentialsRefused(codes.VPC[code].en, code=code)
    verdict = verdicts.of_vpc(code)
    if verdict.outcome is Outcome.PAID and answer.get("vpc_MerchTxnRef") != payment.reference:
        raise AnswerUnreadable("the answer does not say which payment it is about")
    if code in (_NO_SUCH_ORDER, _NOT_PAID, _TWO_ORDERS):
        return StatusReport(
            Outcome.PENDING, payment.reference, None, response_code=code, fields=vpc.record_of(answer),
            conclusive=code != _TWO_ORDERS,
        )  # fmt: skip
    return vpc.report_of(answer, code, verdict, payment.reference, options_of(account))


def refund(account: AccountContext, order: RefundOrder, http: HttpClient) -> RefundReport:
    """Asks NAPAS to give ``order.amount`` back. The gateway takes no reference of ours: a repeat would be a second refund."""
    fields = {
        "vpc_Command": "refund",
        "vpc_MerchTxnRef": order.payment.reference,
        "vpc_TransactionNo": order.payment.transaction_no or "",
        "vpc_Amount": vpc.to_vpc_amount(order.amount, options_of(account)),
        "vpc_CurrencyCode": "VND",
    }
    answer = _call(account, fields, http)
    code = answer["vpc_TxnResponseCode"]
    if code == _WRONG_HASH:
        raise CredentialsRefused(codes.VPC[code].en, code=code)
    verdict = verdicts.of_vpc(code)
    if verdict.unknown:
        raise FateUnknown("a code that is not known", code=verdicts.short(code))
    outcome = verdict.outcome
    if code in (_NO_SUCH_ORDER, _NOT_PAID):
        outcome = Outcome.FAILED  # said of a refund, they refuse it
    if outcome is Outcome.PAID and answer.get("vpc_Amount", fields["vpc_Amount"]) != fields["vpc_Amount"]:
        outcome = Outcome.PENDING
    return _refund_report(outcome, code, answer, order)


def query_refund(order: RefundOrder) -> RefundReport:
    """No news: queryDR shows the payment only, and nothing else shows a refund."""
    return RefundReport(Outcome.PENDING, refund_no=order.refund_no)


def _refund_report(outcome: Outcome, code: str, answer: dict[str, str], order: RefundOrder) -> RefundReport:
    number = answer.get("vpc_TransactionNo", "")
    own = number.strip("0") and number != order.payment.transaction_no
    reason = codes.VPC[code] if outcome is Outcome.FAILED else None
    return RefundReport(
        outcome=outcome,
        refund_no=number[:100] if own else None,
        response_code=code,
        failure_vi=reason.vi if reason else None,
        failure_en=reason.en if reason else None,
        fields=vpc.record_of(answer),
    )


def _call(account: AccountContext, fields: dict[str, str], http: HttpClient) -> dict[str, str]:
    request = {
        "vpc_Version": _VERSION,
        "vpc_AccessCode": options_of(account).access_code,
        "vpc_Merchant": account.credentials["merchant_id"],
        "vpc_User": account.credentials["username"],
        "vpc_Password": account.credentials["password"],
        **fields,
    }
    answer = http.request("GET", f"{addresses.vpc_api_url(account)}?{vpc.signed_query(account, request)}")
    if answer.status != 200:
        raise FateUnknown(f"HTTP {answer.status}")
    try:
        found = vpc.fields_of(answer.body.decode().strip())
    except (UnicodeDecodeError, MalformedNotification, InvalidSignature) as error:
        raise AnswerUnreadable("the answer is not form-encoded") from error
    return _checked(account, request, found)


def _checked(account: AccountContext, request: dict[str, str], found: dict[str, str]) -> dict[str, str]:
    """The answer, if it is about the request. Whether NAPAS signs its answers is not confirmed: a hash that is there must fit."""
    if not found.get("vpc_TxnResponseCode"):
        raise AnswerUnreadable("the answer has no vpc_TxnResponseCode")
    given = found.get(signing.NOT_HASHED)
    if given is not None and not signing.is_secure_hash(given, found, account.credentials["client_secret"]):
        raise AnswerUnreadable("the answer's hash is not NAPAS's")
    for name in ("vpc_Merchant", "vpc_MerchTxnRef"):
        if found.get(name, request[name]) != request[name]:
            raise AnswerUnreadable(f"the answer is about another {name}")
    return found

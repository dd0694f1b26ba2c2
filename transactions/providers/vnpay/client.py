"""Calls to VNPay's transaction API: querydr and refund. An answer of success counts only with VNPay's signature."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from payments_site.kernel.clock import compact
from payments_site.kernel.http import HttpAnswer, HttpClient
from transactions.providers.base import (
    AccountContext,
    AnswerUnreadable,
    CredentialsRefused,
    FateUnknown,
    Outcome,
    PaymentRef,
    RefundOrder,
    RefundReport,
    SeenRefund,
    StatusReport,
)
from transactions.providers.folding import plain
from transactions.providers.vnpay import codes, signing, verdicts
from transactions.providers.vnpay.addresses import api_url
from transactions.providers.vnpay.reading import amount_of, number_of, record_of, report_of, to_vnpay_amount

_VERSION = "2.1.0"
_NO_SUCH_PAYMENT, _TOO_SOON, _REFUND_IN_WORK = "91", "94", "94"
_REFUND_TYPES = ("02", "03")
_LONGEST_SAYING = 120
_NEVER_A_REFUSAL = frozenset({"98", "99"})


def query(account: AccountContext, payment: PaymentRef, http: HttpClient, now: datetime) -> StatusReport:
    """What VNPay says of ``payment``. 91 (the payer never came) is PENDING; 94 (too soon) is PENDING and not conclusive."""
    answer = ask_query(account, payment, http, now)
    code = answer["vnp_ResponseCode"]
    if code == "00":
        verdict = verdicts.of_queried(answer.get("vnp_TransactionStatus", ""), answer.get("vnp_TransactionType", ""))
        report = report_of(answer, verdict)
        return _behind_refund(report, payment, answer) if answer.get("vnp_TransactionType") in _REFUND_TYPES else report
    return StatusReport(
        outcome=Outcome.PENDING,
        reference=payment.reference,
        amount=None,
        response_code=code,
        fields=record_of(answer),
        conclusive=code == _NO_SUCH_PAYMENT,
    )


def _behind_refund(report: StatusReport, payment: PaymentRef, answer: Mapping[str, str]) -> StatusReport:
    """querydr shows the latest refund in the payment's place: amount, number and time are the refund's, not the payment's."""
    number, amount = number_of(answer.get("vnp_TransactionNo", "")), amount_of(answer.get("vnp_Amount", ""))
    done = verdicts.REFUND_STATES.get(answer.get("vnp_TransactionStatus", "")) is Outcome.PAID
    seen = (SeenRefund(number, amount),) if done and number is not None and amount else None
    return replace(
        report, amount=payment.amount or report.amount, transaction_no=payment.transaction_no, paid_at=None, pay_date=None,
        bank_transaction_no=None, refunds=seen,
    )  # fmt: skip


def ask_query(account: AccountContext, payment: PaymentRef, http: HttpClient, now: datetime) -> dict[str, str]:
    """The verified answer to querydr; its code is 00, 91 or 94, all others are raised."""
    request = {
        "vnp_RequestId": secrets.token_hex(16),
        "vnp_Version": _VERSION,
        "vnp_Command": "querydr",
        "vnp_TmnCode": account.credentials["tmn_code"],
        "vnp_TxnRef": payment.reference,
        "vnp_OrderInfo": f"Truy van giao dich {payment.reference}",
        "vnp_TransactionDate": payment.provider_created_at or compact(payment.created_at),
        "vnp_CreateDate": compact(now),
        "vnp_IpAddr": account.server_ip,
    }
    if payment.transaction_no:
        request["vnp_TransactionNo"] = payment.transaction_no  # not signed
    answer = _call(account, request, signing.QUERY_REQUEST, signing.QUERY_ANSWER, http)
    code = answer["vnp_ResponseCode"]
    if code in ("02", "97"):
        raise CredentialsRefused(_words(codes.QUERY, answer), code=code)
    if code not in ("00", _NO_SUCH_PAYMENT, _TOO_SOON):
        raise FateUnknown(_words(codes.QUERY, answer), code=code)
    return answer


def refund(account: AccountContext, order: RefundOrder, http: HttpClient) -> RefundReport:
    """Asks VNPay to give ``order.amount`` back. Accepted means PENDING until VNPay has sent it to the bank (PAID)."""
    answer = _call(account, _refund_request(account, order), signing.REFUND_REQUEST, signing.REFUND_ANSWER, http)
    code = answer["vnp_ResponseCode"]
    if code == "97":
        raise CredentialsRefused(_words(codes.REFUND, answer), code=code)
    if code == "00":
        return _refund_state(answer, order)
    if code == _REFUND_IN_WORK:
        return _refund_report(Outcome.PENDING, answer)
    if code in _NEVER_A_REFUSAL or code not in codes.REFUND:
        raise FateUnknown(_words(codes.REFUND, answer), code=code)
    meaning = codes.REFUND[code]
    said = answer.get("vnp_Message", "")
    return _refund_report(Outcome.FAILED, answer, vi=_with(meaning.vi, said), en=_with(meaning.en, said))


def query_refund(account: AccountContext, order: RefundOrder, http: HttpClient) -> RefundReport:
    """What querydr shows of the refund; PENDING while it shows the payment itself or a refund of another amount.

    VNPay does not say which refund it shows, so ``refund_no`` has to be compared with the number known from before.
    """
    answer = ask_query(account, order.payment, http, order.now)
    if answer["vnp_ResponseCode"] != "00":
        return _refund_report(Outcome.PENDING, answer)
    return _refund_state(answer, order)


def _refund_state(answer: Mapping[str, str], order: RefundOrder) -> RefundReport:
    """The refund's state in a verified answer; done only for the very amount that was asked for, unknown is PENDING."""
    status = answer.get("vnp_TransactionStatus", "")
    outcome = verdicts.REFUND_STATES.get(status, Outcome.PENDING)
    if outcome is not Outcome.PENDING and amount_of(answer.get("vnp_Amount", "")) != order.amount:
        outcome = Outcome.PENDING
    if outcome is Outcome.FAILED:
        return _refund_report(outcome, answer, vi=codes.STATUS[status].vi, en=codes.STATUS[status].en)
    return _refund_report(outcome, answer)


def _refund_report(outcome: Outcome, answer: Mapping[str, str], *, vi: str | None = None, en: str | None = None) -> RefundReport:
    return RefundReport(
        outcome=outcome,
        refund_no=number_of(answer.get("vnp_TransactionNo", "")) if _is_of_refund(answer) else None,
        response_code=answer["vnp_ResponseCode"],
        failure_vi=vi,
        failure_en=en,
        fields=record_of(answer),
    )


def _is_of_refund(answer: Mapping[str, str]) -> bool:
    """Whether the number in the answer is a refund's and not the payment's."""
    return answer["vnp_ResponseCode"] == "00" and (
        answer.get("vnp_Command") == "refund" or answer.get("vnp_TransactionType") in _REFUND_TYPES
    )


def _refund_request(account: AccountContext, order: RefundOrder) -> dict[str, str]:
    payment = order.payment
    return {
        "vnp_RequestId": request_id_of(order.reference),
        "vnp_Version": _VERSION,
        "vnp_Command": "refund",
        "vnp_TmnCode": account.credentials["tmn_code"],
        "vnp_TransactionType": "02" if order.full else "03",
        "vnp_TxnRef": payment.reference,
        "vnp_Amount": to_vnpay_amount(order.amount),
        "vnp_TransactionNo": payment.transaction_no or "0",
        "vnp_TransactionDate": payment.provider_created_at or compact(payment.created_at),
        "vnp_CreateBy": plain(order.requested_by, limit=100, fallback="system", keep=".-"),
        "vnp_CreateDate": compact(order.now),
        "vnp_IpAddr": account.server_ip,
        "vnp_OrderInfo": plain(order.reason, limit=255, fallback=f"Hoan tien {payment.reference}"),
    }


def request_id_of(reference: str) -> str:
    """``vnp_RequestId`` of a refund: the same at every try, at most 32 letters and digits."""
    short = "".join(character for character in reference if character.isascii() and character.isalnum())
    if not short:
        raise ValueError("a refund's reference needs letters or digits")
    return short[-32:]


def _call(
    account: AccountContext, request: Mapping[str, str], order: Sequence[str], answer_order: Sequence[str], http: HttpClient
) -> dict[str, str]:
    secret = account.credentials["hash_secret"]
    signed = {**request, "vnp_SecureHash": signing.sign(signing.bar_string(order, request), secret)}
    answer = _readable(http.post_json(api_url(account), signed))
    success = answer["vnp_ResponseCode"] == "00"
    if (success or answer.get("vnp_SecureHash")) and not signing.answer_is_signed(answer_order, answer, secret):
        raise AnswerUnreadable("the answer's signature is not VNPay's")
    for name in ("vnp_Command", "vnp_TmnCode", "vnp_TxnRef"):
        # Refusals may leave everything out but the code.
        if (success or answer.get(name)) and answer.get(name, "") != request[name]:
            raise AnswerUnreadable(f"the answer is about another {name}")
    return answer


def _readable(answer: HttpAnswer) -> dict[str, str]:
    if answer.status != 200:
        raise FateUnknown(f"HTTP {answer.status}")
    try:
        document = answer.json()
    except (ValueError, RecursionError) as error:
        raise AnswerUnreadable("the answer is not JSON") from error
    if not isinstance(document, dict):
        raise AnswerUnreadable("the answer is not a JSON object")
    fields = {str(name): _value(value) for name, value in document.items()}
    if not fields.get("vnp_ResponseCode"):
        raise AnswerUnreadable("the answer has no vnp_ResponseCode")
    return fields


def _value(value: object) -> str:
    text = "" if value is None else str(value)
    # A bar would let one value pass for two in the signed string.
    if not isinstance(value, str | int | None) or isinstance(value, bool) or "|" in text or not text.isprintable():
        raise AnswerUnreadable("the answer has a value that is not plain text")
    return text


def _words(table: Mapping[str, codes.Meaning], answer: Mapping[str, str]) -> str:
    code = answer["vnp_ResponseCode"]
    return _with(table[code].en if code in table else f"unknown code {code}", answer.get("vnp_Message", ""))


def _with(text: str, said: str) -> str:
    return f"{text} ({said[:_LONGEST_SAYING]})" if said else text

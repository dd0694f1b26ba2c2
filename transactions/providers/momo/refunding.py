"""Refunds at MoMo. A refund is an order of its own there: orderId and requestId are our stable reference of the refund."""

from __future__ import annotations

import secrets
from dataclasses import replace

from payments_site.kernel.http import HttpClient, ProviderUnreachable
from transactions.providers.base import (
    AccountContext,
    AnswerUnreadable,
    FateUnknown,
    Outcome,
    ProviderRefused,
    RefundOrder,
    RefundReport,
)
from transactions.providers.momo import client, codes, signing, verdicts
from transactions.providers.momo.codes import Kind
from transactions.providers.momo.reading import amount_of, entries_of, number_of
from transactions.providers.momo.verdicts import Verdict

_LONGEST_DESCRIPTION = 255
_NO_NUMBER = ("Không có mã giao dịch MoMo của khoản thanh toán", "MoMo's number of the payment is not known")
_OUT_OF_REACH = (Kind.CREDENTIALS, Kind.UNSAID)


def refund(account: AccountContext, order: RefundOrder, http: HttpClient) -> RefundReport:
    """Asks MoMo to give ``order.amount`` back; 7000 and 7002 are PENDING. Raises ``FateUnknown`` for codes that say nothing."""
    number = order.payment.transaction_no or ""
    if not (number.isascii() and number.isdigit()):
        return RefundReport(Outcome.FAILED, failure_vi=_NO_NUMBER[0], failure_en=_NO_NUMBER[1])  # nothing was sent
    request = {
        "requestId": order.reference,
        "orderId": order.reference,
        "amount": order.amount,
        "transId": int(number),
        "lang": "vi",
        "description": order.reason[:_LONGEST_DESCRIPTION],
    }
    answer = client.call(account, "refund", request, signing.REFUND, http)
    if answer["resultCode"] == codes.MAYBE_REFUNDED:
        return _perhaps_made_before(account, order, answer, http)
    verdict = verdicts.of_refund(answer["resultCode"])
    if verdict.unknown or client.kind_of(answer) in _OUT_OF_REACH:
        client.raise_for(answer)
    client.must_name(answer, request, account, frozenset({Kind.DONE}))
    if verdict.outcome is Outcome.PAID:
        client.must_match_amount(answer, order.amount)
    return _report(verdict, answer, answer["transId"])


def _perhaps_made_before(account: AccountContext, order: RefundOrder, answer: client.Document, http: HttpClient) -> RefundReport:
    """1081: perhaps by this very refund, sent before, which MoMo then shows; if it shows none, this one was refused."""
    try:
        seen = query_refund(account, order, http)
    except (ProviderRefused, ProviderUnreachable) as error:
        raise FateUnknown(client.words(answer), code=answer["resultCode"]) from error
    return _report(verdicts.maybe_refunded(), answer, "") if seen.unknown else seen


def query_refund(account: AccountContext, order: RefundOrder, http: HttpClient) -> RefundReport:
    """What MoMo shows of this very refund; done only for its own amount. 42: MoMo has no such refund."""
    own = account.options.get("refund_query_request_id") != "new"
    request = {"requestId": order.reference if own else secrets.token_hex(16), "orderId": order.reference, "lang": "vi"}
    answer = client.call(account, "refund/query", request, signing.REFUND_QUERY, http)
    client.must_name(answer, request, account, frozenset())
    try:
        entries = entries_of(answer.get("refundTrans")) or []
    except ValueError as error:
        raise AnswerUnreadable("the answer's refunds can not be read") from error
    for entry in entries:
        if entry["orderId"] == order.reference:
            return _shown(order, entry, answer)
    return _not_shown(order, answer)


def _shown(order: RefundOrder, entry: dict[str, str], answer: client.Document) -> RefundReport:
    verdict = verdicts.of_shown_refund(entry["resultCode"])
    if verdict.outcome is Outcome.PAID and amount_of(entry["amount"]) != order.amount:
        raise AnswerUnreadable("the refund shown is of another amount")
    return _report(verdict, {**answer, "resultCode": entry["resultCode"]}, entry["transId"])


def _not_shown(order: RefundOrder, answer: client.Document) -> RefundReport:
    code, kind = answer["resultCode"], client.kind_of(answer)
    names_it = answer["orderId"] == order.reference
    if names_it and (kind is Kind.NO_REFUND or code == codes.MAYBE_REFUNDED):
        return _report(verdicts.of_shown_refund(code), answer, "")
    if code == codes.UNKNOWN_ORDER:
        # requestId makes a repeat the same refund, so it may be sent again.
        return replace(_report(Verdict(Outcome.PENDING), answer, ""), unknown=True)
    if kind not in (Kind.DONE, Kind.PENDING):
        client.raise_for(answer, asking=True)
    return _report(Verdict(Outcome.PENDING), answer, "")


def _report(verdict: Verdict, answer: client.Document, number: str) -> RefundReport:
    return RefundReport(
        outcome=verdict.outcome,
        refund_no=number_of(number) if verdict.outcome is not Outcome.FAILED else None,
        response_code=answer["resultCode"],
        failure_vi=client.saying(verdict.vi, answer) if verdict.vi else None,
        failure_en=client.saying(verdict.en, answer) if verdict.en else None,
        fields=client.record(answer),
    )

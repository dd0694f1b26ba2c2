"""Refunds at ZaloPay: asked for under our m_refund_id, worked on there, and asked about by it."""

from __future__ import annotations

from dataclasses import replace

from payments_site.kernel.clock import vietnam_day
from payments_site.kernel.http import HttpClient
from transactions.providers.base import AccountContext, Outcome, RefundOrder, RefundReport
from transactions.providers.jsontext import milliseconds
from transactions.providers.zalopay import client, codes, options, signing
from transactions.providers.zalopay.codes import Kind
from transactions.providers.zalopay.reading import number_of, record_of

_LONGEST_ID = 45
_LONGEST_DESCRIPTION = 100
_NO_NUMBER = ("Không có mã giao dịch ZaloPay của khoản thanh toán", "ZaloPay's number of the payment is not known")
_FEE_TOO_HIGH = ("Phí hoàn tiền không nhỏ hơn số tiền hoàn", "The refund's fee is not less than the refund")
# Asked for before (-23, -11): in work or done there, refund's query says which.
_ASKED_BEFORE = frozenset({"-23", "-11"})


def refund(account: AccountContext, order: RefundOrder, http: HttpClient) -> RefundReport:
    """Asks ZaloPay to give ``order.amount`` back; 3 is PENDING. Raises ``FateUnknown`` for codes that say nothing."""
    number, fee = order.payment.transaction_no, options.number(account, "refund_fee_amount")
    if not number:
        return _not_sent(_NO_NUMBER)
    if fee is not None and fee >= order.amount:
        return _not_sent(_FEE_TOO_HIGH)
    request = {
        "m_refund_id": refund_id_of(account, order),
        "zp_trans_id": number,
        "amount": order.amount,
        "timestamp": milliseconds(order.now),
        "description": _description(order),
    }
    if fee is not None:
        request["refund_fee_amount"] = fee
    names = signing.REFUND_WITH_FEE if fee is not None else signing.REFUND
    answer = client.call(account, "/v2/refund", request, names, codes.REFUND, http)
    if answer.code in _ASKED_BEFORE:
        return _report(Outcome.PENDING, answer)
    return _settled(answer)


def query_refund(account: AccountContext, order: RefundOrder, http: HttpClient) -> RefundReport:
    """What became of the refund; 3 with -1 waits for a person at ZaloPay and is PENDING like any 3. -101: it never arrived."""
    request = {"m_refund_id": refund_id_of(account, order), "timestamp": milliseconds(order.now)}
    answer = client.call(account, "/v2/query_refund", request, signing.QUERY_REFUND, codes.QUERY_REFUND, http)
    if answer.kind is Kind.NOT_THERE:
        # -23 keeps a repeat from being made twice, so it may be sent again.
        return replace(_report(Outcome.PENDING, answer), unknown=True)
    if answer.kind is Kind.REFUSED:
        client.raise_for(answer, asking=True)
    return _settled(answer)


def refund_id_of(account: AccountContext, order: RefundOrder) -> str:
    """``yymmdd_appid_reference`` of the Vietnam day of the first sending: the same at every try, at most 45 long."""
    day = vietnam_day(order.created_at or order.now)
    prefix = f"{day:%y%m%d}_{account.credentials['app_id']}_"
    short = "".join(character for character in order.reference if character.isascii() and character.isalnum())
    if not short:
        raise ValueError("a refund's reference needs letters or digits")
    return prefix + short[-(_LONGEST_ID - len(prefix)) :]


def _description(order: RefundOrder) -> str:
    """The reason on one line; a bar would be one more part of the signed string."""
    one_line = "".join(character if character.isprintable() and character != "|" else " " for character in order.reason)
    return one_line.strip()[:_LONGEST_DESCRIPTION].strip() or f"Hoàn tiền {order.payment.reference}"


def _settled(answer: client.Answer) -> RefundReport:
    if answer.kind is Kind.DONE:
        return _report(Outcome.PAID, answer)
    if answer.kind is Kind.PENDING:
        return _report(Outcome.PENDING, answer)
    if answer.kind not in (Kind.FAILED, Kind.REFUSED):
        client.raise_for(answer)
    return _report(Outcome.FAILED, answer)


def _report(outcome: Outcome, answer: client.Answer) -> RefundReport:
    failure = answer.meaning if outcome is Outcome.FAILED else None
    return RefundReport(
        outcome=outcome,
        refund_no=number_of(answer.fields["refund_id"]) if failure is None else None,
        response_code=answer.code,
        failure_vi=answer.saying(failure.vi) if failure else None,
        failure_en=answer.saying(failure.en) if failure else None,
        fields=record_of(answer.fields),
    )


def _not_sent(why: tuple[str, str]) -> RefundReport:
    return RefundReport(Outcome.FAILED, failure_vi=why[0], failure_en=why[1])

"""DPS: asking about an order, and giving money back."""

from __future__ import annotations

from datetime import datetime

from payments_site.kernel.http import HttpClient, ProviderUnreachable
from transactions.providers.base import (
    AccountContext,
    AnswerUnreadable,
    Outcome,
    PaymentRef,
    RefundOrder,
    RefundReport,
    StatusReport,
)
from transactions.providers.napas import addresses, client, codes, reading, verdicts
from transactions.providers.napas.client import Answer
from transactions.providers.napas.options import options_of
from transactions.providers.napas.reading import Document
from transactions.providers.napas.tokens import NoToken
from transactions.providers.napas.verdicts import Verdict

# NAPAS keeps domestic and international cards apart, here and in the names of its operations: what is not found among the one
# kind is looked for among the other.
_KINDS = ("domestic", "international")


def query(account: AccountContext, payment: PaymentRef, http: HttpClient, now: datetime) -> StatusReport:
    """What NAPAS says of the order. One that it does not know is PENDING: its payer has not used the form."""
    answer = _ask(account, payment, http, now)
    if answer is None:
        return StatusReport(outcome=Outcome.PENDING, reference=payment.reference, amount=None)
    found = answer.payment
    if not found:
        # An error instead of the order is no news about the payment.
        code = verdicts.short(answer.cause) or None
        return StatusReport(Outcome.PENDING, payment.reference, None, response_code=code, conclusive=False)
    _check_order(account, answer, payment.reference)
    return reading.report_of(found, _verdict_on(found), payment.reference)


def refund(account: AccountContext, order: RefundOrder, http: HttpClient) -> RefundReport:
    """Asks NAPAS to give ``order.amount`` back, as the transaction ``order.reference``; PAID once NAPAS says that it has."""
    answer = _put(account, order, "REFUND_DOMESTIC", http)
    if answer.status == 404:
        answer = _put(account, order, "REFUND", http)
    if answer.is_refusal:
        return _refused(answer, answer.cause)
    if not answer.payment:
        raise AnswerUnreadable(answer.said or "the answer has no paymentResult", code=answer.cause or None)
    _check_order(account, answer, order.payment.reference)
    return _refund_report(answer, order)


def query_refund(account: AccountContext, order: RefundOrder, http: HttpClient) -> RefundReport:
    """By the order's ``totalRefundedAmount``, all that NAPAS shows of refunds; PAID only where it can mean nothing else."""
    answer = _ask(account, order.payment, http, order.now)
    if answer is None or not answer.payment:
        return RefundReport(Outcome.PENDING)
    _check_order(account, answer, order.payment.reference)
    total = reading.amount_of(reading.section(answer.payment, "order").get("totalRefundedAmount"))
    given_back = total is not None and _holds(total, order)
    return RefundReport(Outcome.PAID if given_back else Outcome.PENDING, fields=reading.record_of(answer.payment))


def _holds(total: int, order: RefundOrder) -> bool:
    """Whether ``total`` must contain the refund: it is what was refunded before and this one, or everything."""
    if order.others_in_flight:
        # Part of a total may be another's: only when all is given back, each of them is.
        return total >= order.payment_amount
    return total == order.refunded_before + order.amount


def _ask(account: AccountContext, payment: PaymentRef, http: HttpClient, now: datetime) -> Answer | None:
    """The answer about an order; None for one that NAPAS does not know."""
    for kind in _KINDS:
        url = addresses.merchant_url(account, "order", payment.reference, kind)
        answer = client.call(account, "GET", url, None, http, now)
        if answer.status != 404:
            return answer
    return None


def _put(account: AccountContext, order: RefundOrder, operation: str, http: HttpClient) -> Answer:
    url = addresses.merchant_url(account, "order", order.payment.reference, "transaction", order.reference)
    body = {
        "apiOperation": operation,
        "channel": options_of(account).channel,
        "transaction": {"amount": order.amount, "currency": "VND"},
    }
    try:
        return client.call(account, "PUT", url, body, http, order.now)
    except NoToken as error:
        # Nothing but a token was asked for, so the refund has certainly not begun.
        raise ProviderUnreachable(error.text) from error


def _check_order(account: AccountContext, answer: Answer, reference: str) -> None:
    client.check_merchant(account, answer.document, answer.payment)
    if reading.text(reading.section(answer.payment, "order"), "id") != reference:
        raise AnswerUnreadable("the answer is about another order")


def _verdict_on(payment: Document) -> Verdict:
    if reading.is_of_refund(payment):
        # The last thing that happened was a refund: what was captured tells of the payment.
        order = reading.section(payment, "order")
        captured = reading.amount_of(order.get("totalCapturedAmount"))
        return Verdict(Outcome.PAID if captured else Outcome.PENDING)
    return _said(payment)


def _said(payment: Document) -> Verdict:
    return verdicts.of_result(reading.text(payment, "result"), reading.text(reading.section(payment, "response"), "gatewayCode"))


def _refund_report(answer: Answer, order: RefundOrder) -> RefundReport:
    """Done only for the very amount and reference that were asked for; anything else has to be asked about."""
    verdict, transaction = _said(answer.payment), reading.section(answer.payment, "transaction")
    code = reading.text(reading.section(answer.payment, "response"), "gatewayCode")
    if verdict.outcome is Outcome.FAILED:
        return _refused(answer, code)
    is_ours = reading.text(transaction, "id") in ("", order.reference)
    same_amount = reading.amount_of(transaction.get("amount", order.amount)) == order.amount
    done = verdict.outcome is Outcome.PAID and is_ours and same_amount
    return RefundReport(
        outcome=Outcome.PAID if done else Outcome.PENDING,
        refund_no=reading.text(transaction, "id")[:100] or None if is_ours else None,
        response_code=verdicts.short(code) or None,
        fields=reading.record_of(answer.payment),
    )


def _refused(answer: Answer, code: str) -> RefundReport:
    meaning = codes.GATEWAY.get(code, codes.REFUND_REFUSED)
    said = f" ({answer.said})" if answer.said else ""
    return RefundReport(
        outcome=Outcome.FAILED,
        response_code=verdicts.short(code) or None,
        failure_vi=meaning.vi + said,
        failure_en=meaning.en + said,
        fields=reading.record_of(answer.payment),
    )

"""Calls to MoMo: query, confirm, and what every call shares. Only an answer about the very thing that was asked counts."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NoReturn

from payments_site.kernel.http import HttpAnswer, HttpClient
from transactions.providers.base import (
    AccountContext,
    AnswerUnreadable,
    CredentialsRefused,
    FateUnknown,
    Outcome,
    PaymentRef,
    ProviderRefused,
    StatusReport,
)
from transactions.providers.jsontext import plain, read_object
from transactions.providers.momo import codes, options, signing, verdicts
from transactions.providers.momo.addresses import api_url
from transactions.providers.momo.codes import Kind
from transactions.providers.momo.reading import amount_of, entries_of, record_of, report_of, seen_refunds

_CODE = re.compile(r"-?[0-9]{1,9}")
_LONGEST_SAYING = 120
_TEXTS = ("partnerCode", "orderId", "requestId", "message", "amount", "transId", "payType", "responseTime", "extraData")
# Kinds that say something of the payment, so that the answer must name it.
_ABOUT_THE_ORDER = frozenset({Kind.DONE, Kind.HELD, Kind.FAILED})

Document = dict[str, Any]


def query(account: AccountContext, payment: PaymentRef, http: HttpClient, now: datetime) -> StatusReport:
    """What MoMo says of ``payment``. 42 (MoMo never had it) is PENDING: nobody can pay it, until it expires."""
    request = {"requestId": secrets.token_hex(16), "orderId": payment.reference, "lang": "vi"}
    answer = call(account, "query", request, signing.QUERY, http)
    code, kind = answer["resultCode"], kind_of(answer)
    if code != codes.UNKNOWN_ORDER and kind in (Kind.CREDENTIALS, Kind.REFUSED, Kind.UNSAID):
        raise_for(answer, asking=True)
    must_name(answer, request, account, _ABOUT_THE_ORDER)
    try:
        refunds = seen_refunds(entries_of(answer.get("refundTrans")))
    except ValueError as error:
        raise AnswerUnreadable("the answer's refunds can not be read") from error
    report = report_of(record(answer), verdicts.of_payment(code, auto_capture=options.auto_capture(account)))
    # A failure may come without an amount, and without one it would not be believed.
    amount = report.amount if answer["amount"] or report.outcome is Outcome.PAID else payment.amount or None
    # responseTime is that of this answer, not of the payment.
    return replace(report, reference=payment.reference, amount=amount, refunds=refunds, paid_at=None, pay_date=None)


def confirm(account: AccountContext, payment: PaymentRef, kind: str, description: str, http: HttpClient) -> None:
    """``kind`` is ``capture`` or ``cancel``; both repeatable, as requestId is the same at every try.

    A cancel of what was cancelled before is done. Raises ``ProviderRefused``, ``CredentialsRefused``, ``FateUnknown``.
    """
    request = {
        "requestId": f"{payment.reference}-{kind}",
        "orderId": payment.reference,
        "requestType": kind,
        "amount": payment.amount,
        "lang": "vi",
        "description": description,
    }
    answer = call(account, "confirm", request, signing.CONFIRM, http)
    if kind == "cancel" and answer["resultCode"] in codes.RELEASED:
        return
    if kind_of(answer) not in (Kind.DONE, Kind.PENDING):
        raise_for(answer)
    must_name(answer, request, account, frozenset({Kind.DONE}))


def call(account: AccountContext, path: str, request: Mapping[str, Any], names: Sequence[str], http: HttpClient) -> Document:
    """MoMo's answer: its plain fields as texts (absent ones empty), a readable ``resultCode``, the rest as it came.

    ``request`` gets the account's partnerCode and the signature over ``names``. Raises ``FateUnknown``, ``AnswerUnreadable``,
    ``ProviderUnreachable``, ``ProviderSilent``.
    """
    body = {"partnerCode": account.credentials["partner_code"], **request}
    signed = {**body, "signature": signing.signature_of(names, body, account.credentials)}
    return _readable(http.post_json(api_url(account, path), signed))


def _readable(answer: HttpAnswer) -> Document:
    # A fault of ours comes as 4xx with a resultCode, one of theirs as 5xx.
    if not (200 <= answer.status < 300 or 400 <= answer.status < 500):
        raise FateUnknown(f"HTTP {answer.status}")
    try:
        document = read_object(answer.body)
        texts = {name: plain(document.get(name)) for name in (*_TEXTS, "resultCode")}
    except ValueError as error:
        raise AnswerUnreadable(f"the answer can not be read (HTTP {answer.status})") from error
    if not _CODE.fullmatch(texts["resultCode"]):
        raise AnswerUnreadable("the answer has no resultCode")
    if answer.status >= 400 and texts["resultCode"] == "0":
        raise AnswerUnreadable("a success that is an error")
    return {**document, **texts}


def must_name(answer: Document, request: Mapping[str, Any], account: AccountContext, kinds: frozenset[Kind]) -> None:
    """Answers of ``kinds`` must name what was asked about; others may leave it out, but none may name something else.

    Raises ``AnswerUnreadable``. Queries are not signed (MoMo's page), so this and TLS are what there is.
    """
    asked = {"partnerCode": account.credentials["partner_code"], "orderId": request["orderId"], "requestId": request["requestId"]}
    for name, value in asked.items():
        if (kind_of(answer) in kinds or answer[name]) and answer[name] != value:
            raise AnswerUnreadable(f"the answer is about another {name}")


def must_match_amount(answer: Document, amount: int) -> None:
    """Raises ``AnswerUnreadable`` where the answer names another amount than was asked for."""
    if answer["amount"] and amount_of(answer["amount"]) != amount:
        raise AnswerUnreadable("the answer is about another amount")


def kind_of(answer: Document) -> Kind | None:
    """The kind of the answer's code, ``None`` for one that is not known."""
    meaning = codes.RESULT.get(answer["resultCode"])
    return meaning.kind if meaning else None


def raise_for(answer: Document, *, asking: bool = False) -> NoReturn:
    """Says what an answer without success is: of a question (``asking``) no refusal settles anything."""
    code, kind = answer["resultCode"], kind_of(answer)
    if kind is Kind.CREDENTIALS:
        raise CredentialsRefused(words(answer), code=code)
    if kind in (Kind.REFUSED, Kind.FAILED, Kind.NO_REFUND) and not asking:
        raise ProviderRefused(words(answer), code=code)
    raise FateUnknown(words(answer), code=code)


def words(answer: Document) -> str:
    """Our text for the code, with MoMo's own words."""
    meaning = codes.RESULT.get(answer["resultCode"])
    return saying(meaning.en if meaning else f"unknown code {answer['resultCode']}", answer)


def saying(text: str, answer: Document) -> str:
    """``text`` with MoMo's own words, cut to what a person reads."""
    return f"{text} ({answer['message'][:_LONGEST_SAYING]})" if answer["message"] else text


def record(answer: Document) -> dict[str, str]:
    """The answer's plain fields for the record."""
    return record_of({name: answer[name] for name in (*_TEXTS, "resultCode")})

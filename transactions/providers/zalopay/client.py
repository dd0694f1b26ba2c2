"""Calls to ZaloPay: query, cancel, and what every call shares."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
from transactions.providers.jsontext import from_milliseconds, plain, read_object
from transactions.providers.zalopay import codes, options, signing
from transactions.providers.zalopay.addresses import api_url
from transactions.providers.zalopay.codes import Kind, Meaning
from transactions.providers.zalopay.reading import amount_of, number_of, record_of

_CODE = re.compile(r"-?[0-9]{1,9}")
_LONGEST_SAYING = 120
_NO_REASON = frozenset({"", "0", "1", "2", "3"})
_TEXTS = (
    "return_code", "return_message", "sub_return_code", "sub_return_message", "order_url", "qr_code", "refund_id",
    "amount", "discount_amount", "zp_trans_id", "server_time",
)  # fmt: skip
_OUTCOMES = {Kind.DONE: Outcome.PAID, Kind.FAILED: Outcome.FAILED}


@dataclass(frozen=True)
class Answer:
    """ZaloPay's answer: its plain fields as texts (absent ones empty), the code that says most, and what that means."""

    fields: Mapping[str, str]
    code: str
    meaning: Meaning | None

    @property
    def kind(self) -> Kind | None:
        """``None`` for a code that is not known."""
        return self.meaning.kind if self.meaning else None

    def saying(self, text: str) -> str:
        """``text`` with ZaloPay's own words, cut to what a person reads."""
        said = self.fields["sub_return_message"] or self.fields["return_message"]
        return f"{text} ({said[:_LONGEST_SAYING]})" if said else text


def query(account: AccountContext, payment: PaymentRef, http: HttpClient) -> StatusReport:
    """What ZaloPay says of ``payment``. -101 (ZaloPay never had it) is PENDING: nobody can pay it, until it expires."""
    request = {"app_trans_id": payment.reference}
    answer = call(account, "/v2/query", request, signing.QUERY, codes.QUERY, http)
    if answer.kind in (Kind.CREDENTIALS, Kind.REFUSED, Kind.UNSAID):
        raise_for(answer, asking=True)
    outcome = _OUTCOMES.get(answer.kind, Outcome.PENDING) if answer.kind else Outcome.PENDING
    paid, failure = outcome is Outcome.PAID, answer.meaning if outcome is Outcome.FAILED else None
    return StatusReport(
        outcome=outcome,
        reference=payment.reference,
        # Only a paid order's answer has a meaningful amount.
        amount=amount_of(answer.fields["amount"]) if paid else payment.amount or None,
        transaction_no=number_of(answer.fields["zp_trans_id"]),
        paid_at=from_milliseconds(answer.fields["server_time"]) if paid else None,
        response_code=answer.code,
        failure_code=answer.code if failure else None,
        failure_vi=failure.vi if failure else None,
        failure_en=failure.en if failure else None,
        pay_date=(answer.fields["server_time"] or None) if paid else None,
        fields=record_of(answer.fields),
        unknown_code=answer.meaning is None,
    )


def cancel(account: AccountContext, payment: PaymentRef, http: HttpClient) -> None:
    """Ask ZaloPay to take no more money for an unpaid order. Raises ``ProviderRefused``, also where it is not switched on."""
    path = options.cancel_path(account)
    if path is None:
        raise ProviderRefused("cancelling at ZaloPay is not switched on for this account")
    answer = call(account, path, {"app_trans_id": payment.reference}, signing.CANCEL, codes.QUERY, http)
    if answer.kind is not Kind.DONE:
        raise_for(answer)


def call(
    account: AccountContext,
    path: str,
    request: Mapping[str, Any],
    names: Sequence[str],
    table: Mapping[str, Meaning],
    http: HttpClient,
) -> Answer:
    """ZaloPay's answer; ``request`` gets the account's app_id and the mac over ``names``.

    Raises ``FateUnknown``, ``AnswerUnreadable``, ``ProviderUnreachable``, ``ProviderSilent``.
    """
    body = {"app_id": int(account.credentials["app_id"]), **request}
    signed = {**body, "mac": signing.mac_of(names, body, account.credentials["key1"])}
    fields = _readable(http.post_json(api_url(account, path), signed))
    code = _code_of(fields)
    return Answer(fields, code, table.get(code))


def _readable(answer: HttpAnswer) -> dict[str, str]:
    if answer.status != 200:
        raise FateUnknown(f"HTTP {answer.status}")
    try:
        document = read_object(answer.body)
        fields = {name: plain(document.get(name)) for name in _TEXTS}
    except ValueError as error:
        raise AnswerUnreadable("the answer can not be read") from error
    if not _CODE.fullmatch(fields["return_code"]):
        raise AnswerUnreadable("the answer has no return_code")
    if fields["sub_return_code"] and not _CODE.fullmatch(fields["sub_return_code"]):
        raise AnswerUnreadable("the answer's sub_return_code is not a code")
    return fields


def _code_of(fields: Mapping[str, str]) -> str:
    """The reason of a refusal may stand in either code: 2 with -101, or -401 itself. Success is said by return_code alone."""
    code, reason = fields["return_code"], fields["sub_return_code"]
    return reason if code == "2" and reason not in _NO_REASON else code


def raise_for(answer: Answer, *, asking: bool = False) -> NoReturn:
    """Says what an answer without success is: of a question (``asking``) no refusal settles anything."""
    text = answer.saying(answer.meaning.en if answer.meaning else f"unknown code {answer.code}")
    if answer.kind is Kind.CREDENTIALS:
        raise CredentialsRefused(text, code=answer.code)
    if answer.kind in (Kind.REFUSED, Kind.FAILED, Kind.NOT_THERE) and not asking:
        raise ProviderRefused(text, code=answer.code)
    raise FateUnknown(text, code=answer.code)

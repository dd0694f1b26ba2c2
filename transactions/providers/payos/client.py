"""Calls to payOS's API. An answer of success counts only with payOS's signature over its data."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

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
from transactions.providers.emvco import fold_memo
from transactions.providers.payos import codes, signing
from transactions.providers.payos.addresses import api_url
from transactions.providers.payos.reading import amount_of, moment_of, number_of, order_code_of, record_of, text_of, transfer_of

_PATH = "/v2/payment-requests"
_LONGEST_SAYING = 120
_LONGEST_REASON = 100
# Our clock and payOS's may differ by so much when it is asked whether an order there is older than ours.
_SKEW = timedelta(minutes=5)


def create_link(account: AccountContext, body: Mapping[str, Any], http: HttpClient) -> dict[str, Any]:
    """The data of a new link. Raises ``ProviderRefused`` with code 231 where the order code is used already."""
    return _about(_call(account, http, "POST", _PATH, body), str(body["orderCode"]))


def get_link(account: AccountContext, reference: str, http: HttpClient) -> dict[str, Any]:
    """The data of the link of an order code. Raises ``ProviderRefused`` with code 101 where there is none."""
    return _about(_call(account, http, "GET", f"{_PATH}/{reference}"), reference)


def query(account: AccountContext, payment: PaymentRef, http: HttpClient) -> StatusReport:
    """What payOS says of ``payment``, with every transfer. A link that it does not know (101) is PENDING: it was never made."""
    try:
        data = get_link(account, payment.reference, http)
    except ProviderRefused as error:
        if error.code != codes.NOT_FOUND:
            raise
        return StatusReport(outcome=Outcome.PENDING, reference=payment.reference, amount=None, response_code=error.code)
    if not _is_of(data, payment):
        raise AnswerUnreadable("the answer is about another link")
    return _report(data)


def may_be_ours(data: Mapping[str, Any], *, amount: int, created_at: datetime) -> bool:
    """Whether a link with our order code can be the one that we asked for: of the same amount, and not older than our attempt.

    Another system on the same channel may have used the code. Raises ``AnswerUnreadable``.
    """
    made = moment_of(data.get("createdAt"))
    if made is None:
        raise AnswerUnreadable("the link does not say when it was made")
    return made >= created_at - _SKEW and amount_of(data.get("amount")) == amount


def _is_of(data: Mapping[str, Any], payment: PaymentRef) -> bool:
    """Whether it is the payment's link: by its name where we know it, which we do not of one whose making was never answered."""
    if payment.session_id:
        return number_of(data.get("id")) == payment.session_id
    return may_be_ours(data, amount=payment.amount, created_at=payment.created_at)


def cancel(account: AccountContext, payment: PaymentRef, reason: str, http: HttpClient) -> None:
    """The link takes no more money. One that was never made takes none anyway."""
    # Unsigned, as payOS's own SDK for JavaScript sends it.
    words = fold_memo(reason, limit=_LONGEST_REASON)
    body = {"cancellationReason": words} if words else {}
    try:
        if not payment.session_id and not _is_of(get_link(account, payment.reference, http), payment):
            raise ProviderRefused("the order code is used by another order", code=codes.ORDER_EXISTS)
        answer = _call(account, http, "POST", f"{_PATH}/{payment.reference}/cancel", body)
    except ProviderRefused as error:
        if error.code == codes.NOT_FOUND:
            return
        raise
    data = _about(answer, payment.reference)
    if data.get("status") != "CANCELLED":
        raise ProviderRefused("the link was not cancelled", code=text_of(data.get("status"))[:20])


def confirm_webhook(account: AccountContext, url: str, http: HttpClient) -> None:
    """Register ``url`` for the channel; payOS sends its probe there before it answers. The answer is not signed."""
    _success(account, http, "POST", "/confirm-webhook", {"webhookUrl": url})


def _report(data: Mapping[str, Any]) -> StatusReport:
    rows = data.get("transactions") or []
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise AnswerUnreadable("the transactions are not a list of objects")
    told = [transfer_of(row) for row in rows]
    transfers = tuple(transfer for transfer in told if transfer is not None)
    status = text_of(data.get("status"))
    outcome, meaning = Outcome.PENDING, None
    if status == "PAID":
        outcome = Outcome.PAID
    elif status in codes.CLOSED and not rows and not data.get("amountPaid"):
        outcome, meaning = Outcome.FAILED, codes.STATUS[status]
    return StatusReport(
        outcome=outcome,
        reference=order_code_of(data.get("orderCode")),
        amount=amount_of(data.get("amount")),
        paid_at=max((row.paid_at for row in transfers if row.paid_at is not None), default=None),
        response_code=codes.SUCCESS,
        transaction_status=status[:20] or None,
        failure_code=status if meaning else None,
        failure_vi=meaning.vi if meaning else None,
        failure_en=meaning.en if meaning else None,
        fields=record_of(data),
        unknown_code=status not in codes.STATUS or len(transfers) != len(rows),
        transfers=transfers,
    )


def _about(answer: Mapping[str, Any], reference: str) -> dict[str, Any]:
    if order_code_of(answer.get("orderCode")) != reference:
        raise AnswerUnreadable("the answer is about another order")
    return dict(answer)


def _call(
    account: AccountContext, http: HttpClient, method: str, path: str, body: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The verified data of an answer of success."""
    answer = _success(account, http, method, path, body)
    data = answer.get("data")
    if not isinstance(data, dict):
        raise AnswerUnreadable("the answer has no data")
    try:
        text = signing.data_string(data)
    except signing.Unsignable as error:
        raise AnswerUnreadable("the answer's data can not be verified") from error
    if not signing.is_signature(answer.get("signature"), text, account.credentials["checksum_key"]):
        raise AnswerUnreadable("the answer's signature is not payOS's")
    return data


def _success(
    account: AccountContext, http: HttpClient, method: str, path: str, body: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    headers = {
        "Accept": "application/json",
        "x-client-id": account.credentials["client_id"],
        "x-api-key": account.credentials["api_key"],
    }
    if body is None:
        return _readable(http.request(method, api_url(account) + path, headers=headers))
    return _readable(http.post_json(api_url(account) + path, body, headers))


def _readable(answer: HttpAnswer) -> dict[str, Any]:
    """The answer if its code is 00; else the error that its code and HTTP status mean."""
    if answer.status >= 500 or answer.status in (408, 429):
        raise FateUnknown(f"HTTP {answer.status}", code=str(answer.status))
    try:
        document = signing.parse(answer.body)
    except (ValueError, RecursionError) as error:
        raise _unreadable(answer.status) from error
    code = document.get("code") if isinstance(document, dict) else None
    if not isinstance(document, dict) or not isinstance(code, str) or not code:
        raise _unreadable(answer.status)
    if code == codes.SUCCESS and 200 <= answer.status < 300:
        return document
    raise _refusal(code, text_of(document.get("desc"))[:_LONGEST_SAYING])


def _unreadable(status: int) -> Exception:
    if status in (401, 403):
        return CredentialsRefused(codes.CODES["401"].en, code="401")
    if 200 <= status < 300:
        return AnswerUnreadable("the answer can not be read")
    return FateUnknown(f"HTTP {status}")


def _refusal(code: str, said: str) -> Exception:
    known = codes.CODES.get(code)
    text = known.en if known else f"unknown code {code[:20]}"
    text = f"{text} ({said})" if said else text
    if code in codes.CREDENTIAL_CODES:
        return CredentialsRefused(text, code=code)
    if code in codes.REFUSAL_CODES:
        return ProviderRefused(text, code=code)
    return FateUnknown(text, code=code[:20])

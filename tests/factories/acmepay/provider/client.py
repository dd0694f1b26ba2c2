"""Calls to AcmePay: create, query, refund and the refund's query, each a POST of an envelope that is answered by one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from payments_site.kernel.http import HttpClient
from tests.factories.acmepay.provider import codes, envelope, webhook
from transactions.providers.base import (
    AccountContext,
    AnswerUnreadable,
    CredentialsRefused,
    FateUnknown,
    InvalidSignature,
    MalformedNotification,
    Outcome,
    PaymentOrder,
    PaymentRef,
    PaymentSession,
    ProviderRefused,
    RefundOrder,
    RefundReport,
    StatusReport,
)

_API_URLS = {"sandbox": "https://api.sandbox.acmepay.example", "production": "https://api.acmepay.example"}


def create(account: AccountContext, order: PaymentOrder, http: HttpClient) -> PaymentSession:
    """AcmePay's page of the order; a repeat with the same reference is the same order."""
    request = {
        "reference": order.reference,
        "amount": order.amount,
        "description": order.description,
        "method": order.payment_method or "",
        "return_url": order.return_url,
        "notify_url": order.notify_url,
        "lang": order.locale,
        "expires_at": order.expires_at.isoformat(),
    }
    fields, _ = call(account, "payments", request, http)
    if not fields["page"].startswith(("http://", "https://")):
        raise AnswerUnreadable("the answer names no page")
    return PaymentSession(fields["page"], session_id=fields["session_id"], merchant_code=account.credentials["shop_id"])


def query(account: AccountContext, payment: PaymentRef, http: HttpClient) -> StatusReport:
    """What AcmePay says of the payment, with its refunds."""
    try:
        fields, payload = call(account, "payments/query", {"reference": payment.reference}, http)
    except CredentialsRefused:
        raise
    except ProviderRefused as refused:  # no refusal of a question settles anything
        raise FateUnknown(refused.text, code=refused.code) from refused
    if fields["reference"] != payment.reference:
        raise AnswerUnreadable("the answer is about another order")
    try:
        return webhook.report_of(fields, refunds=envelope.refunds_of(payload))
    except (ValueError, KeyError) as error:
        raise AnswerUnreadable("the answer's refunds can not be read") from error


def refund(account: AccountContext, order: RefundOrder, http: HttpClient) -> RefundReport:
    """Asks for the refund; a repeat with the same reference is the same refund."""
    request = {
        "reference": order.payment.reference,
        "refund_reference": order.reference,
        "amount": order.amount,
        "reason": order.reason,
    }
    try:
        fields, _ = call(account, "refunds", request, http)
    except CredentialsRefused:
        raise
    except ProviderRefused as refused:
        vi, en = (f"{text} ({refused.code})" for text in codes.REFUND_REFUSED)
        return RefundReport(Outcome.FAILED, response_code=refused.code, failure_vi=vi, failure_en=en)
    return _refund_report(fields)


def query_refund(account: AccountContext, order: RefundOrder, http: HttpClient) -> RefundReport:
    """What became of it; "unknown" is AcmePay's word for a refund that never arrived."""
    fields, _ = call(account, "refunds/query", {"refund_reference": order.reference}, http)
    return _refund_report(fields)


def _refund_report(fields: Mapping[str, str]) -> RefundReport:
    state = fields["refund_state"]
    outcome = codes.REFUNDS.get(state, Outcome.PENDING)
    vi, en = codes.REFUND_FAILED if outcome is Outcome.FAILED else (None, None)
    return RefundReport(
        outcome, fields["refund_no"] or None, state or None, vi, en, fields={"refund_state": state}, unknown=state == "unknown"
    )


def call(account: AccountContext, path: str, request: Mapping[str, Any], http: HttpClient) -> tuple[dict[str, str], str]:
    """(fields, payload) of AcmePay's signed answer.

    Raises ``CredentialsRefused``, ``ProviderRefused``, ``FateUnknown``, ``AnswerUnreadable``.
    """
    shop_id, secret = account.credentials["shop_id"], account.credentials["secret"]
    base = account.api_url or account.urls.get("ACMEPAY_API_URL") or _API_URLS[account.environment]
    answer = http.post_json(f"{base.rstrip('/')}/v1/{path}", envelope.sealed({"shop_id": shop_id, **request}, secret))
    if answer.status == 401:
        raise CredentialsRefused("AcmePay does not accept the signature", code="401")
    if answer.status >= 500:
        raise FateUnknown(f"HTTP {answer.status}")
    try:
        payload, signature = envelope.of_body(answer.body)
        fields = envelope.opened(payload, signature, shop_id, secret)
    except (ValueError, InvalidSignature, MalformedNotification) as error:
        raise AnswerUnreadable("the answer is not one of AcmePay's") from error
    if fields["error"]:
        raise ProviderRefused(f"AcmePay refused: {fields['error'][:60]}", code=fields["error"][:20])
    return fields, payload

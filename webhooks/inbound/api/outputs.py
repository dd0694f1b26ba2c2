"""How notices look in the staff API: facts and verdicts, never the raw request, which may name the payer."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from payments_site.kernel import clock
from webhooks.inbound.dry_run import Forecast, State
from webhooks.inbound.models import ProviderNotification
from webhooks.inbound.replaying import Outcome

WEBHOOK_ID = "whk_01jd5w2mzq8v4c7x9k3n6r1t5b"
PAYMENT_ID = "txn_01jd5w2mzq8v4c7x9k3n6r1t5b"
ACCOUNT_ID = "acc_01jd5w2mzq8v4c7x9k3n6r1t5b"
LOG: dict[str, Any] = {
    "webhook_id": WEBHOOK_ID,
    "provider_code": "bank",
    "account_id": ACCOUNT_ID,
    "transaction_id": PAYMENT_ID,
    "verdict": "error",
    "error_code": "WEBHOOK_PROCESSING_ERROR",
    "method": "POST",
    "source_ip": "203.0.113.9",
    "payload_size": 412,
    "payload_hash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "answer": {"status": 500, "body": ""},
    "tries": 2,
    "failures": 2,
    "next_try_at": "2026-11-21T10:20:00.000+07:00",
    "received_at": "2026-11-21T10:13:00.000+07:00",
    "processed_at": "2026-11-21T10:15:00.000+07:00",
    "reviewed_at": None,
}
OUTCOME: dict[str, Any] = {"webhook_id": WEBHOOK_ID, "before": "error", "outcome": "applied"}
FORECAST: dict[str, Any] = {
    "verdict": "applied",
    "error_code": "",
    "is_signed": True,
    "account_id": ACCOUNT_ID,
    "transaction_id": PAYMENT_ID,
    "before": {"status": "pending", "received_amount": 0},
    "after": {"status": "completed", "received_amount": 100_000},
    "answer": {"status": 200, "body": '{"success":true}'},
}


class AnswerOutput(serializers.Serializer[Any]):
    """What the provider was, or would be, answered."""

    status = serializers.IntegerField(allow_null=True)
    body = serializers.CharField(allow_blank=True)


class WebhookLogOutput(serializers.Serializer[Any]):
    """One notice."""

    webhook_id = serializers.CharField()
    provider_code = serializers.CharField()
    account_id = serializers.CharField(allow_null=True)
    transaction_id = serializers.CharField(allow_null=True)
    verdict = serializers.ChoiceField(choices=ProviderNotification.Verdict.values)
    error_code = serializers.CharField(allow_blank=True)
    method = serializers.CharField()
    source_ip = serializers.CharField(allow_null=True)
    payload_size = serializers.IntegerField()
    payload_hash = serializers.CharField()
    answer = AnswerOutput()
    tries = serializers.IntegerField()
    failures = serializers.IntegerField()
    next_try_at = serializers.DateTimeField(allow_null=True)
    received_at = serializers.DateTimeField()
    processed_at = serializers.DateTimeField(allow_null=True)
    reviewed_at = serializers.DateTimeField(allow_null=True)


class OutcomeOutput(serializers.Serializer[Any]):
    """What became of a notice that was applied again: its new verdict, or ``erased`` or ``sealed`` where it can not be read."""

    webhook_id = serializers.CharField()
    before = serializers.CharField()
    outcome = serializers.CharField()


class StateOutput(serializers.Serializer[Any]):
    """A payment as far as a notice may change it."""

    status = serializers.CharField()
    received_amount = serializers.IntegerField()


class ForecastOutput(serializers.Serializer[Any]):
    """What a request would do if it came from the provider."""

    verdict = serializers.ChoiceField(choices=ProviderNotification.Verdict.values)
    error_code = serializers.CharField(allow_blank=True)
    is_signed = serializers.BooleanField()
    account_id = serializers.CharField(allow_null=True)
    transaction_id = serializers.CharField(allow_null=True)
    before = StateOutput(allow_null=True)
    after = StateOutput(allow_null=True)
    answer = AnswerOutput()


def show_log(notice: ProviderNotification) -> dict[str, Any]:
    """A notice; ``account`` and ``attempt__transaction`` are read beforehand."""
    return {
        "webhook_id": notice.public_id,
        "provider_code": notice.provider_code,
        "account_id": notice.account.public_id if notice.account is not None else None,
        "transaction_id": notice.attempt.transaction.public_id if notice.attempt is not None else None,
        "verdict": str(notice.verdict),
        "error_code": notice.error_code,
        "method": notice.method,
        "source_ip": notice.source_ip,
        "payload_size": notice.payload_size,
        "payload_hash": notice.payload_hash,
        "answer": {"status": notice.reply_status, "body": notice.reply_body},
        "tries": notice.tries,
        "failures": notice.failures,
        "next_try_at": clock.iso(notice.next_try_at),
        "received_at": clock.iso(notice.received_at),
        "processed_at": clock.iso(notice.processed_at),
        "reviewed_at": clock.iso(notice.reviewed_at),
    }


def show_outcome(one: Outcome) -> dict[str, Any]:
    """An outcome."""
    return {"webhook_id": one.notice_id, "before": one.before, "outcome": one.outcome}


def show_forecast(found: Forecast) -> dict[str, Any]:
    """A forecast."""
    return {
        "verdict": found.verdict,
        "error_code": found.error_code,
        "is_signed": found.is_signed,
        "account_id": found.account_id,
        "transaction_id": found.transaction_id,
        "before": _state(found.before),
        "after": _state(found.after),
        "answer": {"status": found.answer.status, "body": found.answer.body.decode(errors="replace")},
    }


def _state(state: State | None) -> dict[str, Any] | None:
    return None if state is None else {"status": state.status, "received_amount": state.received_amount}

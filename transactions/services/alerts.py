"""The two alerts of the VNPay design for every provider (too many failures, success without a notice), and unknown codes."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection

from audit.models import OperationalEvent
from audit.services import raise_event
from transactions.providers import registry
from transactions.providers.base import StatusReport

FAILED_PAYMENTS = "alert.failed_payments"
SUCCESS_WITHOUT_NOTICE = "alert.success_without_notice"

UNKNOWN_CODE = "alert.unknown_code"

_UNKNOWN_CODE_AGAIN = timedelta(days=1)
_FAILURE_WINDOW = timedelta(hours=1)
_NOTICE_GRACE = timedelta(minutes=5)
_LOOK_BACK = timedelta(days=2)

_FAILED_SQL = """
SELECT a.provider_code, count(*) FROM transactions_paymentattempt a
WHERE a.created_at > %s AND a.status = 'failed' AND a.provider_code || ':' || coalesce(a.response_code, '') <> ALL(%s)
GROUP BY a.provider_code HAVING count(*) >= %s ORDER BY 1
"""
_WITHOUT_NOTICE_SQL = """
SELECT a.public_id, a.provider_code, t.public_id, a.status,
       CASE WHEN a.return_success THEN 'return' ELSE 'query' END
FROM transactions_paymentattempt a JOIN transactions_transaction t ON t.id = a.transaction_id
WHERE a.created_at > %s AND a.notice_received_at IS NULL
  AND ((a.return_success AND a.return_received_at < %s)
       OR EXISTS (SELECT 1 FROM transactions_receipt r WHERE r.attempt_id = a.id AND r.source = 'query' AND r.created_at < %s))
  AND NOT EXISTS (SELECT 1 FROM audit_operationalevent e WHERE e.kind = %s AND e.subject = a.public_id)
ORDER BY a.id LIMIT 200
"""


def raise_alerts(*, now: datetime) -> int:
    """Look for both and raise an operational event for each finding that is new; returns how many."""
    return _failures(now) + _without_notice(now)


def payers_own() -> list[str]:
    """``provider:code`` of every failure that is the payer's own doing."""
    return [f"{code}:{own}" for code, adapter in registry.ADAPTERS.items() for own in sorted(adapter.payers_own_codes)]


def tell_unknown_code(*, provider_code: str, report: StatusReport, attempt_id: str, now: datetime) -> None:
    """Say that a provider used a code that nobody here knows; once a day for each code. The payment stays as it is."""
    subject = f"{provider_code}:{report.response_code}:{report.transaction_status}"
    told = OperationalEvent.objects.filter(kind=UNKNOWN_CODE, subject=subject, created_at__gt=now - _UNKNOWN_CODE_AGAIN)
    if not told.exists():
        severity = OperationalEvent.Severity.WARNING
        raise_event(kind=UNKNOWN_CODE, severity=severity, subject=subject, now=now, attempt_id=attempt_id)


def _failures(now: datetime) -> int:
    """At most one alert a provider and hour: the same storm is not told twice."""
    since = now - _FAILURE_WINDOW
    told = set(OperationalEvent.objects.filter(kind=FAILED_PAYMENTS, created_at__gt=since).values_list("subject", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(_FAILED_SQL, [since, payers_own(), settings.ALERT_FAILED_PAYMENTS_PER_HOUR])
        rows = [row for row in cursor.fetchall() if row[0] not in told]
    for provider_code, count in rows:
        raise_event(
            kind=FAILED_PAYMENTS,
            severity=OperationalEvent.Severity.WARNING,
            subject=provider_code,
            now=now,
            failed_in_the_last_hour=count,
        )
    return len(rows)


def _without_notice(now: datetime) -> int:
    """A verified return or a query says paid and no notice came for five minutes: the provider can not reach us, or forgot."""
    with connection.cursor() as cursor:
        late = now - _NOTICE_GRACE
        cursor.execute(_WITHOUT_NOTICE_SQL, [now - _LOOK_BACK, late, late, SUCCESS_WITHOUT_NOTICE])
        rows = cursor.fetchall()
    for attempt_id, provider_code, transaction_id, status, said_by in rows:
        raise_event(
            kind=SUCCESS_WITHOUT_NOTICE,
            severity=OperationalEvent.Severity.WARNING,
            subject=attempt_id,
            now=now,
            provider_code=provider_code,
            transaction_id=transaction_id,
            attempt_status=status,
            said_by=said_by,
        )
    return len(rows)

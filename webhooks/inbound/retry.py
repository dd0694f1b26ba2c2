"""Notices that failed by our own fault, or whose process died before it judged them, applied again from their stored rows."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import connection

from payments_site.kernel.faults import fault_point
from payments_site.kernel.rows import update
from payments_site.kernel.sealing import KeyDestroyed, SealBroken
from webhooks.inbound import backoff
from webhooks.inbound.models import ProviderNotification
from webhooks.inbound.receive import count_failure, replay

logger = logging.getLogger(__name__)

# Taking a row pushes it behind the lease: whoever dies with it needs no repair, and no two take the same one.
_CLAIM_SQL = """
UPDATE webhooks_providernotification SET next_try_at = %s WHERE id IN (
    SELECT id FROM webhooks_providernotification WHERE next_try_at <= %s
    ORDER BY next_try_at LIMIT %s FOR UPDATE SKIP LOCKED
) RETURNING id
"""
ERASED = "erased"


def retry_due(*, now: datetime, most: int = 200) -> dict[str, str]:
    """Apply at most ``most`` notices whose next try is due, oldest first; {notice id: verdict}.

    One that fails again is put back by ``backoff``; one whose payer was erased can no longer be read and is left alone.
    """
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM_SQL, [now + backoff.LEASE, now, most])
        taken = [row[0] for row in cursor.fetchall()]
    fault_point("retry.claimed")
    notices = ProviderNotification.objects.filter(pk__in=taken).select_related("account", "data_key")
    return {notice.public_id: _retry(notice, now) for notice in notices.order_by("received_at", "id")}


def _retry(notice: ProviderNotification, now: datetime) -> str:
    try:
        return str(replay(notice=notice, now=now).verdict)
    except KeyDestroyed:
        notice.next_try_at = None
        update(notice, "next_try_at")
        return ERASED
    except SealBroken as error:
        # A key of ours is missing: a person may bring it back, so it goes on being tried.
        logger.exception("notice could not be unsealed: notice=%s", notice.public_id)
        notice.verdict = ProviderNotification.Verdict.ERROR
        count_failure(notice, error, now)
        update(notice, "verdict", "failures", "next_try_at")
        return str(notice.verdict)

"""The secrets that sign a tenant's callbacks at a moment: the newest, and the rotated ones until they expire."""

from __future__ import annotations

import logging
from collections.abc import Collection
from datetime import datetime

from cryptography.fernet import InvalidToken
from django.db.models import Q

from tenants.models import CallbackSecret

logger = logging.getLogger(__name__)


def live_secrets(tenants: Collection[int], now: datetime) -> dict[int, tuple[str, ...]]:
    """``whsec_...`` by tenant, newest first. A tenant whose secrets cannot be decrypted has none, and the log says so."""
    if not tenants:
        return {}
    try:
        return _read(tenants, now)
    except InvalidToken:
        return {tenant: secrets for one in tenants for tenant, secrets in _read_alone(one, now).items()}


def _read(tenants: Collection[int], now: datetime) -> dict[int, tuple[str, ...]]:
    live = Q(expires_at__isnull=True) | Q(expires_at__gt=now)
    found: dict[int, tuple[str, ...]] = {}
    for row in CallbackSecret.objects.filter(live, tenant_id__in=tenants).order_by("-id"):
        found[row.tenant_id] = (*found.get(row.tenant_id, ()), row.secret)
    return found


def _read_alone(tenant: int, now: datetime) -> dict[int, tuple[str, ...]]:
    try:
        return _read([tenant], now)
    except InvalidToken:
        logger.exception("callback secret cannot be decrypted: tenant=%s", tenant)
        return {}

"""Fee schedules: appended, never changed, so that a payment's fee can always be explained."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from audit import services as audit
from audit.services import Actor
from payments_site.kernel import clock
from payments_site.kernel.errors import InvalidInput
from tenants.fees import FeeTerms, parse, terms_of
from tenants.models import FeeSchedule, ProviderAccount
from tenants.selectors import fee_in_force
from tenants.services._rows import unique_field


@transaction.atomic
def schedule_fee(
    *, account: ProviderAccount, fee: Mapping[str, Any], valid_from: datetime | None = None, actor: Actor, now: datetime
) -> FeeSchedule:
    """The fee of an account from ``valid_from`` (default: now) on. Raises ``InvalidInput``; the past is not rewritten."""
    start = valid_from or now
    if start < now:
        raise InvalidInput({"field": "valid_from", "constraint": "now or later is expected"})
    return schedule_terms(account=account, terms=parse(fee), valid_from=start, actor=actor, now=now)


@transaction.atomic
def schedule_terms(
    *, account: ProviderAccount, terms: FeeTerms, valid_from: datetime, actor: Actor, now: datetime
) -> FeeSchedule:
    """As ``schedule_fee`` for parsed terms; nothing is written if they are in force at that moment already."""
    current = fee_in_force(account.pk, valid_from)
    if current is not None and terms_of(current) == terms:
        return current
    row = FeeSchedule(account=account, valid_from=valid_from, **terms.columns())
    with unique_field("valid_from", "a fee is scheduled for this moment"):
        row.save(force_insert=True)
    audit.record(
        actor=actor, action="fee.scheduled", entity_type="provider_account", entity_id=account.public_id,
        tenant_id=account.tenant.public_id if account.tenant else "", now=now,
        old=terms_of(current).columns() if current else {}, new=terms.columns(),
        extra={"valid_from": clock.iso(valid_from)},
    )  # fmt: skip
    return row

"""What waits for a person among the notices: how much of each kind, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from audit.services import Actor, record
from payments_site.kernel.rows import update
from webhooks.inbound.models import QUARANTINED, ProviderNotification

Verdict = ProviderNotification.Verdict
# No list counts further than this: the partial index makes it cheap, however many there are.
COUNTED = 1_000

NEXT_STEPS: Mapping[str, Promise] = {
    Verdict.BAD_SIGNATURE: _(
        "Somebody forged it, or the account's secret here is not the provider's. Compare the secret; if it was wrong, put the"
        " right one in and apply the notice again. A single forgery needs nothing: no money moved."
    ),
    Verdict.UNKNOWN_ACCOUNT: _(
        "The notice names an account that is not set up here. If it is yours, add it with its credentials and apply the notice"
        " again; else it is meant for somebody else, or forged."
    ),
    Verdict.UNKNOWN_ORDER: _(
        "The signature is right, but the order is not ours. Usually another system uses the same account: give each its own."
        " Money that came by transfer waits among the money issues."
    ),
    Verdict.WRONG_AMOUNT: _(
        "The signature is right, but the amount is not the order's, so nothing was completed. Look the payment up at the"
        " provider and decide the money issue that was opened."
    ),
    Verdict.UNLISTED_ADDRESS: _(
        "The signature is right, but the account refuses this address. If it is the provider's, add it to the account or to the"
        " provider's known addresses in the settings, then apply the notice again."
    ),
    Verdict.UNREADABLE: _(
        "It is not what this provider sends, or it was too long. If it really came from the provider, its format has changed:"
        " keep the notice and tell the developers."
    ),
    Verdict.ERROR: _(
        "We failed to apply it. It is tried again by itself at the time shown; after the last try apply it again by hand once the"
        " cause is mended (the log has it under the notice's id)."
    ),
}

_COUNT_SQL = """
SELECT v.verdict, (SELECT count(*) FROM (
    SELECT 1 FROM webhooks_providernotification n WHERE n.verdict = v.verdict AND n.reviewed_at IS NULL AND n.verdict IN ({names})
    LIMIT %s) AS few)
FROM unnest(%s::text[]) AS v(verdict)
"""


def counts() -> dict[str, int]:
    """How many of each verdict nobody has looked at yet, ``COUNTED`` meaning that many or more."""
    names = ", ".join(f"'{verdict}'" for verdict in QUARANTINED)  # constants: the planner must see them to take the index
    with connection.cursor() as cursor:
        cursor.execute(_COUNT_SQL.format(names=names), [COUNTED, list(QUARANTINED)])
        return {verdict: int(number) for verdict, number in cursor.fetchall()}


def waiting() -> QuerySet[ProviderNotification]:
    """What is quarantined and not looked at yet."""
    return ProviderNotification.objects.filter(verdict__in=QUARANTINED, reviewed_at__isnull=True)


@transaction.atomic
def review(*, notice: ProviderNotification, actor: Actor, now: datetime) -> bool:
    """Mark a quarantined notice as looked at; False where it is not quarantined, or was marked before. Nothing else changes."""
    row = ProviderNotification.objects.select_for_update(of=("self",)).defer("raw_sealed").get(pk=notice.pk)
    if row.verdict not in QUARANTINED or row.reviewed_at is not None:
        return False
    row.reviewed_at, row.reviewed_by = now, actor.user_id[:150]
    update(row, "reviewed_at", "reviewed_by")
    record(
        actor=actor, action="notice_reviewed", entity_type="webhook", entity_id=row.public_id, now=now,
        new={"verdict": str(row.verdict)},
    )  # fmt: skip
    return True

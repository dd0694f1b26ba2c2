"""What providers told us of a payment, as lines of its timeline; registered by ``webhooks.apps``."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from transactions.models import Transaction
from transactions.timeline import Kind, Line, Tone
from transactions.timeline.own import LIMIT, audit_lines
from webhooks.inbound.models import ProviderNotification

Verdict = ProviderNotification.Verdict
TONES: dict[str, Tone] = {
    Verdict.STORED: Tone.WARNING,
    Verdict.APPLIED: Tone.GOOD,
    Verdict.REPEATED: Tone.NEUTRAL,
    Verdict.UNCHANGED: Tone.NEUTRAL,
}


def tone_of(notice: ProviderNotification) -> Tone:
    """How a verdict is to be taken."""
    return TONES.get(notice.verdict, Tone.BAD)


def notices_of(payment: Transaction) -> list[ProviderNotification]:
    """The notices that named one of the payment's attempts, oldest first."""
    notices = ProviderNotification.objects.filter(attempt__transaction=payment).select_related("attempt")
    return list(notices.defer("raw_sealed").order_by("received_at", "id")[:LIMIT])


def notice_lines(payment: Transaction) -> Iterator[Line]:
    """The notices with their verdicts, and who had them applied again."""
    notices = notices_of(payment)
    for notice in notices:
        yield Line(
            at=notice.received_at,
            kind=Kind.NOTICE,
            text=_("Notice of the provider: %s") % notice.get_verdict_display(),
            detail=" · ".join(part for part in (notice.public_id, notice.source_ip or "", notice.reply_body) if part),
            tone=tone_of(notice),
            subject=("webhooks.providernotification", notice.pk),
        )
    if notices:
        yield from audit_lines(["webhook"], [notice.public_id for notice in notices])

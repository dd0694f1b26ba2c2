"""The quarantine on the list of notices: its tabs with counts, what to do next, and the page of what became of a replay."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from transactions.admin.cells import badge, link
from transactions.timeline import Tone
from webhooks.inbound import quarantine
from webhooks.inbound.models import QUARANTINED, ProviderNotification
from webhooks.inbound.replaying import ERASED, SEALED, Batch
from webhooks.inbound.timeline import TONES

ANY = "any"
LIST = "admin:webhooks_providernotification_changelist"
_NOT_VERDICTS: dict[str, Promise] = {ERASED: _("The payer was erased"), SEALED: _("A key of ours is missing")}


class QuarantineFilter(admin.SimpleListFilter):
    """What waits for a person: all of it, or one kind."""

    title = _("quarantine")
    parameter_name = "quarantine"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Every verdict that waits for somebody."""
        kinds = [(verdict, str(ProviderNotification.Verdict(verdict).label)) for verdict in QUARANTINED]
        return [(ANY, gettext("Everything to be looked at")), *kinds]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """What nobody has looked at yet."""
        chosen = self.value()
        if not chosen:
            return queryset
        waiting = queryset.filter(verdict__in=QUARANTINED, reviewed_at__isnull=True)
        return waiting if chosen == ANY else waiting.filter(verdict=chosen)


def tabs(request: HttpRequest) -> dict[str, Any]:
    """The tabs above the list: every notice, all that waits, and each kind with how much of it there is."""
    counts, chosen = quarantine.counts(), request.GET.get(QuarantineFilter.parameter_name, "")
    kinds = [("", gettext("All notices"), None), (ANY, gettext("To be looked at"), sum(counts.values()))]
    kinds += [(verdict, str(ProviderNotification.Verdict(verdict).label), counts[verdict]) for verdict in QUARANTINED]
    step = quarantine.NEXT_STEPS.get(chosen)
    return {
        "quarantine_tabs": [
            {"label": label, "count": _shown(count), "url": _url(value), "selected": value == chosen}
            for value, label, count in kinds
        ],
        "quarantine_step": step,
    }


def _url(value: str) -> str:
    return reverse(LIST) + (f"?{QuarantineFilter.parameter_name}={value}" if value else "")


def _shown(count: int | None) -> str:
    if count is None:
        return ""
    return f"{quarantine.COUNTED - 1}+" if count >= quarantine.COUNTED else str(count)


def outcome_words(outcome: str) -> str:
    """What became of a replay, in the reader's language."""
    if outcome in _NOT_VERDICTS:
        return str(_NOT_VERDICTS[outcome])
    return str(ProviderNotification.Verdict(outcome).label)


def outcomes_page(batch: Batch, chosen: int) -> dict[str, Any]:
    """The context of the page that tells what became of each notice, and that there are more than one request applies."""
    done = sum(one.is_applied for one in batch.outcomes)
    said = [ngettext("%d notice was applied again.", "%d notices were applied again.", done) % done]
    if batch.following is not None:
        left = chosen - len(batch.outcomes)
        said.append(
            ngettext("%d more was not touched: choose it again.", "%d more were not touched: choose them again.", left) % left
        )
    return {"title": gettext("Applied again"), "said": said, "columns": _COLUMNS, "rows": _rows(batch), "back": reverse(LIST)}


_COLUMNS: Sequence[Promise] = (_("Notice"), _("Verdict before"), _("Verdict now"))


def _rows(batch: Batch) -> list[list[Any]]:
    return [
        [
            link(one.notice_id, f"{reverse(LIST)}?q={one.notice_id}"),
            outcome_words(one.before),
            badge(outcome_words(one.outcome), TONES.get(one.outcome, Tone.BAD)),
        ]
        for one in batch.outcomes
    ]

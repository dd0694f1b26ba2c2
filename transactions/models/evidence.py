"""What proves what happened: events, and the keys under which personal data is sealed."""

from __future__ import annotations

from functools import partial

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from payments_site.kernel import ids
from tenants.models import Tenant
from transactions.models.transaction import Transaction


class DataKey(models.Model):
    """The wrapped key of one transaction (or of one notice that matched nothing). Erasing a person empties ``wrapped``."""

    wrapped = models.BinaryField(null=True, editable=False)
    created_at = models.DateTimeField()
    destroyed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(wrapped__isnull=False, destroyed_at__isnull=True)
                | Q(wrapped__isnull=True, destroyed_at__isnull=False),
                name="data_key_destroyed_is_empty",
            )
        ]

    def __str__(self) -> str:
        return f"data key {self.pk}"


class TransactionEvent(models.Model):
    """One thing that happened to a payment; append-only by trigger.

    An event that clients hear of carries its callback: ``message_type`` and the frozen body, sealed under the payment's data
    key. The feed is ordered by (``xid``, id) and shows only what is below the oldest running database transaction, so that a
    poller never misses an event that committed late.
    """

    public_id = models.CharField(
        _("event id"), max_length=40, unique=True, editable=False, default=partial(ids.new_id, ids.EVENT)
    )
    transaction = models.ForeignKey(Transaction, on_delete=models.PROTECT, related_name="events", verbose_name=_("payment"))
    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="+", verbose_name=_("tenant"))
    sequence = models.PositiveIntegerField(_("number"))
    event_type = models.CharField(_("type"), max_length=40)
    # What the transition was, so that the row can be checked to be the fold of its events.
    from_status = models.CharField(_("from"), max_length=20, blank=True, default="")
    to_status = models.CharField(_("to"), max_length=20)
    data = models.JSONField(_("data"), default=dict, blank=True)
    message_type = models.CharField(_("callback"), max_length=40, null=True, blank=True)
    body_sealed = models.BinaryField(null=True, editable=False)
    created_at = models.DateTimeField(_("created at"))
    # xid: xid8 NOT NULL DEFAULT pg_current_xact_id(), added by the migration: Django has no field for it.

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        constraints = [models.UniqueConstraint(fields=["transaction", "sequence"], name="event_sequence_once")]
        # Finds what happened lately in a table that only grows, at nearly no cost to those who write it.
        indexes = [BrinIndex(fields=["created_at"], autosummarize=True, name="event_created_brin")]

    def __str__(self) -> str:
        return f"{self.event_type} #{self.sequence}"

"""Reservations of idempotency keys."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.models import Tenant
from transactions.models.evidence import DataKey
from transactions.models.transaction import Transaction


class IdempotencyRecord(models.Model):
    """A key that a tenant used for an endpoint: reserved before the work, holding the answer after it, deleted after 24 hours.

    ``reserved_by`` is the PostgreSQL backend that works on it: when that backend is gone, a repeat takes over at once instead of
    waiting for ``locked_until``.
    """

    class State(models.TextChoices):
        RUNNING = "running", _("Running")
        UNKNOWN = "unknown", _("Fate unknown")
        DONE = "done", _("Done")

    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="+")
    endpoint = models.CharField(max_length=80)
    key = models.CharField(max_length=255)
    automatic = models.BooleanField(default=False)
    body_hash = models.BinaryField(max_length=32)
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    reserved_by = models.IntegerField(default=0)
    reserved_at = models.DateTimeField()
    locked_until = models.DateTimeField()
    transaction = models.ForeignKey(Transaction, null=True, on_delete=models.PROTECT, related_name="+")
    # What else the work made, by public id: a refund.
    subject_id = models.CharField(max_length=40, blank=True, default="")
    response_status = models.PositiveSmallIntegerField(null=True)
    # The answer's data, sealed under the transaction's key (it may hold the payer's name).
    data_key = models.ForeignKey(DataKey, null=True, on_delete=models.PROTECT, related_name="+")
    response_sealed = models.BinaryField(null=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "endpoint", "key"], name="idempotency_key_once")]
        indexes = [models.Index(fields=["expires_at"], name="idempotency_expiry")]

    def __str__(self) -> str:
        return f"{self.endpoint} {self.state}"

"""What providers sent us, byte for byte, before anybody believed it."""

from __future__ import annotations

from functools import partial

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from payments_site.kernel import ids
from tenants.models import ProviderAccount

# Verdicts that wait for a person; those of our own failure the schedule tries again first.
QUARANTINED = (
    "bad_signature", "unknown_account", "unknown_order", "wrong_amount", "unlisted_address", "unreadable", "error",
)  # fmt: skip


class ProviderNotification(models.Model):
    """One request of a provider. Raw bytes and headers are sealed and append-only (trigger); the verdict is added afterwards."""

    class Verdict(models.TextChoices):
        STORED = "stored", _("Stored")
        APPLIED = "applied", _("Applied")
        REPEATED = "repeated", _("Repeated")
        UNCHANGED = "unchanged", _("Nothing to change")
        BAD_SIGNATURE = "bad_signature", _("Bad signature")
        UNKNOWN_ACCOUNT = "unknown_account", _("Unknown account")
        UNKNOWN_ORDER = "unknown_order", _("Unknown order")
        WRONG_AMOUNT = "wrong_amount", _("Wrong amount")
        UNLISTED_ADDRESS = "unlisted_address", _("Unlisted address")
        UNREADABLE = "unreadable", _("Unreadable")
        ERROR = "error", _("Our own failure")

    public_id = models.CharField(
        _("notice id"), max_length=40, unique=True, editable=False, default=partial(ids.new_id, ids.NOTICE)
    )
    provider_code = models.CharField(_("provider"), max_length=20)
    account = models.ForeignKey(
        ProviderAccount, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("account")
    )
    attempt = models.ForeignKey(
        "transactions.PaymentAttempt",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="notices",
        verbose_name=_("attempt"),
    )
    method = models.CharField(_("method"), max_length=8)
    source_ip = models.GenericIPAddressField(_("from address"), null=True, blank=True)
    # JSON {path, query, headers, body (base64)}, sealed under the payment's key, or a key of its own where none matched.
    data_key = models.ForeignKey("transactions.DataKey", on_delete=models.PROTECT, related_name="+")
    raw_sealed = models.BinaryField(editable=False)
    payload_hash = models.CharField(_("SHA-256 of the payload"), max_length=64)
    payload_size = models.PositiveIntegerField(_("size"))
    request_id = models.CharField(_("request id"), max_length=128, blank=True, default="")
    received_at = models.DateTimeField(_("received at"))

    verdict = models.CharField(_("verdict"), max_length=20, choices=Verdict.choices, default=Verdict.STORED)
    error_code = models.CharField(_("error"), max_length=40, blank=True, default="")
    reply_status = models.PositiveSmallIntegerField(_("we answered"), null=True, blank=True)
    reply_body = models.CharField(_("our answer"), max_length=500, blank=True, default="")
    processed_at = models.DateTimeField(_("processed at"), null=True, blank=True)
    tries = models.PositiveSmallIntegerField(_("times applied"), default=0)
    # Our own failures in a row, and when the schedule tries again; null: nothing is left to do by itself (``backoff.py``).
    failures = models.PositiveSmallIntegerField(_("our failures in a row"), default=0, db_default=0)
    next_try_at = models.DateTimeField(_("next try at"), null=True, blank=True)
    # A person looked at what was quarantined: it counts no longer among what is to be done.
    reviewed_at = models.DateTimeField(_("looked at"), null=True, blank=True)
    reviewed_by = models.CharField(_("looked at by"), max_length=150, blank=True, default="", db_default="")

    class Meta:
        app_label = "webhooks"
        verbose_name = _("provider notice")
        verbose_name_plural = _("provider notices")
        indexes = [
            models.Index(fields=["-received_at"], name="notice_received"),
            models.Index(fields=["verdict", "-received_at"], name="notice_verdict"),
            models.Index(fields=["attempt"], name="notice_attempt"),
            models.Index(fields=["next_try_at"], condition=Q(next_try_at__isnull=False), name="notice_due"),
            models.Index(
                fields=["verdict", "-id"],
                condition=Q(reviewed_at__isnull=True, verdict__in=QUARANTINED),
                name="notice_quarantine",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

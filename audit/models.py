"""Append-only records: database triggers refuse UPDATE and DELETE (migration 0002)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class AuditEntry(models.Model):
    """One thing that somebody did, with the columns of the design's section 8.1.

    ``seq``, ``prev_hash`` and ``hash`` are filled once by a later job that chains the entries; until then they are NULL. The
    entry names its subjects by public id, not by foreign key: it outlives them and knows nobody.
    """

    class UserType(models.TextChoices):
        SYSTEM = "system", _("System")
        STAFF = "staff", _("Staff")
        CLIENT = "client", _("Client system")
        PROVIDER = "provider", _("Payment provider")
        PAYER = "payer", _("Payer")

    tenant_id = models.CharField(_("tenant"), max_length=40, blank=True, default="")
    entity_type = models.CharField(_("entity type"), max_length=40)
    entity_id = models.CharField(_("entity id"), max_length=255)
    action = models.CharField(_("action"), max_length=60)
    old_values = models.JSONField(_("old values"), null=True, blank=True)
    new_values = models.JSONField(_("new values"), null=True, blank=True)
    changed_fields = models.JSONField(_("changed fields"), null=True, blank=True)
    user_id = models.CharField(_("user"), max_length=150, default="system")
    user_type = models.CharField(_("user type"), max_length=10, choices=UserType.choices, default=UserType.SYSTEM)
    ip_address = models.GenericIPAddressField(_("IP address"), null=True, blank=True)
    user_agent = models.CharField(_("user agent"), max_length=255, blank=True, default="")
    request_id = models.CharField(_("request id"), max_length=128, blank=True, default="")
    additional_data = models.JSONField(_("additional data"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"))
    seq = models.BigIntegerField(null=True, blank=True, unique=True, editable=False)
    prev_hash = models.BinaryField(null=True, blank=True, editable=False)
    hash = models.BinaryField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        indexes = [
            models.Index(fields=["entity_type", "entity_id", "id"], name="audit_entity"),
            models.Index(fields=["tenant_id", "id"], name="audit_tenant"),
            models.Index(fields=["user_id", "id"], name="audit_user"),
            models.Index(fields=["created_at"], name="audit_created"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.entity_type} {self.entity_id}"


class OperationalEvent(models.Model):
    """Something operators should be able to find: a job's run, a changed configuration, an alert."""

    class Severity(models.TextChoices):
        INFO = "info", _("Info")
        WARNING = "warning", _("Warning")
        ERROR = "error", _("Error")

    kind = models.CharField(_("kind"), max_length=60)
    severity = models.CharField(_("severity"), max_length=10, choices=Severity.choices, default=Severity.INFO)
    subject = models.CharField(_("subject"), max_length=255, blank=True, default="")
    data = models.JSONField(_("data"), default=dict, blank=True)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("operational event")
        verbose_name_plural = _("operational events")
        indexes = [
            models.Index(fields=["kind", "id"], name="opevent_kind"),
            models.Index(fields=["severity", "id"], name="opevent_severity"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"

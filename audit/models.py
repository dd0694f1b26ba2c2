"""Append-only records: database triggers refuse UPDATE and DELETE (migration 0002)."""

from __future__ import annotations

from functools import partial

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from fernet_fields import EncryptedTextField

from payments_site.kernel import ids


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


class ApprovalRequest(models.Model):
    """Four eyes: what one person asks for and another allows. What is asked for is applied when it is approved, or not at all.

    The subject is named by public id and the people by number and name, not by foreign key: this room knows nobody. That nobody
    decides on a request of their own is a constraint of the table, not only of the code.
    """

    class State(models.TextChoices):
        PENDING = "pending", _("Waiting for a decision")
        APPROVED = "approved", _("Approved")
        REJECTED = "rejected", _("Rejected")
        EXPIRED = "expired", _("Expired")

    public_id = models.CharField(
        _("approval id"), max_length=40, unique=True, editable=False, default=partial(ids.new_id, ids.APPROVAL)
    )
    action = models.CharField(_("action"), max_length=60)
    subject_type = models.CharField(_("subject type"), max_length=40)
    subject_id = models.CharField(_("subject"), max_length=255)
    tenant_id = models.CharField(_("tenant"), max_length=40, blank=True, default="")
    # The arguments as JSON, encrypted: they may hold new credentials. ``difference`` is what people may see of them.
    payload = EncryptedTextField(_("payload"), editable=False)
    difference = models.JSONField(_("difference"), default=dict, blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True, default="")
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.PENDING)
    requested_by_id = models.BigIntegerField(_("requested by (number)"))
    requested_by = models.CharField(_("requested by"), max_length=150)
    decided_by_id = models.BigIntegerField(_("decided by (number)"), null=True, blank=True)
    decided_by = models.CharField(_("decided by"), max_length=150, blank=True, default="")
    decision_note = models.CharField(_("note on the decision"), max_length=500, blank=True, default="")
    result = models.JSONField(_("result"), null=True, blank=True)
    created_at = models.DateTimeField(_("requested at"))
    expires_at = models.DateTimeField(_("expires at"))
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)

    class Meta:
        verbose_name = _("approval request")
        verbose_name_plural = _("approval requests")
        permissions = [("decide_approvalrequest", "Can approve or reject what others ask for")]
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by_id__isnull=True) | ~Q(decided_by_id=F("requested_by_id")), name="approval_by_another"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["pending", "expired"], decided_by_id__isnull=True)
                | Q(state__in=["approved", "rejected"], decided_by_id__isnull=False),
                name="approval_decided_by_somebody",
            ),
        ]
        indexes = [
            models.Index(fields=["expires_at"], condition=Q(state="pending"), name="approval_pending"),
            models.Index(fields=["subject_type", "subject_id", "-id"], name="approval_subject"),
        ]

    def __str__(self) -> str:
        return self.public_id

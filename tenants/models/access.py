"""Who may call: tenants by API key, staff by session or token. Secrets are hashed, or encrypted where we must sign."""

from __future__ import annotations

from functools import partial

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _
from fernet_fields import EncryptedTextField

from payments_site.kernel import ids
from tenants.models.organisation import Tenant


class StaffUser(AbstractUser):
    """A person of the back office; rights are Django permissions."""

    class Meta:
        verbose_name = _("staff user")
        verbose_name_plural = _("staff users")


class StaffToken(models.Model):
    """A bearer token of the admin API, bound to a user whose permissions apply. Only its hash is kept."""

    user = models.ForeignKey(StaffUser, on_delete=models.PROTECT, related_name="tokens", verbose_name=_("user"))
    name = models.CharField(_("name"), max_length=100, blank=True, default="")
    prefix = models.CharField(_("begins with"), max_length=16)
    token_hash = models.BinaryField(max_length=32, unique=True, editable=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used at"), null=True, blank=True)

    class Meta:
        verbose_name = _("staff token")
        verbose_name_plural = _("staff tokens")

    def __str__(self) -> str:
        return f"{self.prefix}…"


class ApiKey(models.Model):
    """A tenant's key of the client API. Only its hash is kept; the prefix is shown so that people can tell keys apart."""

    class Scope(models.TextChoices):
        READ = "read", _("Read")
        PAY = "pay", _("Create and cancel payments")
        REFUND = "refund", _("Refund")
        CALLBACKS = "callbacks", _("Set up callbacks")

    public_id = models.CharField(
        _("key id"), max_length=40, unique=True, editable=False, default=partial(ids.new_id, ids.API_KEY)
    )
    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="api_keys", verbose_name=_("tenant"))
    name = models.CharField(_("name"), max_length=100)
    prefix = models.CharField(_("begins with"), max_length=16)
    key_hash = models.BinaryField(max_length=32, unique=True, editable=False)
    scopes = models.JSONField(_("scopes"), default=list)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used at"), null=True, blank=True)

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


class CallbackSecret(models.Model):
    """A secret that signs a tenant's callbacks (``whsec_`` + base64). A rotated one signs beside the new one for 24 hours."""

    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="callback_secrets", verbose_name=_("tenant"))
    secret = EncryptedTextField(_("secret"))
    created_at = models.DateTimeField(_("created at"))
    expires_at = models.DateTimeField(_("signs until"), null=True, blank=True)

    class Meta:
        verbose_name = _("callback secret")
        verbose_name_plural = _("callback secrets")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.tenant_id} #{self.pk}"

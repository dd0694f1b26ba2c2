"""Accounts at payment providers, their versioned credentials and their fees."""

from __future__ import annotations

from functools import partial

from django.db import models
from django.utils.translation import gettext_lazy as _
from fernet_fields import EncryptedTextField

from payments_site.kernel import ids
from payments_site.kernel.redaction import mask
from tenants.credentials import FORMS
from tenants.models.organisation import Project, Tenant


class _Codes:
    """The closed list of providers, as a field's choices and as codes; read anew each time."""

    @property
    def choices(self) -> list[tuple[str, str]]:
        """(code, name) of each."""
        return [(code, form.name or code) for code, form in FORMS.items()]

    @property
    def values(self) -> list[str]:
        """The codes."""
        return list(FORMS)


def provider_choices() -> list[tuple[str, str]]:
    """As a function, so that one more provider changes no table."""
    return PaymentProvider.Code.choices


class PaymentProvider(models.Model):
    """One of the closed list of providers (``tenants/credentials.py``), switched on and off by operators.

    ``manage.py migrate`` makes the rows that are missing.
    """

    Code = _Codes()

    code = models.CharField(_("code"), max_length=20, unique=True, choices=provider_choices)
    name = models.CharField(_("name"), max_length=80)
    is_active = models.BooleanField(_("active"), default=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("payment provider")
        verbose_name_plural = _("payment providers")
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.name


class ProviderAccount(models.Model):
    """An account at a provider, of a project (the default of its tenants) or of one tenant (takes the project's place)."""

    class Environment(models.TextChoices):
        SANDBOX = "sandbox", _("Sandbox")
        PRODUCTION = "production", _("Production")

    public_id = models.CharField(
        _("account id"), max_length=40, unique=True, editable=False, default=partial(ids.new_id, ids.ACCOUNT)
    )
    project = models.ForeignKey(
        Project, null=True, blank=True, on_delete=models.PROTECT, related_name="accounts", verbose_name=_("project")
    )
    tenant = models.ForeignKey(
        Tenant, null=True, blank=True, on_delete=models.PROTECT, related_name="accounts", verbose_name=_("tenant")
    )
    provider = models.ForeignKey(PaymentProvider, on_delete=models.PROTECT, verbose_name=_("provider"))
    environment = models.CharField(_("environment"), max_length=10, choices=Environment.choices)
    # tmn_code, partner_code, app_id, merchant_id, client_id: by it a notice finds its account.
    identifier = models.CharField(_("identifier at the provider"), max_length=100)
    is_active = models.BooleanField(_("active"), default=True)
    api_url = models.CharField(_("API URL of its own"), max_length=500, blank=True, default="")
    ip_allowlist = models.JSONField(_("addresses notices may come from"), default=list, blank=True)
    ip_allowlist_enforced = models.BooleanField(_("refuse other addresses"), default=False)
    options = models.JSONField(_("options"), default=dict, blank=True)
    credentials_version = models.PositiveIntegerField(_("version of the credentials"), default=1, editable=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    class Meta:
        verbose_name = _("provider account")
        verbose_name_plural = _("provider accounts")
        ordering = ["provider__position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["provider", "environment", "identifier"], name="account_identifier_once"),
            models.CheckConstraint(
                condition=models.Q(project__isnull=True) ^ models.Q(tenant__isnull=True), name="account_has_one_owner"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider.name} · {mask(self.identifier)} ({self.get_environment_display()})"


class ProviderCredentials(models.Model):
    """One version of an account's credentials (a JSON object, encrypted). An attempt names the version it was made with."""

    account = models.ForeignKey(ProviderAccount, on_delete=models.PROTECT, related_name="credentials", verbose_name=_("account"))
    version = models.PositiveIntegerField(_("version"))
    secret = EncryptedTextField(_("credentials"))
    created_at = models.DateTimeField(_("created at"))
    # When the next version took its place; it goes on verifying notices for 48 hours.
    superseded_at = models.DateTimeField(_("superseded at"), null=True, blank=True)

    class Meta:
        verbose_name = _("provider credentials")
        verbose_name_plural = _("provider credentials")
        constraints = [models.UniqueConstraint(fields=["account", "version"], name="credentials_version_once")]

    def __str__(self) -> str:
        return f"{self.account_id} v{self.version}"


class FeeSchedule(models.Model):
    """What a provider charges from ``valid_from`` on: basis points of the amount plus a fixed part, bounded, plus VAT."""

    account = models.ForeignKey(ProviderAccount, on_delete=models.PROTECT, related_name="fees", verbose_name=_("account"))
    valid_from = models.DateTimeField(_("valid from"))
    basis_points = models.PositiveIntegerField(_("basis points"), default=0)
    fixed = models.BigIntegerField(_("fixed part"), default=0)
    minimum = models.BigIntegerField(_("at least"), default=0)
    maximum = models.BigIntegerField(_("at most"), null=True, blank=True)
    vat_basis_points = models.PositiveIntegerField(_("VAT in basis points"), default=0)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("fee schedule")
        verbose_name_plural = _("fee schedules")
        ordering = ["account", "-valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["account", "valid_from"], name="fee_valid_from_once"),
            models.CheckConstraint(
                condition=models.Q(basis_points__lte=10_000, vat_basis_points__lte=10_000, fixed__gte=0, minimum__gte=0),
                name="fee_sane",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.basis_points} bp + {self.fixed}"

"""Projects, the tenants (applications) in them, and the installation's own configuration."""

from __future__ import annotations

from functools import partial

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from payments_site.kernel import ids

CODE_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_-]{1,31}$"
# Words that stand first in other routes, so that no project swallows one.
RESERVED_CODES = frozenset(
    {"admin", "webhooks", "webhook", "status", "version", "schema", "docs", "notifications", "privacy", "payment"}
)
DEFAULT_MIN_AMOUNT = 10_000
DEFAULT_MAX_AMOUNT = 500_000_000

code_validator = RegexValidator(CODE_PATTERN, _("2 to 32 letters, digits, - or _, beginning with a letter or digit."))


class Project(models.Model):
    """A product line of the company; its accounts are the default of its tenants."""

    public_id = models.CharField(
        _("project id"), max_length=40, unique=True, editable=False, default=partial(ids.new_id, ids.PROJECT)
    )
    code = models.CharField(_("code"), max_length=32, unique=True, validators=[code_validator])
    name = models.CharField(_("name"), max_length=200)
    description = models.CharField(_("description"), max_length=500, blank=True, default="")
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    class Meta:
        verbose_name = _("project")
        verbose_name_plural = _("projects")
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} · {self.name}"


class Tenant(models.Model):
    """One application that takes money, with its limits and the default address of its callbacks."""

    class BusinessType(models.TextChoices):
        ECOMMERCE = "ecommerce", _("E-commerce")
        LOGISTICS = "logistics", _("Logistics")
        TICKETING = "ticketing", _("Ticketing")
        SERVICE = "service", _("Services")
        EDUCATION = "education", _("Education")
        OTHER = "other", _("Other")

    public_id = models.CharField(
        _("tenant id"), max_length=40, unique=True, editable=False, default=partial(ids.new_id, ids.TENANT)
    )
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="tenants", verbose_name=_("project"))
    app_code = models.CharField(_("app code"), max_length=32, validators=[code_validator])
    name = models.CharField(_("name"), max_length=200)
    business_type = models.CharField(_("business type"), max_length=20, choices=BusinessType.choices, default=BusinessType.OTHER)
    is_active = models.BooleanField(_("active"), default=True)
    callback_url = models.CharField(_("callback URL"), max_length=2048, blank=True, default="")
    min_amount = models.BigIntegerField(_("smallest amount"), default=DEFAULT_MIN_AMOUNT)
    max_amount = models.BigIntegerField(_("largest amount"), default=DEFAULT_MAX_AMOUNT)
    daily_amount = models.BigIntegerField(_("amount a day"), null=True, blank=True)
    monthly_amount = models.BigIntegerField(_("amount a month"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    class Meta:
        verbose_name = _("tenant")
        verbose_name_plural = _("tenants")
        ordering = ["project__code", "app_code"]
        constraints = [
            models.UniqueConstraint(fields=["project", "app_code"], name="tenant_app_code_once"),
            models.CheckConstraint(condition=models.Q(min_amount__gte=1), name="tenant_min_positive"),
            models.CheckConstraint(condition=models.Q(max_amount__gte=models.F("min_amount")), name="tenant_max_over_min"),
        ]

    def __str__(self) -> str:
        return f"{self.app_code} · {self.name}"


class SystemConfiguration(models.Model):
    """A setting of the installation that operators change while it runs."""

    key = models.CharField(_("key"), max_length=80, unique=True)
    value = models.JSONField(_("value"))
    description = models.CharField(_("description"), max_length=255, blank=True, default="")
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)
    updated_by = models.CharField(_("updated by"), max_length=150, blank=True, default="")

    class Meta:
        verbose_name = _("system setting")
        verbose_name_plural = _("system settings")
        ordering = ["key"]

    def __str__(self) -> str:
        return self.key

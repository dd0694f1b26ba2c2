"""How the columns of a file become the fields of a line."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class MappingProfile(models.Model):
    """One version of a mapping; a change makes the next version, and a statement names the one it was read with.

    ``provider_code`` is a provider's or ``bank``. What ``spec`` may hold is said by ``reconciliation/statements/spec.py``.
    """

    provider_code = models.CharField(_("provider"), max_length=20)
    name = models.CharField(_("name"), max_length=60)
    version = models.PositiveIntegerField(_("version"), default=1)
    is_current = models.BooleanField(_("current"), default=True)
    spec = models.JSONField(_("mapping"))
    note = models.CharField(_("note"), max_length=255, blank=True, default="")
    created_by = models.CharField(_("made by"), max_length=150, blank=True, default="")
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("mapping profile")
        verbose_name_plural = _("mapping profiles")
        ordering = ["provider_code", "name", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["provider_code", "name", "version"], name="profile_version_once"),
            models.UniqueConstraint(fields=["provider_code", "name"], condition=Q(is_current=True), name="profile_one_current"),
        ]

    def __str__(self) -> str:
        return f"{self.provider_code} · {self.name} v{self.version}"

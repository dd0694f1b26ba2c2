"""Keys, secrets and tokens: made here, shown once, revoked here. Their text is never stored readable."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from audit.services import Actor
from payments_site.kernel import clock
from tenants.actors import actor_of
from tenants.admin.base import ServiceAdmin, scope_names, show_once
from tenants.models import ApiKey, CallbackSecret, StaffToken
from tenants.services.callback_secrets import rotate_callback_secret
from tenants.services.keys import ALL_SCOPES, create_api_key, revoke_api_key
from tenants.services.staff_tokens import create_staff_token, revoke_staff_token


class SecretAdmin(ServiceAdmin):
    """What is made once and then only looked at or revoked."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        """Whoever may delete such rows."""
        return request.user.has_perm(f"{self.opts.app_label}.delete_{self.opts.model_name}")

    def has_rotate_permission(self, request: HttpRequest) -> bool:
        """Whoever may add such rows."""
        return bool(self.has_add_permission(request))


class ExpiryForm(forms.ModelForm):  # type: ignore[type-arg]
    """Refuses to make what has expired already."""

    def clean_expires_at(self) -> datetime | None:
        """In the future, if at all."""
        moment: datetime | None = self.cleaned_data["expires_at"]
        if moment is not None and moment <= clock.now():
            raise forms.ValidationError(_("a moment in the future is expected"))
        return moment


class ApiKeyForm(ExpiryForm):
    """A new key."""

    scopes = forms.MultipleChoiceField(
        label=_("Scopes"), choices=ApiKey.Scope.choices, initial=ALL_SCOPES, widget=UnfoldAdminCheckboxSelectMultipleWidget
    )


@admin.register(ApiKey)
class ApiKeyAdmin(SecretAdmin):
    """API keys of tenants."""

    form = ApiKeyForm
    list_display = ("name", "prefix", "tenant", "granted", "created_at", "expires_at", "revoked_at", "last_used_at")
    list_filter = (("revoked_at", admin.EmptyFieldListFilter), ("expires_at", admin.EmptyFieldListFilter))
    list_select_related = ("tenant",)
    search_fields = ("name", "prefix__startswith", "public_id", "tenant__app_code")
    ordering = ("-id",)
    autocomplete_fields = ("tenant",)
    fields = ("tenant", "name", "scopes", "expires_at")
    actions = ("revoke",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Looking at one shows its life, too."""
        life = ("tenant", "name", "granted", "expires_at", "public_id", "prefix", "created_at", "revoked_at", "last_used_at")
        return life if obj else self.fields

    @admin.display(description=_("scopes"))
    def granted(self, key: ApiKey) -> str:
        """What the key may do."""
        return scope_names(key)

    @admin.action(description=_("Revoke the selected keys"), permissions=["revoke"])
    def revoke(self, request: HttpRequest, rows: QuerySet[ApiKey]) -> None:
        """They open nothing from now on."""
        keys = list(rows.select_related("tenant"))
        for key in keys:
            revoke_api_key(tenant_id=key.tenant.public_id, key_id=key.public_id, actor=actor_of(request), now=clock.now())
        text = ngettext("%(count)d key was revoked.", "%(count)d keys were revoked.", len(keys))
        self.message_user(request, text % {"count": len(keys)}, messages.SUCCESS)

    def next_page(self, obj: ApiKey) -> str:
        """Back to the tenant that is being set up."""
        return reverse("admin:tenants_tenant_change", args=[obj.tenant_id])

    def save_new(self, request: HttpRequest, values: Mapping[str, Any], actor: Actor, now: datetime) -> ApiKey:
        """By the service; the key is told once."""
        own = {name: value for name, value in values.items() if name != "tenant"}
        new = create_api_key(tenant_id=values["tenant"].public_id, **own, actor=actor, now=now)
        show_once(request, gettext("API key"), new.plaintext)
        return new.key


@admin.register(CallbackSecret)
class CallbackSecretAdmin(SecretAdmin):
    """Secrets that sign callbacks. Adding one is rotating: the older ones go on signing for 24 hours."""

    list_display = ("tenant", "id", "created_at", "expires_at")
    list_filter = (("expires_at", admin.EmptyFieldListFilter),)
    list_select_related = ("tenant",)
    search_fields = ("tenant__app_code", "tenant__public_id")
    autocomplete_fields = ("tenant",)
    fields = ("tenant",)
    actions = ("rotate",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Looking at one shows how long it signs; never the secret."""
        return ("tenant", "created_at", "expires_at") if obj else self.fields

    @admin.action(description=_("Rotate: a new secret for the tenants of the selected ones"), permissions=["rotate"])
    def rotate(self, request: HttpRequest, rows: QuerySet[CallbackSecret]) -> None:
        """One new secret a tenant, told once."""
        tenants = {row.tenant.public_id: row.tenant for row in rows.select_related("tenant")}
        for tenant_id, tenant in tenants.items():
            secret = rotate_callback_secret(tenant_id=tenant_id, actor=actor_of(request), now=clock.now())
            show_once(request, f"{gettext('Callback secret')} {tenant}", secret)

    def save_new(self, request: HttpRequest, values: Mapping[str, Any], actor: Actor, now: datetime) -> CallbackSecret:
        """By the service; the secret is told once."""
        tenant = values["tenant"]
        show_once(
            request,
            gettext("Callback secret"),
            rotate_callback_secret(tenant_id=tenant.public_id, actor=actor, now=now),
        )
        return CallbackSecret.objects.filter(tenant=tenant).latest("id")


class StaffTokenForm(ExpiryForm):
    """A new token."""


@admin.register(StaffToken)
class StaffTokenAdmin(SecretAdmin):
    """Tokens of the admin API. Only superusers make them for others: a token carries its user's permissions."""

    form = StaffTokenForm
    list_display = ("prefix", "user", "name", "created_at", "expires_at", "revoked_at", "last_used_at")
    list_filter = (("revoked_at", admin.EmptyFieldListFilter),)
    list_select_related = ("user",)
    search_fields = ("prefix__startswith", "user__username", "name")
    ordering = ("-id",)
    autocomplete_fields = ("user",)
    fields = ("user", "name", "expires_at")
    actions = ("revoke",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Superusers only."""
        return bool(request.user.is_active and request.user.is_superuser)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Looking at one shows its life, too."""
        return (*self.fields, "prefix", "created_at", "revoked_at", "last_used_at") if obj else self.fields

    @admin.action(description=_("Revoke the selected tokens"), permissions=["revoke"])
    def revoke(self, request: HttpRequest, rows: QuerySet[StaffToken]) -> None:
        """They open nothing from now on."""
        tokens = list(rows)
        for token in tokens:
            revoke_staff_token(token=token, actor=actor_of(request), now=clock.now())
        text = ngettext("%(count)d token was revoked.", "%(count)d tokens were revoked.", len(tokens))
        self.message_user(request, text % {"count": len(tokens)}, messages.SUCCESS)

    def save_new(self, request: HttpRequest, values: Mapping[str, Any], actor: Actor, now: datetime) -> StaffToken:
        """By the service; the token is told once."""
        new = create_staff_token(
            username=values["user"].username, name=values["name"], expires_at=values["expires_at"], actor=actor, now=now
        )
        show_once(request, gettext("Staff token"), new.plaintext)
        return new.token

"""Members of staff and their groups. Nobody raises their own rights: those are given by superusers."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, Permission
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from payments_site.kernel import clock
from tenants.actors import actor_of
from tenants.models import StaffUser
from tenants.services import staff

_VERBS = {
    "add": _("Can add: %s"),
    "change": _("Can change: %s"),
    "delete": _("Can delete: %s"),
    "view": _("Can view: %s"),
}
_RIGHTS = ("is_superuser", "groups", "user_permissions")


def permission_words(permission: Permission) -> str:
    """A right in the reader's language: Django stores its name in English, from the names of the models."""
    model = permission.content_type.model_class()
    verb, _dash, name = permission.codename.partition("_")
    if model is not None and verb in _VERBS and name == model._meta.model_name:
        return f"{permission.content_type.app_labeled_name} | {_VERBS[verb] % model._meta.verbose_name}"
    return f"{permission.content_type.app_labeled_name} | {gettext(permission.name)}"


class PermissionsAdmin:
    """Shows rights in the reader's language."""

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """As ever, in other words."""
        field = super().formfield_for_manytomany(db_field, request, **kwargs)  # type: ignore[misc]
        if field is not None and db_field.remote_field.model is Permission:
            field.label_from_instance = permission_words
        return field


@admin.register(StaffUser)
class StaffUserAdmin(PermissionsAdmin, UserAdmin, ModelAdmin):  # type: ignore[misc,type-arg]
    """Users are switched off, never deleted: the audit trail names them."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "first_name", "last_name", "email", "is_active", "is_staff", "is_superuser", "last_login")
    list_filter = ("is_active", "is_staff", "is_superuser", "groups")
    show_full_result_count = False
    compressed_fields = False
    filter_horizontal = ("user_permissions",)
    autocomplete_fields = ("groups",)
    readonly_fields = ("last_login", "date_joined")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Superusers are changed by superusers only."""
        if obj is not None and obj.is_superuser and not request.user.is_superuser:
            return False
        return bool(super().has_change_permission(request, obj))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Rights too, unless it is a superuser who looks."""
        return self.readonly_fields if request.user.is_superuser else (*self.readonly_fields, *_RIGHTS)

    def save_model(self, request: HttpRequest, obj: StaffUser, form: Any, change: bool) -> None:
        """By the service."""
        staff.save_user(user=obj, actor=actor_of(request), now=clock.now())

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Groups and permissions, recorded if they changed."""

        def save() -> None:
            super(StaffUserAdmin, self).save_related(request, form, formsets, change)

        staff.change_rights(user=form.instance, save=save, actor=actor_of(request), now=clock.now())

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """Django's page, recorded if it set a password."""

        def serve() -> Any:
            return super(StaffUserAdmin, self).user_change_password(request, id, form_url)

        user = self.get_object(request, id)
        if user is None:
            return HttpResponse(status=404)
        response: HttpResponse = staff.change_password(user_id=user.pk, save=serve, actor=actor_of(request), now=clock.now())
        return response


admin.site.unregister(Group)


@admin.register(Group)
class StaffGroupAdmin(PermissionsAdmin, GroupAdmin, ModelAdmin):  # type: ignore[misc]
    """What the members of a group may do."""

    compressed_fields = False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: empty it instead."""
        return False

    def save_model(self, request: HttpRequest, obj: Group, form: Any, change: bool) -> None:
        """A new group needs its row before its permissions; both are recorded together in ``save_related``."""
        if not change:
            obj.save()

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Name and permissions, recorded if they changed."""
        group: Group = form.instance

        def save() -> None:
            group.save()
            super(StaffGroupAdmin, self).save_related(request, form, formsets, change)

        staff.save_group(group=group, created=not change, save=save, actor=actor_of(request), now=clock.now())

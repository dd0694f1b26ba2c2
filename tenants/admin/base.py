"""What the admin pages of this app share: saving through services, one-time secrets, refusals shown in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS
from django.db.models import Model
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline
from unfold.widgets import UnfoldAdminTextInputWidget

from audit.models import ApprovalRequest
from audit.services import Actor
from payments_site.kernel import clock
from payments_site.kernel.errors import DomainError
from tenants.actors import actor_of
from tenants.models import ApiKey, ProviderAccount
from tenants.rules import Problem

_ASKED = "smartpost.asked"


class ServiceAdmin(ModelAdmin):  # type: ignore[misc]
    """A model whose rows are written by services: subclasses give ``save_new`` and ``save_changes``. Nothing is deleted here."""

    show_full_result_count = False
    compressed_fields = True
    warn_unsaved_form = True
    list_per_page = 50

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        """What hangs on a row, once there is one."""
        return super().get_inlines(request, obj) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: rows are switched off or revoked, for others point to them."""
        return False

    def save_new(self, request: HttpRequest, values: Mapping[str, Any], actor: Actor, now: datetime) -> Model | ApprovalRequest:
        """Make the row that the form describes, or put it before a second person."""
        raise NotImplementedError

    def save_changes(
        self, request: HttpRequest, obj: Any, changes: Mapping[str, Any], actor: Actor, now: datetime
    ) -> Model | ApprovalRequest:
        """Apply what was changed in the form, or put it before a second person."""
        raise NotImplementedError

    def next_page(self, obj: Any) -> str:
        """Where to go on after a new row was made; empty: as ever."""
        return ""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Let the service write, then show the row as it stands in the database."""
        actor, now = actor_of(request), clock.now()
        if change:
            changes = {name: form.cleaned_data[name] for name in form.changed_data if name in form.cleaned_data}
            saved = self.save_changes(request, obj, changes, actor, now)
        else:
            saved = self.save_new(request, form.cleaned_data, actor, now)
        if isinstance(saved, ApprovalRequest):
            tell_asked(request, saved)
        if not isinstance(saved, ApprovalRequest) or change:
            obj.pk = obj.pk or saved.pk
            obj._state.adding = False
            obj.refresh_from_db()

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Not for what waits for a second person: there is no row yet."""
        return super().log_addition(request, obj, message) if obj.pk else None

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        """On to what comes next in setting things up."""
        if was_asked(request):
            return HttpResponseRedirect(reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"))
        answer: HttpResponse = super().response_add(request, obj, post_url_continue)
        following = "" if {"_addanother", "_continue", "_popup"} & request.POST.keys() else self.next_page(obj)
        return HttpResponseRedirect(following) if following else answer

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        """Back to the page where a change waits for a second person: nobody is told that it was changed."""
        if was_asked(request):
            return HttpResponseRedirect(request.get_full_path())
        answer: HttpResponse = super().response_change(request, obj)
        return answer

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """As ever; what a service refuses after the form let it pass (a race, mostly) is shown as a message."""
        try:
            response: HttpResponse = super().changeform_view(request, object_id, form_url, extra_context)
        except DomainError as error:
            self.message_user(request, refusal_text(error), messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())
        return response


class ReadOnlyInline(TabularInline):  # type: ignore[misc]
    """Rows of another model that are only looked at here."""

    extra = 0
    can_delete = False
    show_change_link = True
    # A line above each row that repeats what its first columns say.
    hide_title = True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False


def show_once(request: HttpRequest, label: str, secret: str) -> None:
    """Tell a secret to the person who made it; it is not shown again."""
    text = gettext("Copy it now, it is not shown again:")
    messages.warning(request, format_html("{}: {} <code style='user-select:all'>{}</code>", label, text, secret))


def tell_asked(request: HttpRequest, approval: ApprovalRequest) -> None:
    """Say that nothing was changed yet and that a second person decides."""
    page = reverse("admin:audit_approvalrequest_change", args=[approval.pk])
    text = gettext("Sent for approval: a second person must agree before it holds.")
    messages.warning(request, format_html('{} <a class="sp-link" href="{}">{}</a>', text, page, approval.public_id))
    request.META[_ASKED] = True


def was_asked(request: HttpRequest) -> bool:
    """Whether this request ended with somebody else having to decide."""
    return _ASKED in request.META


def reason_field() -> forms.CharField:
    """Why, for whoever must approve; a form uses it where four eyes may be needed."""
    return forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=500,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("With a production account a second person must approve limits, credentials and fees: tell them why."),
    )


REASON_FIELDSET = (_("For whoever approves"), {"fields": ("reason",)})


def owner_of(account: ProviderAccount) -> dict[str, str | None]:
    """The account's owner as the services name it."""
    return {
        "project_id": account.project.public_id if account.project else None,
        "tenant_id": account.tenant.public_id if account.tenant else None,
    }


def scope_names(key: ApiKey) -> str:
    """What a key may do, in words."""
    return ", ".join(str(ApiKey.Scope(scope).label) for scope in key.scopes if scope in ApiKey.Scope.values)


def refusal_text(error: DomainError) -> str:
    """A refusal of a service, in the language of the page."""
    fields = error.details.get("fields", [error.details])
    parts = [f"{each['field']}: {gettext(str(each.get('constraint', '')))}" for each in fields if "field" in each]
    return "; ".join([error.message("en" if get_language() == "en" else "vi"), *parts])


def add_problem(form: BaseForm, problem: Problem | None, names: Mapping[str, str] | None = None) -> None:
    """Show a problem of ``tenants.rules`` at its field of the form (``names`` says where they differ)."""
    if problem is None:
        return
    field = (names or {}).get(problem["field"], problem["field"].partition(".")[0])
    form.add_error(field if field in form.fields else NON_FIELD_ERRORS, gettext(problem["constraint"]))

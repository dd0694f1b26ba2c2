"""What staff may do with one row by hand: buttons on its page, each asked about again where it changes something.

An act is served by a page of its own and not by Django's form page: that one runs inside a database transaction, and an act may
call a provider.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget

from payments_site.kernel.errors import DomainError
from tenants.admin.base import refusal_text


class AskForm(forms.Form):
    """Asks nothing but "are you sure"."""

    def __init__(self, *args: Any, row: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.row = row


class NoteForm(AskForm):
    """Why."""

    note = forms.CharField(label=_("Reason"), max_length=255, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}))


class OptionalNoteForm(NoteForm):
    """Why, if there is something to say."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["note"].required = False


@dataclass(frozen=True)
class Act:
    """``do`` translates in, makes one call of a service and returns what to tell; the service audits and may refuse.

    ``fits`` says whether the button is shown; it protects nothing. Without an ``explanation`` nothing is asked again.
    """

    name: str
    label: Promise
    icon: str
    permission: str
    fits: Callable[[HttpRequest, Any], bool]
    do: Callable[[HttpRequest, Any, dict[str, Any]], str]
    explanation: Promise | None = None
    form: type[AskForm] = AskForm
    tone: str = "neutral"
    refusal: Callable[[DomainError], str] = refusal_text


class ActsAdmin:
    """Adds ``acts`` to a ``ModelAdmin``."""

    acts: tuple[Act, ...] = ()
    change_form_outer_before_template: str | None = "admin/sp_acts.html"
    admin_site: admin.AdminSite
    opts: Any

    def get_urls(self) -> list[Any]:
        """With the page of the acts."""
        route = path(
            "<path:object_id>/acts/<slug:name>/", self.admin_site.admin_view(self.act_view), name=self._url_name().split(":")[1]
        )
        return [route, *super().get_urls()]  # type: ignore[misc]

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """With the buttons that fit."""
        context["acts"] = self.buttons(request, kwargs.get("obj"))
        return super().render_change_form(request, context, *args, **kwargs)  # type: ignore[misc]

    def buttons(self, request: HttpRequest, row: Any) -> list[dict[str, Any]]:
        """The acts that this person may do and that fit the row's state."""
        if row is None:
            return []
        may = request.user.has_perm
        return [
            {
                "label": act.label,
                "icon": act.icon,
                "tone": act.tone,
                "at_once": act.explanation is None,
                "url": self._url(row, act),
            }
            for act in self.acts
            if may(act.permission) and act.fits(request, row)
        ]

    def act_view(self, request: HttpRequest, object_id: str, name: str) -> HttpResponse:
        """GET asks, POST does; who lacks the right gets 403 by either."""
        act = next((act for act in self.acts if act.name == name), None)
        row = self.get_object(request, unquote(object_id)) if act is not None else None  # type: ignore[attr-defined]
        if act is None or row is None:
            raise Http404
        if not (self.has_view_permission(request, row) and request.user.has_perm(act.permission)):  # type: ignore[attr-defined]
            raise PermissionDenied
        if request.method == "POST":
            form = act.form(request.POST, row=row)
            return self._do(request, row, act, form) if form.is_valid() else self._ask(request, row, act, form)
        if act.explanation is None or not act.fits(request, row):
            if act.explanation is not None:
                messages.warning(request, gettext("This does not fit the present state any more."))
            return HttpResponseRedirect(self._page(row))
        return self._ask(request, row, act, act.form(row=row))

    def _do(self, request: HttpRequest, row: Any, act: Act, form: AskForm) -> HttpResponse:
        try:
            words = act.do(request, row, form.cleaned_data)
        except DomainError as error:
            messages.error(request, act.refusal(error))
        else:
            messages.success(request, words)
        return HttpResponseRedirect(self._page(row))

    def _ask(self, request: HttpRequest, row: Any, act: Act, form: AskForm) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request), "opts": self.opts, "title": act.label, "act": act, "form": form, "row": row,
            "back": self._page(row), "subject": self.act_subject(row),
        }  # fmt: skip
        return TemplateResponse(request, "admin/sp_act.html", context)

    def act_subject(self, row: Any) -> list[tuple[str, Any]]:
        """What the page that asks again says of the row."""
        return [(str(self.opts.verbose_name), str(row))]

    def _url_name(self) -> str:
        return f"admin:{self.opts.app_label}_{self.opts.model_name}_act"

    def _url(self, row: Any, act: Act) -> str:
        return reverse(self._url_name(), args=[row.pk, act.name])

    def _page(self, row: Any) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[row.pk])

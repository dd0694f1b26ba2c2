"""The fields of an account's options in its form. An empty one has its default; none is ticked or unticked by being left out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.fields import InvalidJSONInput
from django.utils.translation import gettext
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from tenants import credentials
from tenants.credentials import COMMON_OPTIONS, OWN_OPTIONS, Option, OptionKind

COMMON_FIELDS = [f"option_{option.name}" for option in COMMON_OPTIONS]


def field_name(provider_code: str, option: Option) -> str:
    """The form's field for an option; those of every provider share one."""
    return f"option_{option.name}" if option in COMMON_OPTIONS else f"{provider_code}_option_{option.name}"


def own_fields(provider_code: str) -> list[str]:
    """The form's fields for the options that only this provider has."""
    return [field_name(provider_code, option) for option in OWN_OPTIONS[provider_code]]


def names_of(provider_code: str) -> dict[str, str]:
    """Option -> field, of one provider."""
    return {name: field_name(provider_code, option) for name, option in credentials.options_of(provider_code).items()}


def add_fields(form: forms.BaseForm, provider_code: str, stored: Mapping[str, Any]) -> None:
    """Put the fields of a provider's options into ``form``, filled in with what is set."""
    for name, option in credentials.options_of(provider_code).items():
        form.fields[field_name(provider_code, option)] = _field(option, stored.get(name))


def entered(provider_code: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """The options among a form's cleaned ``data`` (those of its fields that are there); None is an empty field."""
    return {name: data[field] for name, field in names_of(provider_code).items() if field in data}


class JsonObject(forms.JSONField):
    """JSON in a text area; nothing where there is nothing."""

    widget = UnfoldAdminTextareaWidget

    def prepare_value(self, value: Any) -> Any:
        """An empty text for None, which is not worth the word "null"."""
        return "" if value is None else super().prepare_value(value)

    def bound_data(self, data: Any, initial: Any) -> Any:
        """What was entered, as it was entered where it can not be read."""
        try:
            return super().bound_data(data, initial)
        except RecursionError:
            return InvalidJSONInput(data)

    def to_python(self, value: Any) -> Any:
        """The object. Raises ``ValidationError``."""
        try:
            return super().to_python(value)
        except RecursionError as error:
            raise ValidationError(gettext("a JSON object is expected")) from error


def _field(option: Option, value: Any) -> forms.Field:
    common: dict[str, Any] = {"label": option.label, "required": False, "help_text": _help(option)}
    if option.kind is OptionKind.INT:
        bounds: dict[str, Any] = {"min_value": option.smallest, "max_value": option.largest}
        return forms.IntegerField(**common, **bounds, initial=value, widget=UnfoldAdminIntegerFieldWidget)
    if option.kind is OptionKind.TEXT:
        longest: dict[str, Any] = {"max_length": credentials.MAX_OPTION_LENGTH, "empty_value": None}
        return forms.CharField(**common, **longest, initial=value, widget=UnfoldAdminTextInputWidget)
    if option.kind is OptionKind.OBJECT:
        return JsonObject(**common, initial=value)
    return _choice_field(option, value, common)


def _choice_field(option: Option, value: Any, common: Mapping[str, Any]) -> forms.Field:
    values = {str(each): each for each in (option.choices or (True, False))}

    def chosen(text: Any) -> Any:
        if text not in values:
            raise ValueError("not a choice")
        return values[text]

    return forms.TypedChoiceField(
        **common,
        choices=[("", "---------"), *((text, _shown(each)) for text, each in values.items())],
        coerce=chosen,
        empty_value=None,
        initial="" if value is None else str(value),
        widget=UnfoldAdminSelectWidget,
    )


def _help(option: Option) -> str:
    """What it is for, and what holds where it is empty."""
    default = "" if option.default is None else gettext("If empty: %(default)s.") % {"default": _shown(option.default)}
    return f"{option.help} {default}".strip()


def _shown(value: bool | int | str) -> str:
    return (gettext("Yes") if value else gettext("No")) if isinstance(value, bool) else str(value)

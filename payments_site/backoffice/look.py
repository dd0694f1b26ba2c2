"""What every page of the back office loads besides unfold's own."""

from __future__ import annotations

from django.http import HttpRequest
from django.templatetags.static import static


def stylesheet(request: HttpRequest) -> str:
    """The address of our style sheet."""
    return static("admin.css")


def icon(request: HttpRequest) -> str:
    """The address of the picture in the browser's tab."""
    return static("admin-icon.svg")

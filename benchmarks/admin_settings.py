"""The measured settings with a stock admin beside ours: its address, and an engine that finds Django's own templates."""

from pathlib import Path
from typing import Any

import django.contrib.admin

from benchmarks.settings import *  # noqa: F403
from benchmarks.settings import TEMPLATES

ROOT_URLCONF = "benchmarks.admin_stock"
_TEMPLATES: Any = TEMPLATES
_OPTIONS = {name: value for name, value in _TEMPLATES[0].get("OPTIONS", {}).items() if name == "context_processors"}
TEMPLATES = [
    *_TEMPLATES,
    {
        "NAME": "stock",
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(django.contrib.admin.__file__).parent / "templates"],
        "APP_DIRS": True,
        "OPTIONS": _OPTIONS,
    },
]

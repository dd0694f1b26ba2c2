"""The Celery application. Schedules are rows of django-celery-beat, made by migrations of the apps that own the task."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "payments_site.settings.production")
app = Celery("payments_site")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

from payments_site.scheduling import pulse  # noqa: E402, F401 - its signal handlers belong to every process

"""The building: wiring only, no business rule."""

from payments_site.celery import app as celery_app

__all__ = ["celery_app"]
__version__ = "0.1.0"

"""Celery beat as this service runs it: any number may be started, one works."""

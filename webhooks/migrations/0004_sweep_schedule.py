"""The schedule of the callback sweep: every 30 seconds on the queue "callbacks". Operators may change it in the admin."""

from django.db import migrations

NAME = "callbacks: sweep what no drain has taken"


def create(apps, schema_editor):
    every = apps.get_model("django_celery_beat", "IntervalSchedule")
    task = apps.get_model("django_celery_beat", "PeriodicTask")
    half_minute = every.objects.filter(every=30, period="seconds").first()
    half_minute = half_minute or every.objects.create(every=30, period="seconds")
    task.objects.get_or_create(
        name=NAME,
        defaults={
            "task": "webhooks.outbound.sweep_callbacks",
            "interval": half_minute,
            "queue": "callbacks",
            "expire_seconds": 60,
            "description": "Delivers callbacks that have been due for a minute, if the drain process is down.",
        },
    )


def remove(apps, schema_editor):
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(name=NAME).delete()


class Migration(migrations.Migration):
    dependencies = [("webhooks", "0003_delivery_due_by_host"), ("django_celery_beat", "0019_alter_periodictasks_options")]
    operations = [migrations.RunPython(create, remove)]

"""When the money room's periodic work runs; editable in the admin afterwards."""

from django.db import migrations

SCHEDULES = [
    # name, task, every, period, queue
    ("Expire payments past their deadline", "transactions.expire_due", 15, "seconds", "cleanup"),
    ("Ask providers about open payments and refunds", "transactions.resolve_due", 15, "seconds", "webhooks"),
    ("Delete idempotency records past their 24 hours", "transactions.delete_idempotency_records", 1, "hours", "cleanup"),
]


def create(apps, schema_editor):
    interval = apps.get_model("django_celery_beat", "IntervalSchedule")
    task = apps.get_model("django_celery_beat", "PeriodicTask")
    for name, path, every, period, queue in SCHEDULES:
        schedule, _ = interval.objects.get_or_create(every=every, period=period)
        task.objects.get_or_create(name=name, defaults={"task": path, "interval": schedule, "queue": queue})


class Migration(migrations.Migration):
    dependencies = [
        ("transactions", "0002_events_append_only"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]
    operations = [migrations.RunPython(create, migrations.RunPython.noop)]

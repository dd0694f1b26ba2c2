"""A run that nobody took before the next ones were due is dropped by the worker, so that an hour without workers leaves no pile.

Only for jobs that come again within the hour; a nightly one is done late rather than not at all. There are no results, so the
job that would clean them up goes. Operators may change all of it in the admin.
"""

from django.db import migrations

SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600}


def change(apps, schema_editor):
    task = apps.get_model("django_celery_beat", "PeriodicTask")
    for row in task.objects.filter(interval__isnull=False, expire_seconds=None, expires=None).select_related("interval"):
        every = row.interval.every * SECONDS.get(row.interval.period, 86400)
        if every <= 3600:
            row.expire_seconds = max(60, 2 * every)
            row.save(update_fields=["expire_seconds"])
    task.objects.filter(name="celery.backend_cleanup").delete()


class Migration(migrations.Migration):
    initial = True
    dependencies = [
        ("audit", "0004_schedules"),
        ("transactions", "0007_alert_schedule"),
        ("webhooks", "0004_sweep_schedule"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]
    operations = [migrations.RunPython(change, migrations.RunPython.noop)]

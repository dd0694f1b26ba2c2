"""When the reconciliation room's periodic work runs; editable in the back office afterwards."""

from django.db import migrations

# Name, task, every so many seconds or minutes, and the seconds after which a run that nobody took is out of date.
JOBS = (
    ("Work on reconciliations that wait", "reconciliation.work_due", 30, "seconds", 60),
    ("Start nightly reconciliations whose time has come", "reconciliation.start_nightly", 5, "minutes", 600),
    ("Take in statements from the watched folder", "reconciliation.take_in_statements", 1, "minutes", 120),
)


def create(apps, schema_editor):
    interval = apps.get_model("django_celery_beat", "IntervalSchedule")
    task = apps.get_model("django_celery_beat", "PeriodicTask")
    for name, job, every, period, outdated in JOBS:
        schedule = interval.objects.filter(every=every, period=period).first()
        schedule = schedule or interval.objects.create(every=every, period=period)
        task.objects.get_or_create(
            name=name,
            defaults={"task": job, "interval": schedule, "queue": "reconciliation", "expire_seconds": outdated},
        )


class Migration(migrations.Migration):
    dependencies = [
        ("reconciliation", "0003_mapping_profiles"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]
    operations = [migrations.RunPython(create, migrations.RunPython.noop)]

"""When the reconciliation room's periodic work runs; editable in the back office afterwards."""

from django.db import migrations

JOBS = (
    ("Work on reconciliations that wait", "reconciliation.work_due", 30, "seconds"),
    ("Start nightly reconciliations whose time has come", "reconciliation.start_nightly", 5, "minutes"),
    ("Take in statements from the watched folder", "reconciliation.take_in_statements", 1, "minutes"),
)


def create(apps, schema_editor):
    interval = apps.get_model("django_celery_beat", "IntervalSchedule")
    task = apps.get_model("django_celery_beat", "PeriodicTask")
    for name, job, every, period in JOBS:
        schedule, _ = interval.objects.get_or_create(every=every, period=period)
        task.objects.get_or_create(name=name, defaults={"task": job, "interval": schedule, "queue": "reconciliation"})


class Migration(migrations.Migration):
    dependencies = [
        ("reconciliation", "0003_mapping_profiles"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]
    operations = [migrations.RunPython(create, migrations.RunPython.noop)]

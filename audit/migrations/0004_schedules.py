"""When the audit room's periodic work runs; editable in the admin afterwards."""

from django.db import migrations


def create(apps, schema_editor):
    interval = apps.get_model("django_celery_beat", "IntervalSchedule")
    task = apps.get_model("django_celery_beat", "PeriodicTask")
    schedule, _ = interval.objects.get_or_create(every=10, period="minutes")
    task.objects.get_or_create(
        name="Expire approval requests",
        defaults={"task": "audit.expire_approvals", "interval": schedule, "queue": "cleanup"},
    )


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0003_approval_request"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]
    operations = [migrations.RunPython(create, migrations.RunPython.noop)]

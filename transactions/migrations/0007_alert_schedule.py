"""When the money room looks for what operators should know."""

from django.db import migrations


def create(apps, schema_editor):
    interval = apps.get_model("django_celery_beat", "IntervalSchedule")
    task = apps.get_model("django_celery_beat", "PeriodicTask")
    schedule, _ = interval.objects.get_or_create(every=1, period="minutes")
    task.objects.get_or_create(
        name="Look for failures in numbers and success without a notice",
        defaults={"task": "transactions.raise_alerts", "interval": schedule, "queue": "notifications"},
    )


class Migration(migrations.Migration):
    dependencies = [("transactions", "0006_staff_rights"), ("django_celery_beat", "0019_alter_periodictasks_options")]
    operations = [migrations.RunPython(create, migrations.RunPython.noop)]

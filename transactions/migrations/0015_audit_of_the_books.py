"""When the books are audited (at night what happened lately, on Sundays everything), and the index that finds what did."""

import json

import django.contrib.postgres.indexes
from django.db import migrations

SCHEDULES = [
    # name, hour, minute, day of the week, arguments
    ("Audit the books of the last two days", "2", "10", "*", {}),
    ("Audit all books", "3", "10", "0", {"everything": True}),
]


def create(apps, schema_editor):
    crontab = apps.get_model("django_celery_beat", "CrontabSchedule")
    task = apps.get_model("django_celery_beat", "PeriodicTask")
    for name, hour, minute, day, arguments in SCHEDULES:
        schedule, _ = crontab.objects.get_or_create(
            minute=minute, hour=hour, day_of_week=day, day_of_month="*", month_of_year="*", timezone="Asia/Ho_Chi_Minh"
        )
        task.objects.get_or_create(
            name=name,
            defaults={
                "task": "transactions.audit_books", "crontab": schedule, "queue": "cleanup", "kwargs": json.dumps(arguments),
            },
        )  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [
        ("transactions", "0014_attempt_asked_at"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]
    operations = [
        migrations.AddIndex(
            model_name="transactionevent",
            index=django.contrib.postgres.indexes.BrinIndex(autosummarize=True, fields=["created_at"], name="event_created_brin"),
        ),
        migrations.RunPython(create, migrations.RunPython.noop),
    ]

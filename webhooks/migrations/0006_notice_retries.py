"""Notices that could not be applied are tried again on a schedule; what was quarantined can be marked as looked at."""

from django.db import migrations, models

QUARANTINED = (
    "bad_signature", "unknown_account", "unknown_order", "wrong_amount", "unlisted_address", "unreadable", "error",
)
# What waits from before is taken up by the first sweep.
FILL = """
UPDATE webhooks_providernotification SET next_try_at = received_at, failures = (verdict = 'error')::int
WHERE verdict IN ('stored', 'error')
"""


class Migration(migrations.Migration):
    dependencies = [("webhooks", "0005_endpoints_that_last")]
    operations = [
        migrations.AddField(
            "providernotification",
            "failures",
            models.PositiveSmallIntegerField("our failures in a row", default=0, db_default=0),
        ),
        migrations.AddField(
            "providernotification", "next_try_at", models.DateTimeField("next try at", null=True, blank=True)
        ),
        migrations.AddField("providernotification", "reviewed_at", models.DateTimeField("looked at", null=True, blank=True)),
        migrations.AddField(
            "providernotification",
            "reviewed_by",
            models.CharField("looked at by", max_length=150, blank=True, default="", db_default=""),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RemoveIndex("providernotification", "notice_unfinished"),
        migrations.AddIndex(
            "providernotification",
            models.Index(fields=["next_try_at"], condition=models.Q(next_try_at__isnull=False), name="notice_due"),
        ),
        migrations.AddIndex(
            "providernotification",
            models.Index(
                fields=["verdict", "-id"],
                condition=models.Q(reviewed_at__isnull=True, verdict__in=QUARANTINED),
                name="notice_quarantine",
            ),
        ),
    ]

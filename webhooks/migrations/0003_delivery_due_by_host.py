"""The index by which a claim takes fair shares of every host."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("webhooks", "0002_notices_append_only")]
    operations = [
        migrations.AddIndex(
            model_name="callbackdelivery",
            index=models.Index(
                models.Func(models.F("url"), models.Value("/"), models.Value(3), function="split_part"),
                models.F("next_attempt_at"),
                condition=models.Q(("status", "pending")),
                name="delivery_due_by_host",
            ),
        )
    ]

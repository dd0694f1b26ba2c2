"""The mapping profiles that come with the service; a profile of the same name that somebody has made stays."""

from datetime import UTC, datetime

from django.db import migrations

from reconciliation.statements.shipped import shipped


def seed(apps, schema_editor):
    profile = apps.get_model("reconciliation", "MappingProfile")
    for one in shipped():
        profile.objects.get_or_create(
            provider_code=one.provider_code,
            name=one.name,
            defaults={"version": 1, "is_current": True, "spec": one.spec, "created_at": datetime.now(UTC)},
        )


class Migration(migrations.Migration):

    dependencies = [("reconciliation", "0002_engine")]

    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]

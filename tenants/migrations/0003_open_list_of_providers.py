"""The list of providers stands in ``tenants/credentials.py`` alone: the field asks a function. No table changes."""

import tenants.models.accounts
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tenants", "0002_providers")]
    operations = [
        migrations.AlterField(
            model_name="paymentprovider",
            name="code",
            field=models.CharField(
                choices=tenants.models.accounts.provider_choices, max_length=20, unique=True, verbose_name="code"
            ),
        ),
    ]

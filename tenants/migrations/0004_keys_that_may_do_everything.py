"""A key that may do everything may set up callbacks too."""

from django.db import migrations

GIVE = """
UPDATE tenants_apikey SET scopes = scopes || '["callbacks"]'::jsonb
WHERE scopes @> '["read", "pay", "refund"]'::jsonb AND NOT scopes @> '["callbacks"]'::jsonb
"""
TAKE = "UPDATE tenants_apikey SET scopes = scopes - 'callbacks'"


class Migration(migrations.Migration):
    dependencies = [("tenants", "0003_open_list_of_providers")]
    operations = [migrations.RunSQL(GIVE, TAKE)]

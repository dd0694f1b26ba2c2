"""The closed list of providers."""

from django.db import migrations

PROVIDERS = [
    ("vnpay", "VNPay"),
    ("momo", "MoMo"),
    ("zalopay", "ZaloPay"),
    ("napas", "NAPAS"),
    ("payos", "PayOS"),
    ("vietqr", "VietQR"),
]


def create_providers(apps, schema_editor):
    model = apps.get_model("tenants", "PaymentProvider")
    for position, (code, name) in enumerate(PROVIDERS):
        model.objects.get_or_create(code=code, defaults={"name": name, "position": position})


class Migration(migrations.Migration):
    dependencies = [("tenants", "0001_initial")]
    operations = [migrations.RunPython(create_providers, migrations.RunPython.noop)]

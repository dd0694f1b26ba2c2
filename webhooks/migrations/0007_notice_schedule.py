"""The schedule of the notices' retries (every 30 seconds, queue "webhooks"), and the addresses that providers are known to send
from, as settings that operators edit in the admin."""

from django.db import migrations
from django.utils import timezone

NAME = "webhooks: apply again what could not be applied"
DESCRIPTION = "Addresses this provider is known to send notices from; they count as listed for accounts that check addresses."
# VNPay publishes none; these are the ones that independent integrations agree on. MoMo: the "outgoing" addresses of
# https://developers.momo.vn/v3/vi/docs/payment/onboarding/integration-process/ and those seen since.
ADDRESSES = {
    "webhook.addresses.vnpay.sandbox": ["113.160.92.202", "203.205.17.226", "103.220.84.4", "202.93.156.34"],
    "webhook.addresses.vnpay.production": [
        "113.52.45.78", "116.97.245.130", "42.118.107.252", "113.20.97.250", "203.171.19.146", "103.220.87.4", "103.220.86.4",
        "103.220.86.10", "103.220.87.10", "103.220.86.139", "103.220.87.139",
    ],
    "webhook.addresses.momo.sandbox": ["118.69.210.244", "118.68.171.198"],
    "webhook.addresses.momo.production": ["118.69.210.244", "116.103.110.134", "14.161.2.38"],
}


def create(apps, schema_editor):
    every = apps.get_model("django_celery_beat", "IntervalSchedule")
    half_minute = every.objects.filter(every=30, period="seconds").first()
    half_minute = half_minute or every.objects.create(every=30, period="seconds")
    apps.get_model("django_celery_beat", "PeriodicTask").objects.get_or_create(
        name=NAME,
        defaults={
            "task": "webhooks.inbound.retry_notices",
            "interval": half_minute,
            "queue": "webhooks",
            "expire_seconds": 60,
            "description": "Applies stored notices again that failed by our own fault or were never judged.",
        },
    )
    configuration = apps.get_model("tenants", "SystemConfiguration")
    for key, addresses in ADDRESSES.items():
        configuration.objects.get_or_create(
            key=key,
            defaults={"value": addresses, "description": DESCRIPTION, "updated_by": "system", "updated_at": timezone.now()},
        )


def remove(apps, schema_editor):
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(name=NAME).delete()
    apps.get_model("tenants", "SystemConfiguration").objects.filter(key__in=list(ADDRESSES)).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("webhooks", "0006_notice_retries"),
        ("tenants", "0003_open_list_of_providers"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]
    operations = [migrations.RunPython(create, remove)]

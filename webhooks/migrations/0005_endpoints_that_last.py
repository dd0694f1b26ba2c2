"""Endpoints that fail, are switched off and catch up; tests; policies; shares by lane instead of by host."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Coalesce

EVENT = Q(event__isnull=False, test_body__isnull=True, test_event_id="", transaction__isnull=False)
TEST = Q(event__isnull=True, test_body__isnull=False, transaction__isnull=True) & ~Q(test_event_id="")


def moment(name):
    return models.DateTimeField(name, null=True, blank=True, editable=False)


def number():
    return models.BigIntegerField(null=True, blank=True, editable=False)


def of_payment(to, name):
    return models.ForeignKey(
        to=to, null=True, blank=True, on_delete=django.db.models.deletion.PROTECT, related_name="deliveries", verbose_name=name
    )


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0003_open_list_of_providers"),
        ("transactions", "0014_attempt_asked_at"),
        ("webhooks", "0004_sweep_schedule"),
    ]
    operations = [
        migrations.CreateModel(
            name="CallbackPolicy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("retry_delays", models.JSONField(blank=True, default=list, verbose_name="waits between tries (seconds)")),
                (
                    "strict_order",
                    models.BooleanField(
                        default=False,
                        help_text=(
                            "A payment's later event waits at each address until the earlier one was delivered or given up."
                        ),
                        verbose_name="strict order",
                    ),
                ),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="updated at")),
                (
                    "tenant",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="callback_policy",
                        to="tenants.tenant",
                        verbose_name="tenant",
                    ),
                ),
            ],
            options={"verbose_name": "callback policy", "verbose_name_plural": "callback policies"},
        ),
        *(
            migrations.AddField("callbackendpoint", name, field)
            for name, field in (
                ("failing_since", moment("failing since")),
                ("disabled_at", moment("off since")),
                ("enabled_at", moment("on again since")),
                ("missed_xid", number()),
                ("missed_since", moment(None)),
                ("replay_until_xid", number()),
                ("deleted_at", moment("deleted at")),
            )
        ),
        migrations.AddField("callbackdelivery", "test_body", models.BinaryField(blank=True, null=True)),
        migrations.AddField(
            "callbackdelivery",
            "test_event_id",
            models.CharField(
                blank=True, db_default="", default="", editable=False, max_length=40, verbose_name="test event id"
            ),
        ),
        migrations.AddField(
            "callbackdelivery",
            "tries_before",
            models.PositiveSmallIntegerField(db_default=0, default=0, verbose_name="tries before it was sent again"),
        ),
        migrations.AlterField("callbackdelivery", "event", of_payment("transactions.transactionevent", "event")),
        migrations.AlterField("callbackdelivery", "transaction", of_payment("transactions.transaction", "payment")),
        migrations.RemoveIndex("callbackdelivery", "delivery_due_by_host"),
        migrations.AddIndex(
            "callbackdelivery",
            models.Index(
                Func(F("url"), Value("/"), Value(3), function="split_part"),
                F("tenant"),
                Coalesce(F("endpoint"), Value(0)),
                F("next_attempt_at"),
                condition=Q(status="pending"),
                name="delivery_due_by_lane",
            ),
        ),
        migrations.AddIndex("callbackdelivery", models.Index(fields=["tenant", "-id"], name="delivery_of_tenant")),
        migrations.AlterField(
            "callbackdelivery",
            "tenant",
            models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="tenants.tenant",
                verbose_name="tenant",
            ),
        ),
        migrations.AddConstraint(
            "callbackdelivery",
            models.CheckConstraint(condition=EVENT | TEST, name="delivery_of_an_event_or_a_test"),
        ),
    ]

"""What the client API answers, for the OpenAPI document."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from transactions.models import Transaction

Field = serializers.Field[Any, Any, Any, Any]


class CreatedTransaction(serializers.Serializer[Any]):
    """The data of a create."""

    transaction_id = serializers.CharField()
    order_id = serializers.CharField()
    amount = serializers.IntegerField()
    currency = serializers.CharField()
    status = serializers.ChoiceField(choices=Transaction.Status.values)
    provider_code = serializers.CharField(allow_null=True)
    provider_transaction_id = serializers.CharField(allow_null=True)
    payment_url = serializers.CharField()
    qr_code = serializers.CharField(allow_null=True)
    expires_at = serializers.DateTimeField()
    created_at = serializers.DateTimeField()


class CallbackResponse(serializers.Serializer[Any]):
    """What the client answered to its callback."""

    status = serializers.IntegerField(allow_null=True)
    body = serializers.CharField()


class TransactionItem(CreatedTransaction):
    """A payment in a list."""

    payment_method = serializers.CharField(allow_null=True)
    description = serializers.CharField()
    customer_info = serializers.DictField(allow_null=True)
    metadata = serializers.DictField()
    provider_order_id = serializers.CharField(allow_null=True)
    received_amount = serializers.IntegerField()
    transaction_fee = serializers.IntegerField(allow_null=True)
    net_amount = serializers.IntegerField(allow_null=True)
    refunded_amount = serializers.IntegerField()
    paid_at = serializers.DateTimeField(allow_null=True)
    late = serializers.BooleanField()
    failure_code = serializers.CharField(allow_null=True)
    failure_reason = serializers.CharField(allow_null=True)
    updated_at = serializers.DateTimeField()
    callback_status = serializers.ChoiceField(choices=["none", "pending", "delivered", "failed"])
    callback_attempts = serializers.IntegerField()
    callback_delivered_at = serializers.DateTimeField(allow_null=True)
    callback_failed_at = serializers.DateTimeField(allow_null=True)
    callback_response = CallbackResponse(allow_null=True)
    callback_error = serializers.CharField(allow_null=True)


class EventLine(serializers.Serializer[Any]):
    """One line of a payment's history."""

    event_id = serializers.CharField()
    event_type = serializers.CharField()
    sequence = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    data = serializers.DictField()  # type: ignore[assignment]


class AttemptLine(serializers.Serializer[Any]):
    """One attempt at a provider."""

    attempt_id = serializers.CharField()
    provider_code = serializers.CharField()
    provider_order_id = serializers.CharField()
    provider_transaction_id = serializers.CharField(allow_null=True)
    status = serializers.CharField()
    created_at = serializers.DateTimeField()


class RefundLine(serializers.Serializer[Any]):
    """One refund."""

    refund_id = serializers.CharField()
    transaction_id = serializers.CharField()
    refund_amount = serializers.IntegerField()
    remaining_amount = serializers.IntegerField()
    status = serializers.ChoiceField(choices=["processing", "completed", "failed", "awaiting_manual"])
    provider_refund_id = serializers.CharField(allow_null=True)
    internal_refund_id = serializers.CharField(allow_null=True)
    reason = serializers.CharField()
    failure_reason = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()


class TransactionDetail(TransactionItem):
    """A payment with all that belongs to it."""

    events = EventLine(many=True)
    attempts = AttemptLine(many=True)
    refunds = RefundLine(many=True)


class MethodLine(serializers.Serializer[Any]):
    """One payment method of a provider."""

    code = serializers.CharField()
    name = serializers.CharField()


class ProviderLine(serializers.Serializer[Any]):
    """A provider that the tenant can use."""

    provider_code = serializers.CharField()
    name = serializers.CharField()
    environment = serializers.CharField()
    methods = MethodLine(many=True)
    min_amount = serializers.IntegerField()
    max_amount = serializers.IntegerField()
    currencies = serializers.ListField(child=serializers.CharField())
    capabilities = serializers.ListField(child=serializers.CharField())
    health = serializers.ChoiceField(choices=["healthy", "degraded", "down"])


class LimitsLine(serializers.Serializer[Any]):
    """A tenant's limits, in đồng; null: no limit."""

    min_amount = serializers.IntegerField()
    max_amount = serializers.IntegerField()
    daily_amount = serializers.IntegerField(allow_null=True)
    monthly_amount = serializers.IntegerField(allow_null=True)


class TenantState(serializers.Serializer[Any]):
    """The state of a tenant."""

    tenant_id = serializers.CharField()
    project_code = serializers.CharField()
    app_code = serializers.CharField()
    name = serializers.CharField()
    status = serializers.CharField()
    limits = LimitsLine()


class TransactionByReference(TransactionDetail):
    """The newest payment with a reference, and the ids of the others."""

    others = serializers.ListField(child=serializers.CharField())


class FeedEvent(serializers.Serializer[Any]):
    """A callback body."""

    event_id = serializers.CharField()
    event_type = serializers.CharField()
    sequence = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    data = serializers.DictField()  # type: ignore[assignment]


class Figures(serializers.Serializer[Any]):
    """Counts and sums; amounts in đồng, the rate in percent."""

    total_transactions = serializers.IntegerField()
    completed_count = serializers.IntegerField()
    failed_count = serializers.IntegerField()
    pending_count = serializers.IntegerField()
    total_amount = serializers.IntegerField()
    total_fees = serializers.IntegerField()
    average_amount = serializers.IntegerField()
    success_rate = serializers.FloatField()
    average_processing_seconds = serializers.IntegerField()


class ProviderFigures(Figures):
    """Figures of one provider."""

    provider_code = serializers.CharField(allow_null=True)


class DayFigures(Figures):
    """Figures of one Vietnam day."""

    date = serializers.DateField()


class StatisticsData(Figures):
    """Figures of a range."""

    date_from = serializers.DateTimeField()
    date_to = serializers.DateTimeField()
    by_provider = ProviderFigures(many=True)
    by_day = DayFigures(many=True)

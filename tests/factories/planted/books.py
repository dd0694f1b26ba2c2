"""Planted records in our books: the rows that the services would have left, written at once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction

from tenants.models import FeeSchedule, ProviderAccount, Tenant
from tests.factories.planted.world import Fees, Record, World
from transactions.models import DataKey, PaymentAttempt, Receipt, Refund, RefundAllocation, Transaction
from transactions.personal import fresh_key

_HOUR = timedelta(hours=1)


@transaction.atomic
def write(world: World, account: ProviderAccount, tenant: Tenant) -> None:
    """All records of the world, under this account of the tenant."""
    _write_fees(world.fees, account, world)
    orders = [one for one in world.records if one.kind in ("receipt", "order")]
    again = [one for one in world.records if one.kind == "again"]
    refunds = [one for one in world.records if one.kind == "refund"]
    payments = _payments(world, orders, again, refunds, account, tenant)
    attempts = _attempts(orders, payments, account)
    receipts = _receipts([*(one for one in orders if one.kind == "receipt"), *again], attempts, account)
    _refunds(refunds, receipts, account, tenant)


def _write_fees(fees: Fees, account: ProviderAccount, world: World) -> None:
    if fees != Fees(0, 0, 0):
        FeeSchedule.objects.create(
            account=account, valid_from=min(one.at for one in world.records) - timedelta(days=30),
            basis_points=fees.basis_points, fixed=fees.fixed, vat_basis_points=fees.vat_basis_points,
        )  # fmt: skip


def _payments(
    world: World, orders: list[Record], again: list[Record], refunds: list[Record], account: ProviderAccount, tenant: Tenant
) -> dict[str, Transaction]:
    """By our reference."""
    keys = DataKey.objects.bulk_create([fresh_key(one.at)[1] for one in orders])
    received = {one.name: 0 if one.kind == "order" else one.amount for one in orders}
    for one in again:
        received[one.name] += one.amount
    refunded = dict.fromkeys(received, 0)
    for one in refunds:
        refunded[one.of] += one.amount if one.status != "processing" else 0
    rows = [
        Transaction(
            tenant=tenant, order_id=f"PL-{world.seed}-{one.name}", amount=one.amount, description="Đơn hàng",
            status=_status(one, received[one.name], refunded[one.name]), provider_code=world.provider, account=account,
            provider_order_id=one.name, provider_transaction_id=one.number, return_url="https://shop.example/done", data_key=key,
            received_amount=received[one.name], refunded_amount=refunded[one.name], expires_at=one.at + _HOUR,
            paid_at=None if one.kind == "order" else one.at, created_at=one.at - _HOUR, updated_at=one.at,
        )
        for one, key in zip(orders, keys, strict=True)
    ]  # fmt: skip
    return {str(row.provider_order_id): row for row in Transaction.objects.bulk_create(rows)}


def _status(order: Record, received: int, refunded: int) -> str:
    if order.kind == "order":
        return order.status
    if not refunded:
        return "completed"
    return "refunded" if refunded == received else "partially_refunded"


def _attempts(orders: list[Record], payments: dict[str, Transaction], account: ProviderAccount) -> dict[str, PaymentAttempt]:
    rows = [
        PaymentAttempt(
            transaction=payments[one.name], account=account, credentials_version=1, provider_code=account.provider.code,
            provider_reference=one.name, status=one.status if one.kind == "order" else "paid", amount=one.amount,
            provider_transaction_no=one.number, paid_at=None if one.kind == "order" else one.at, expires_at=one.at + _HOUR,
            created_at=one.at - _HOUR, updated_at=one.at,
        )
        for one in orders
    ]  # fmt: skip
    return {row.provider_reference: row for row in PaymentAttempt.objects.bulk_create(rows)}


def _receipts(records: Iterable[Record], attempts: dict[str, PaymentAttempt], account: ProviderAccount) -> dict[str, Receipt]:
    """By our reference; of an order that was paid twice the first."""
    rows = [
        Receipt(
            account=account, transaction=attempts[one.name].transaction, attempt=attempts[one.name],
            provider_transaction_no=one.number, amount=one.amount, source="notice" if one.number else "manual",
            received_at=one.at, created_at=one.at,
        )
        for one in records
    ]  # fmt: skip
    found: dict[str, Receipt] = {}
    for row in Receipt.objects.bulk_create(rows):
        found.setdefault(str(row.attempt.provider_reference if row.attempt else ""), row)
    return found


def _refunds(records: list[Record], receipts: dict[str, Receipt], account: ProviderAccount, tenant: Tenant) -> None:
    rows = [
        Refund(
            tenant=tenant, transaction=receipts[one.of].transaction, receipt=receipts[one.of], account=account, amount=one.amount,
            manual=one.status == "manual", status="processing" if one.status == "processing" else "completed",
            provider_reference=one.name, provider_refund_id=one.number, requested_by="ketoan", requested_by_type="staff",
            created_at=one.at, updated_at=one.at, sent_at=one.at, completed_at=None if one.status == "processing" else one.at,
        )
        for one in records
    ]  # fmt: skip
    made = Refund.objects.bulk_create(rows)
    RefundAllocation.objects.bulk_create([RefundAllocation(refund=one, receipt=one.receipt, amount=one.amount) for one in made])
    for one in made:
        if one.status == "completed":
            one.receipt.refunded_amount += one.amount
            one.receipt.save(update_fields=["refunded_amount"])

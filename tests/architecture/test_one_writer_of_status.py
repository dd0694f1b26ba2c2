"""A payment's status is written in one place, where the table of states, the event, the audit entry and the callback are."""

from __future__ import annotations

import pytest

from tests.architecture.source import APPS, Module, modules
from tests.architecture.status_writes import status_writes

WRITER = "transactions/services/_transition.py"

VIOLATIONS = [
    "payment.status = 'completed'",
    "self.payment.status = Status.PAID",
    "payment.status, payment.late = 'completed', True",
    "txn.status: str = 'failed'",
    "something_unheard_of.status = 'failed'",
    "setattr(payment, 'status', 'failed')",
    "for name, value in changes.items():\n    setattr(payment, name, value)",
    "Transaction.objects.filter(pk=1).update(status='failed')",
    "Transaction.objects.filter(pk=1).update(**{'status': 'failed'})",
    "due.update(status=Status.EXPIRED)",
    "self.due.exclude(pk=1).update(status=Status.EXPIRED)",
    "Transaction.objects.bulk_update(rows, ['status'])",
    "update(payment, 'status', 'late')",
    "Transaction.objects.create(order_id='a', status='completed')",
    "Transaction(status='completed')",
    "Transaction.objects.update_or_create(pk=1, defaults={'status': 'failed'})",
    "cursor.execute('UPDATE transactions_transaction SET status = %s WHERE id = %s')",
    "cursor.execute('update transactions_transaction t set late = true, status=%s')",
    'cursor.execute(\'UPDATE "transactions_transaction" SET "status" = 1\')',
    "cursor.execute('UPDATE transactions_transaction SET (late, status) = (true, 1)')",
    "cursor.execute('UPDATE ONLY transactions_transaction AS t SET\\n late = true,\\n status = 1')",
    "cursor.execute(f'UPDATE {table} SET status = 1 WHERE id = 2')",
    "SQL = 'INSERT INTO transactions_transaction (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET status = 2'",
]
ALLOWED = [
    "attempt.status = 'failed'",
    "self.attempt.status = 'failed'",
    "if payment.status == 'pending': pass",
    "status = payment.status",
    "PaymentAttempt.objects.filter(pk=1).update(status='failed')",
    "Transaction.objects.filter(status='pending')",
    "Transaction.objects.filter(status='pending').update(late=True)",
    "Transaction.objects.filter(pk=1).update(late=True)",
    "setattr(payment, 'late', True)",
    "setattr(row, name, value)",
    "cursor.execute('UPDATE transactions_transaction SET late = true WHERE status = %s')",
    "cursor.execute('UPDATE transactions_paymentattempt SET status = %s')",
    "cursor.execute('UPDATE transactions_transaction SET callback_status = 1')",
    "cursor.execute('SELECT 1 FROM transactions_transaction WHERE status = 1')",
]


def test_no_other_code_writes_the_status_of_a_payment() -> None:
    found = [write for module in modules(*APPS, migrations=True) if module.path != WRITER for write in status_writes(module)]
    assert found == []


def test_the_writer_itself_is_seen_by_this_test() -> None:
    (writer,) = [module for module in modules("transactions") if module.path == WRITER]
    assert any("payment.status" in write for write in status_writes(writer))


@pytest.mark.parametrize("code", VIOLATIONS)
def test_a_second_writer_would_be_found(code: str) -> None:
    assert status_writes(Module.of(code))


@pytest.mark.parametrize("code", ALLOWED)
def test_the_statuses_of_other_things_are_left_alone(code: str) -> None:
    assert status_writes(Module.of(code)) == []

"""The truth that the fault tests ask for: it holds of a sound tenant, and each law notices when it is broken."""

import pytest
from django.db import connection

from tests.contracts.conftest import belongings
from tests.factories import truth

__all__ = ["belongings"]

_NEW_EVENT = (
    "INSERT INTO transactions_transactionevent (public_id, transaction_id, tenant_id, sequence, event_type, from_status,"
    " to_status, data, created_at) SELECT 'evt_x' || sequence, transaction_id, tenant_id, sequence + 10, 'paid', {}, {}, '{{}}',"
    " created_at FROM transactions_transactionevent WHERE tenant_id = %(mine)s AND event_type = 'paid'"
)
# (what a bug would do, the law that it breaks)
BREAKS = [
    ("UPDATE transactions_transaction SET status = 'failed' WHERE tenant_id = %(mine)s", "fold of its events"),
    (_NEW_EVENT.format("'pending'", "'completed'"), "numbered without a gap"),
    (_NEW_EVENT.format("'pending'", "'completed'"), "leaves a status"),
    (_NEW_EVENT.format("'completed'", "'refunded'"), "exactly one audit entry"),
    (
        "UPDATE transactions_transaction SET received_amount = 999999 WHERE tenant_id = %(mine)s",
        "sum of the receipts",
    ),
    ("UPDATE transactions_refund SET status = 'completed' WHERE tenant_id = %(mine)s", "sum of the completed refunds"),
    ("UPDATE transactions_refund SET amount = amount * 10 WHERE tenant_id = %(mine)s", "within the receipt"),
    ("UPDATE transactions_paymentattempt SET status = 'paid' WHERE status = 'pending'", "without a receipt"),
    ("UPDATE transactions_refund SET public_id = 'rfn_other' WHERE tenant_id = %(mine)s", "begun by one event"),
    ("UPDATE transactions_refund SET next_query_at = NULL WHERE tenant_id = %(mine)s", "will be asked for"),
    ("UPDATE transactions_dailyvolume SET amount = amount - 1 WHERE tenant_id = %(mine)s", "volume"),
    ("DELETE FROM webhooks_callbackdelivery WHERE tenant_id = %(mine)s", "one delivery for the client's address"),
    ("UPDATE webhooks_callbackdelivery SET delivered_at = now() WHERE tenant_id = %(mine)s", "delivered, scheduled or given up"),
    ("UPDATE webhooks_callbackdelivery SET attempts = 1 WHERE tenant_id = %(mine)s", "every try is counted"),
]


def test_the_truth_holds_of_a_sound_tenant(world, belongings):
    truth.check(world.acme.tenant_id, world.stranger.tenant_id)


@pytest.mark.parametrize(("bug", "law"), BREAKS, ids=[law for _, law in BREAKS])
def test_a_broken_law_is_noticed(world, belongings, bug, law):
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM tenants_tenant WHERE public_id = %s", [world.acme.tenant_id])
        cursor.execute(bug, {"mine": cursor.fetchone()[0]})
        assert cursor.rowcount > 0
    assert [name for name in truth.falsehoods(world.acme.tenant_id) if law in name], "the law says nothing"
    assert truth.falsehoods(world.stranger.tenant_id) == {}


def test_every_law_is_broken_by_a_test_but_those_that_a_constraint_holds():
    held = {"an event goes to an address once"}
    unbroken = {name for name in truth.PAYMENTS | truth.DELIVERIES if not any(law in name for _, law in BREAKS)}
    assert unbroken == held

"""Events are append-only, and carry the id of the database transaction that wrote them (the feed's order)."""

from django.db import migrations

FORWARD = """
ALTER TABLE transactions_transactionevent ADD COLUMN xid xid8 NOT NULL DEFAULT pg_current_xact_id();
CREATE INDEX event_feed ON transactions_transactionevent (tenant_id, xid, id) WHERE message_type IS NOT NULL;
CREATE TRIGGER event_append_only BEFORE UPDATE OR DELETE ON transactions_transactionevent
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER transaction_no_delete BEFORE DELETE ON transactions_transaction
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER receipt_no_delete BEFORE DELETE ON transactions_receipt
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
BACKWARD = """
DROP TRIGGER event_append_only ON transactions_transactionevent;
DROP TRIGGER transaction_no_delete ON transactions_transaction;
DROP TRIGGER receipt_no_delete ON transactions_receipt;
DROP INDEX event_feed;
ALTER TABLE transactions_transactionevent DROP COLUMN xid;
"""


class Migration(migrations.Migration):
    dependencies = [("transactions", "0001_initial"), ("audit", "0002_append_only")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]

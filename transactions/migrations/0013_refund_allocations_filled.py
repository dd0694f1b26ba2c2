"""Every refund there is gets its allocation; from now on the database itself refuses to give back more than came in."""

import django.db.models.deletion
from django.db import migrations, models

# The foreign keys are checked here, for a table with checks still to be made can not be altered.
FILL = """
UPDATE transactions_refund f SET account_id = r.account_id FROM transactions_receipt r WHERE r.id = f.receipt_id;
UPDATE transactions_refund SET sent_at = created_at WHERE status <> 'requested';
UPDATE transactions_refund SET source = 'staff' WHERE requested_by_type = 'staff';
INSERT INTO transactions_refundallocation (refund_id, receipt_id, amount)
    SELECT id, receipt_id, amount FROM transactions_refund ORDER BY id;
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
"""
GUARD = """
CREATE FUNCTION refunds_within_receipt() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    received bigint;
    given bigint;
BEGIN
    SELECT amount INTO received FROM transactions_receipt WHERE id = NEW.receipt_id FOR NO KEY UPDATE;
    -- A statement of its own after the lock, so that it sees what others committed meanwhile.
    SELECT coalesce(sum(a.amount), 0) INTO given FROM transactions_refundallocation a
        JOIN transactions_refund f ON f.id = a.refund_id WHERE a.receipt_id = NEW.receipt_id AND f.status <> 'failed';
    IF given > received THEN
        RAISE EXCEPTION 'receipt %: % received, % to be refunded', NEW.receipt_id, received, given
            USING ERRCODE = 'check_violation', CONSTRAINT = 'refunds_within_receipt';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER refunds_within_receipt AFTER INSERT ON transactions_refundallocation
    FOR EACH ROW EXECUTE FUNCTION refunds_within_receipt();
CREATE TRIGGER allocation_append_only BEFORE UPDATE OR DELETE ON transactions_refundallocation
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE FUNCTION refund_is_allocated() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    allocated bigint;
BEGIN
    SELECT coalesce(sum(amount), 0) INTO allocated FROM transactions_refundallocation WHERE refund_id = NEW.id;
    IF allocated <> NEW.amount THEN
        RAISE EXCEPTION 'refund %: % to be refunded, % allocated', NEW.id, NEW.amount, allocated
            USING ERRCODE = 'check_violation', CONSTRAINT = 'refund_is_allocated';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER refund_is_allocated AFTER INSERT ON transactions_refund DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION refund_is_allocated();
CREATE TRIGGER refund_no_delete BEFORE DELETE ON transactions_refund
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
-- What failed was given back to the balance and may have been refunded anew.
CREATE TRIGGER refund_stays_failed BEFORE UPDATE OF status ON transactions_refund
    FOR EACH ROW WHEN (OLD.status = 'failed' AND NEW.status <> 'failed') EXECUTE FUNCTION refuse_change();
"""
UNGUARD = """
DROP TRIGGER refund_stays_failed ON transactions_refund;
DROP TRIGGER refund_no_delete ON transactions_refund;
DROP TRIGGER refund_is_allocated ON transactions_refund;
DROP FUNCTION refund_is_allocated();
DROP TRIGGER allocation_append_only ON transactions_refundallocation;
DROP TRIGGER refunds_within_receipt ON transactions_refundallocation;
DROP FUNCTION refunds_within_receipt();
"""


class Migration(migrations.Migration):
    dependencies = [("transactions", "0012_refund_allocations"), ("audit", "0002_append_only")]
    operations = [
        migrations.RunSQL(FILL, "DELETE FROM transactions_refundallocation"),
        migrations.AlterField(
            model_name="refund",
            name="account",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tenants.provideraccount",
                verbose_name="account",
            ),
        ),
        migrations.RunSQL(GUARD, UNGUARD),
    ]

"""What a bug would do to one row, for each law: SQL that returns the id by which the law has to name it."""

from __future__ import annotations

# Words of the statements below.
WORDS = {
    "ONE_PAID": "(SELECT id FROM PAYMENTS WHERE tenant_id = %(mine)s AND status = 'completed' AND NOT late"
    " AND received_amount = amount ORDER BY id DESC LIMIT 1)",
    "OF_MINE": "transaction_id IN (SELECT id FROM PAYMENTS WHERE tenant_id = %(mine)s)",
    "ITS_PAYMENT": "(SELECT t.public_id FROM PAYMENTS t WHERE t.id = transaction_id)",
    "ITS_ACCOUNT": "(SELECT p.public_id FROM tenants_provideraccount p WHERE p.id = account_id)",
    "ITS_DAY": "(received_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date",
    "PAYMENTS": "transactions_transaction",
    "EVENTS": "transactions_transactionevent",
    "ATTEMPTS": "transactions_paymentattempt",
    "RECEIPTS": "transactions_receipt",
    "REFUNDS": "transactions_refund",
    "PARTS": "transactions_refundallocation",
    "ISSUES": "transactions_moneyissue",
    "DELIVERIES": "webhooks_callbackdelivery",
}
CORRUPTIONS = {
    "payment_is_the_fold_of_its_events": "UPDATE PAYMENTS SET status = 'failed' WHERE id = ONE_PAID RETURNING public_id",
    "events_follow_each_other": """
        UPDATE EVENTS SET sequence = 9 WHERE transaction_id = ONE_PAID AND event_type = 'paid'
        RETURNING public_id""",
    "every_move_is_in_the_table": """
        UPDATE EVENTS SET from_status = 'refunded' WHERE transaction_id = ONE_PAID AND event_type = 'paid'
        RETURNING public_id""",
    "each_move_has_one_audit_entry": """
        DELETE FROM audit_auditentry WHERE additional_data ->> 'event_id' = (SELECT public_id FROM EVENTS WHERE
        transaction_id = ONE_PAID AND event_type = 'paid')
        RETURNING additional_data ->> 'event_id'""",
    "late_is_what_came_after_the_end": """
        UPDATE PAYMENTS SET late = false WHERE tenant_id = %(mine)s AND late RETURNING public_id""",
    "refunded_is_what_the_events_told": """
        UPDATE EVENTS SET data = data || '{"refund_amount": 1}' WHERE id = (SELECT id FROM EVENTS WHERE tenant_id =
        %(mine)s AND event_type = 'refund_completed' LIMIT 1)
        RETURNING ITS_PAYMENT""",
    "received_is_the_sum_of_the_receipts": """
        UPDATE PAYMENTS SET received_amount = received_amount + 1 WHERE id = ONE_PAID RETURNING public_id""",
    "paid_attempt_has_its_receipt": """
        UPDATE ATTEMPTS SET status = 'paid' WHERE id = (SELECT id FROM ATTEMPTS WHERE OF_MINE AND status = 'pending'
        LIMIT 1)
        RETURNING public_id""",
    "paid_payment_has_its_money": "UPDATE PAYMENTS SET amount = amount + 1 WHERE id = ONE_PAID RETURNING public_id",
    "paid_payment_was_paid_by_an_attempt": """
        UPDATE ATTEMPTS SET status = 'pending' WHERE transaction_id = ONE_PAID RETURNING ITS_PAYMENT""",
    "net_is_the_amount_less_the_fee": "UPDATE PAYMENTS SET net_amount = net_amount - 1 WHERE id = ONE_PAID RETURNING public_id",
    "nobodys_money_is_looked_at": "DELETE FROM ISSUES WHERE issue_type = 'unidentified_money' RETURNING cause",
    "refunded_is_the_sum_of_the_refunds": """
        UPDATE REFUNDS SET status = 'processing' WHERE id = (SELECT id FROM REFUNDS WHERE tenant_id = %(mine)s AND
        status = 'completed' LIMIT 1)
        RETURNING ITS_PAYMENT""",
    "refunds_are_within_the_payment": """
        UPDATE REFUNDS SET amount = 999999 WHERE id = (SELECT id FROM REFUNDS WHERE tenant_id = %(mine)s AND status <>
        'failed' LIMIT 1)
        RETURNING ITS_PAYMENT""",
    "receipt_gave_what_its_refunds_took": """
        UPDATE RECEIPTS SET refunded_amount = refunded_amount + 1 WHERE transaction_id = ONE_PAID
        RETURNING public_id""",
    "refunds_are_within_the_receipt": """
        UPDATE PARTS SET amount = 999999 WHERE id = (SELECT a.id FROM PARTS a JOIN REFUNDS f ON f.id = a.refund_id WHERE
        f.tenant_id = %(mine)s AND f.status <> 'failed' LIMIT 1)
        RETURNING (SELECT public_id FROM RECEIPTS r WHERE r.id = receipt_id)""",
    "refund_is_the_sum_of_its_parts": """
        DELETE FROM PARTS WHERE id = (SELECT a.id FROM PARTS a JOIN REFUNDS f ON f.id = a.refund_id WHERE f.tenant_id =
        %(mine)s LIMIT 1)
        RETURNING (SELECT public_id FROM REFUNDS f WHERE f.id = refund_id)""",
    "status_agrees_with_what_went_back": """
        UPDATE PAYMENTS SET status = 'partially_refunded' WHERE id = ONE_PAID RETURNING public_id""",
    "refund_is_told_once": """
        DELETE FROM EVENTS WHERE tenant_id = %(mine)s AND event_type = 'refund_failed'
        RETURNING data ->> 'refund_id'""",
    "what_is_unknown_is_asked_for": """
        UPDATE ATTEMPTS SET next_query_at = NULL WHERE OF_MINE AND status = 'unknown' RETURNING public_id""",
    "late_money_has_its_issue": "DELETE FROM ISSUES WHERE issue_type = 'late_success' RETURNING cause",
    "surplus_money_has_its_issue": "DELETE FROM ISSUES WHERE issue_type = 'double_payment' RETURNING cause",
    "surplus_is_covered_by_issues": "UPDATE ISSUES SET amount = 1 WHERE issue_type = 'double_payment' RETURNING ITS_PAYMENT",
    "money_after_the_end_has_its_issue": """
        DELETE FROM ISSUES WHERE issue_type = 'underpaid' AND cause LIKE 'rcp%%' RETURNING cause""",
    "ended_payment_holds_no_money_in_silence": "DELETE FROM ISSUES WHERE issue_type = 'underpaid' RETURNING ITS_PAYMENT",
    "event_goes_to_every_address": """
        DELETE FROM DELIVERIES WHERE id = (SELECT id FROM DELIVERIES WHERE tenant_id = %(mine)s AND endpoint_id IS NOT
        NULL LIMIT 1)
        RETURNING (SELECT public_id FROM EVENTS e WHERE e.id = event_id)""",
    "only_what_is_called_back_is_delivered": """
        UPDATE DELIVERIES SET event_id = (SELECT id FROM EVENTS e WHERE e.transaction_id = DELIVERIES.transaction_id AND
        event_type = 'created') WHERE id = (SELECT id FROM DELIVERIES WHERE tenant_id = %(mine)s LIMIT 1)
        RETURNING public_id""",
    "delivery_is_delivered_scheduled_or_dead": """
        UPDATE DELIVERIES SET next_attempt_at = '9999-01-01' WHERE id = (SELECT id FROM DELIVERIES WHERE tenant_id =
        %(mine)s LIMIT 1)
        RETURNING public_id""",
    "every_try_is_counted": """
        UPDATE DELIVERIES SET attempts = 1 WHERE id = (SELECT id FROM DELIVERIES WHERE tenant_id = %(mine)s LIMIT 1)
        RETURNING public_id""",
    "payment_has_an_account_of_its_tenant": """
        UPDATE PAYMENTS SET account_id = %(account)s WHERE id = ONE_PAID RETURNING public_id""",
    "attempt_has_an_account_of_its_tenant": """
        UPDATE ATTEMPTS SET account_id = %(account)s WHERE transaction_id = ONE_PAID RETURNING public_id""",
    "receipt_is_of_its_attempt": """
        UPDATE RECEIPTS SET account_id = %(account)s WHERE transaction_id = ONE_PAID RETURNING public_id""",
    "refund_is_of_its_receipt": """
        UPDATE REFUNDS SET tenant_id = %(other)s WHERE id = (SELECT id FROM REFUNDS WHERE tenant_id = %(mine)s LIMIT 1)
        RETURNING public_id""",
    "refund_takes_from_its_own_payment": """
        UPDATE PARTS SET receipt_id = (SELECT id FROM RECEIPTS WHERE transaction_id = ONE_PAID) WHERE id = (SELECT a.id
        FROM PARTS a JOIN REFUNDS f ON f.id = a.refund_id WHERE f.tenant_id = %(mine)s AND f.transaction_id <> ONE_PAID
        LIMIT 1)
        RETURNING (SELECT public_id FROM REFUNDS f WHERE f.id = refund_id)""",
    "event_is_of_its_payments_tenant": """
        UPDATE EVENTS SET tenant_id = %(other)s WHERE transaction_id = ONE_PAID AND event_type = 'paid'
        RETURNING public_id""",
    "delivery_is_of_its_event": """
        UPDATE DELIVERIES SET tenant_id = %(other)s WHERE id = (SELECT id FROM DELIVERIES WHERE tenant_id = %(mine)s
        LIMIT 1)
        RETURNING public_id""",
    "key_is_of_its_payments_tenant": """
        UPDATE transactions_idempotencyrecord SET transaction_id = ONE_PAID WHERE id = (SELECT id FROM
        transactions_idempotencyrecord WHERE tenant_id = %(mine)s AND subject_id <> '' LIMIT 1)
        RETURNING concat('key ', id)""",
    "issue_is_of_its_payment": """
        UPDATE ISSUES SET transaction_id = ONE_PAID WHERE issue_type = 'double_payment' RETURNING public_id""",
    "money_in_is_conserved_per_account_and_day": """
        UPDATE RECEIPTS SET refunded_amount = refunded_amount + 1 WHERE id = (
            SELECT id FROM RECEIPTS WHERE OF_MINE AND refunded_amount = 0 LIMIT 1)
        RETURNING concat(ITS_ACCOUNT, ' ', ITS_DAY)""",
    "money_out_is_conserved_per_account_and_day": """
        UPDATE REFUNDS SET account_id = %(account)s WHERE id = (SELECT id FROM REFUNDS WHERE tenant_id = %(mine)s AND
        status = 'completed' LIMIT 1)
        RETURNING concat(ITS_ACCOUNT, ' ', (completed_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date)""",
    "volume_of_a_day_is_what_is_open_or_paid": """
        UPDATE transactions_dailyvolume SET amount = amount - 1 WHERE tenant_id = %(mine)s
        RETURNING concat((SELECT public_id FROM tenants_tenant n WHERE n.id = tenant_id), ' ', day)""",
}
# The table itself refuses it, whatever the triggers do.
HELD_BY_A_CONSTRAINT = {"event_goes_to_an_address_once"}


def statement(law: str) -> str:
    """The SQL that breaks the law."""
    sql = CORRUPTIONS[law]
    for word, meaning in WORDS.items():
        sql = sql.replace(word, meaning)
    return sql

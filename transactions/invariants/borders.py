"""No row refers to what belongs to another payment, another account or another tenant."""

from __future__ import annotations

from transactions.invariants.law import Law, filled

# Whether an account may take money for a tenant: its own, or its project's.
_FOREIGN = "NOT (acc.tenant_id IS NOT DISTINCT FROM n.id OR acc.project_id IS NOT DISTINCT FROM n.project_id)"

LAWS = (
    Law(
        "payment_has_an_account_of_its_tenant",
        "A payment names an account of its tenant or of that one's project.",
        filled(
            """
        SELECT t.public_id, n.public_id, acc.public_id FROM PAYMENTS t
        JOIN tenants_tenant n ON n.id = t.tenant_id JOIN tenants_provideraccount acc ON acc.id = t.account_id WHERE FOREIGN""",
            FOREIGN=_FOREIGN,
        ),
    ),
    Law(
        "attempt_has_an_account_of_its_tenant",
        "An attempt is made at an account of its tenant, or of that one's project, and at that account's provider.",
        filled(
            """
        SELECT a.public_id, concat(n.public_id, ' ', a.provider_code), concat(acc.public_id, ' ', p.code) FROM ATTEMPTS a
        JOIN transactions_transaction t ON t.id = a.transaction_id JOIN tenants_tenant n ON n.id = t.tenant_id
        JOIN tenants_provideraccount acc ON acc.id = a.account_id JOIN tenants_paymentprovider p ON p.id = acc.provider_id
        WHERE p.code <> a.provider_code OR FOREIGN""",
            FOREIGN=_FOREIGN,
        ),
    ),
    Law(
        "receipt_is_of_its_attempt",
        "A receipt belongs to the payment of its attempt, and came to that attempt's account.",
        """
        SELECT r.public_id, concat('payment ', a.transaction_id, ', account ', a.account_id),
            concat('payment ', r.transaction_id, ', account ', r.account_id)
        FROM RECEIPTS r JOIN transactions_paymentattempt a ON a.id = r.attempt_id
        WHERE (r.transaction_id, r.account_id) IS DISTINCT FROM (a.transaction_id, a.account_id)""",
    ),
    Law(
        "refund_is_of_its_receipt",
        "A refund belongs to its payment's tenant, and its receipt to the same payment and account.",
        """
        SELECT f.public_id, concat('tenant ', t.tenant_id, ', payment ', f.transaction_id, ', account ', f.account_id),
            concat('tenant ', f.tenant_id, ', payment ', r.transaction_id, ', account ', r.account_id)
        FROM REFUNDS f JOIN transactions_transaction t ON t.id = f.transaction_id
        JOIN transactions_receipt r ON r.id = f.receipt_id
        WHERE (t.tenant_id, f.transaction_id, f.account_id) IS DISTINCT FROM (f.tenant_id, r.transaction_id, r.account_id)""",
    ),
    Law(
        "refund_takes_from_its_own_payment",
        "Every part of a refund comes out of a receipt of the same payment.",
        """
        SELECT f.public_id, concat('payment ', f.transaction_id), concat('payment ', r.transaction_id) FROM REFUNDS f
        JOIN transactions_refundallocation a ON a.refund_id = f.id JOIN transactions_receipt r ON r.id = a.receipt_id
        WHERE r.transaction_id IS DISTINCT FROM f.transaction_id""",
    ),
    Law(
        "event_is_of_its_payments_tenant",
        "An event belongs to the tenant of its payment.",
        """
        SELECT e.public_id, concat('tenant ', t.tenant_id), concat('tenant ', e.tenant_id) FROM EVENTS e
        JOIN transactions_transaction t ON t.id = e.transaction_id WHERE e.tenant_id <> t.tenant_id""",
    ),
    Law(
        "delivery_is_of_its_event",
        "A delivery belongs to the payment and the tenant of its event, and so does its endpoint.",
        """
        SELECT d.public_id, concat('tenant ', e.tenant_id, ', payment ', e.transaction_id),
            concat('tenant ', d.tenant_id, ', payment ', d.transaction_id, ', endpoint of tenant ', p.tenant_id)
        FROM DELIVERIES d JOIN transactions_transactionevent e ON e.id = d.event_id
        LEFT JOIN webhooks_callbackendpoint p ON p.id = d.endpoint_id
        WHERE (d.tenant_id, d.transaction_id) IS DISTINCT FROM (e.tenant_id, e.transaction_id) OR p.tenant_id <> e.tenant_id""",
    ),
    Law(
        "key_is_of_its_payments_tenant",
        "An idempotency key remembers a payment of the tenant that used it, and a refund of that payment.",
        """
        SELECT concat('key ', k.id), concat('tenant ', k.tenant_id),
            concat('tenant ', t.tenant_id, ', refund of payment ', f.transaction_id)
        FROM KEYS k JOIN transactions_transaction t ON t.id = k.transaction_id
        LEFT JOIN transactions_refund f ON k.subject_id <> '' AND f.public_id = k.subject_id
        WHERE t.tenant_id <> k.tenant_id OR f.transaction_id <> k.transaction_id""",
    ),
    Law(
        "issue_is_of_its_payment",
        "A money issue is about a receipt and a refund of its own payment; where a number was seen before, about another's.",
        """
        SELECT i.public_id, concat('payment ', i.transaction_id),
            concat('receipt of payment ', r.transaction_id, ', refund of payment ', f.transaction_id)
        FROM ISSUES i LEFT JOIN transactions_receipt r ON r.id = i.receipt_id
        LEFT JOIN transactions_refund f ON f.id = i.refund_id
        WHERE f.transaction_id <> i.transaction_id
            OR (i.issue_type <> 'reused_number' AND r.transaction_id <> i.transaction_id)""",
    ),
)

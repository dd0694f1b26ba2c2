"""Lines and records as the strategies see them: the same columns for receipts and refunds, and what is used up left out."""

from __future__ import annotations

from reconciliation.matching.fees import SCHEDULES, fee_sql


def lines(where: str, near: str = "") -> str:
    """Lines of the account that no match and no pay-out uses; ``where`` says which, about ``l``.

    ``near`` bounds the matches that are looked at, so that a day is not held against those of years. A number of "0" is none
    (VNPay). Pay-outs that a provider lists are the third leg's.
    """
    return f"""
SELECT l.id AS line, l.kind IN ('refund', 'debit') AS l_out, l.kind AS l_kind, l.status AS l_status,
       nullif(l.number, '0') AS l_number, l.original_number AS l_original, l.reference AS l_reference,
       l.memo_references AS l_memo, l.amount AS l_amount, l.fee AS l_fee, l.net AS l_net, l.currency AS l_currency,
       l.occurred_at AS l_at, l.business_day AS l_day
FROM reconciliation_statementline l
WHERE l.account_id = %(account)s AND l.kind <> 'settlement' AND ({where})
  AND NOT EXISTS (SELECT FROM reconciliation_match m WHERE m.line_id = l.id AND m.undone_at IS NULL {near})
  AND NOT EXISTS (SELECT FROM reconciliation_settlement p WHERE p.bank_line_id = l.id)
"""


# Receipts are successes: nothing else makes one.
_RECEIPTS = f"""
SELECT c.id AS record, c.id AS receipt_id, NULL::bigint AS refund_id, false AS r_out, 'success' AS r_status,
       c.provider_transaction_no AS r_number, NULL::varchar AS r_original, a.provider_reference AS r_reference,
       NULL::varchar AS r_payment, c.amount AS r_amount, {fee_sql("c.amount")} AS r_fee, c.received_at AS r_at,
       ((c.received_at AT TIME ZONE 'Asia/Ho_Chi_Minh') + %(shift)s)::date AS r_day, c.transaction_id AS payment,
       false AS manual
FROM transactions_receipt c
LEFT JOIN transactions_paymentattempt a ON a.id = c.attempt_id
LEFT JOIN ({SCHEDULES}) s ON c.received_at >= s.valid_from AND c.received_at < s.valid_to
WHERE c.account_id = %(account)s AND ({{receipts}})
  AND NOT EXISTS (SELECT FROM reconciliation_match m WHERE m.receipt_id = c.id AND m.undone_at IS NULL {{near}})
"""
# A refund takes no fee back and costs none. Two of ours with one number of the provider's are told apart by other fields.
_REFUNDS = """
SELECT -f.id, NULL::bigint, f.id, true,
       CASE f.status WHEN 'completed' THEN 'success' WHEN 'failed' THEN 'failed' ELSE 'pending' END,
       CASE WHEN count(*) OVER (PARTITION BY f.provider_refund_id) = 1 THEN nullif(f.provider_refund_id, '0') END,
       c.provider_transaction_no, f.provider_reference, a.provider_reference, f.amount, 0::bigint, f.at,
       ((f.at AT TIME ZONE 'Asia/Ho_Chi_Minh') + %(shift)s)::date, f.transaction_id, f.manual
FROM (SELECT *, coalesce(completed_at, sent_at, created_at) AS at FROM transactions_refund) f
JOIN transactions_receipt c ON c.id = f.receipt_id
LEFT JOIN transactions_paymentattempt a ON a.id = c.attempt_id
WHERE f.account_id = %(account)s AND ({refunds})
  AND NOT EXISTS (SELECT FROM reconciliation_match m WHERE m.refund_id = f.id AND m.undone_at IS NULL)
"""


def records(receipts: str, refunds: str, near: str = "") -> str:
    """Receipts and refunds of the account that no match uses; the conditions are about ``c`` (with ``a``) and ``f``."""
    return _RECEIPTS.format(receipts=receipts, near=near) + "UNION ALL" + _REFUNDS.format(refunds=refunds)

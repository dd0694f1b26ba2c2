"""What the documentation shows."""

from __future__ import annotations

from typing import Any

RUN_ID = "rec_01jd5w2mzq8v4c7x9k3n6r1t5b"
DETAIL_ID = "rci_01jd5w2mzq8v4c7x9k3n6r1t5b"
ACCOUNT_ID = "acc_01jd5w2mzq8v4c7x9k3n6r1t5b"
STATEMENT_ID = "stm_01jd5w2mzq8v4c7x9k3n6r1t5b"
_AT = "2026-11-22T03:00:02.000+07:00"
RUN: dict[str, Any] = {
    "reconciliation_id": RUN_ID,
    "account_id": ACCOUNT_ID,
    "provider_code": "vnpay",
    "tenant_id": "tnt_01jd5w2mzq8v4c7x9k3n6r1t5b",
    "date": "2026-11-21",
    "state": "completed",
    "cause": "nightly",
    "requested_by": "system",
    "progress": [{"step": "number", "matched": 1204}],
    "lines": 1206,
    "records": 1205,
    "matched": 1204,
    "open_items": 3,
    "counts": {"by_strategy": {"number": 1204}, "by_type": {"missing_in_system": 2, "missing_at_provider": 1}},
    "totals": {"gross": {"ours": 120500000, "theirs": 120600000}},
    "changes": [],
    "error_code": None,
    "created_at": _AT,
    "started_at": _AT,
    "finished_at": _AT,
}
STARTED: dict[str, Any] = {
    **RUN, "state": "queued", "reconciliations": [{"reconciliation_id": RUN_ID, "date": "2026-11-21"}],
}  # fmt: skip
DETAIL: dict[str, Any] = {
    "detail_id": DETAIL_ID,
    "type": "missing_in_system",
    "state": "open",
    "account_id": ACCOUNT_ID,
    "date": "2026-11-21",
    "amount": 100000,
    "ours": None,
    "theirs": {
        "kind": "payment", "number": "14339599", "reference": "P01JD5W2M", "amount": 100000, "fee": 2300, "net": 97700,
        "currency": "VND", "status": "success", "occurred_at": "2026-11-21T10:15:00.000+07:00",
    },
    "differences": [],
    "explanation": "Cổng có, sổ của ta không có.",
    "match": None,
    "transaction_id": None,
    "receipt_id": None,
    "refund_id": None,
    "issue_id": None,
    "statement_id": STATEMENT_ID,
    "line_no": 17,
    "late_until": None,
    "action": None,
    "note": "",
    "approval_id": None,
    "closed_by": None,
    "closed_at": None,
    "effects": {},
    "created_at": _AT,
}  # fmt: skip
ASKED: dict[str, Any] = {
    **DETAIL, "state": "proposed", "action": "accept_provider", "note": "Đã hỏi VNPay",
    "approval_id": "apr_01jd5w2mzq8v4c7x9k3n6r1t5b",
}  # fmt: skip
MATCH: dict[str, Any] = {
    "match_id": "42",
    "strategy": "number",
    "score": 100,
    "explanation": {"strategy": "number", "score": 100, "agreed": ["number", "amount"], "differed": []},
    "line": {"statement_id": STATEMENT_ID, "line_no": 18},
    "receipt_id": "rcp_01jd5w2mzq8v4c7x9k3n6r1t5b",
    "refund_id": None,
    "made_by": None,
    "created_at": _AT,
    "undone_at": None,
}
STATEMENT: dict[str, Any] = {
    "statement_id": STATEMENT_ID,
    "account_id": ACCOUNT_ID,
    "kind": "provider",
    "source": "api",
    "state": "imported",
    "file_name": "vnpay_20261121.csv",
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "size": 182044,
    "profile": "vnpay · standard v1",
    "date_from": "2026-11-21",
    "date_to": "2026-11-21",
    "rows_read": 1206,
    "rows_bad": 0,
    "rows_known": 0,
    "rows_imported": 1206,
    "skip_bad": False,
    "error_code": None,
    "error_detail": None,
    "created_by": "ketoan",
    "created_at": _AT,
    "imported_at": _AT,
}
BAD_ROW: dict[str, Any] = {"line_no": 9, "field": "amount", "reason": "amount"}

"""VNPay's field texts as our values. The only place, with ``to_vnpay_amount``, that knows of hundredths of a đồng."""

from __future__ import annotations

from collections.abc import Mapping

from payments_site.kernel.clock import from_compact
from transactions.providers.base import StatusReport
from transactions.providers.vnpay.signing import NOT_SIGNED
from transactions.providers.vnpay.verdicts import Verdict

_LONGEST_AMOUNT = 12


def to_vnpay_amount(amount: int) -> str:
    """đồng -> ``vnp_Amount``: digits of hundredths."""
    return str(amount * 100)


def amount_of(text: str) -> int | None:
    """``vnp_Amount`` -> đồng; ``None`` when it is not digits or not whole đồng, which equals no amount."""
    if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST_AMOUNT):
        return None
    whole, rest = divmod(int(text), 100)
    return None if rest else whole


def number_of(text: str) -> str | None:
    """A number VNPay gave, ``None`` for its "0" and for nothing."""
    return text if text.strip("0") else None


def report_of(fields: Mapping[str, str], verdict: Verdict) -> StatusReport:
    """A report of verified ``fields``; empty ones count as absent."""
    return StatusReport(
        outcome=verdict.outcome,
        reference=fields.get("vnp_TxnRef", ""),
        amount=amount_of(fields.get("vnp_Amount", "")),
        transaction_no=number_of(fields.get("vnp_TransactionNo", "")),
        paid_at=from_compact(fields.get("vnp_PayDate", "")),
        response_code=fields.get("vnp_ResponseCode") or None,
        transaction_status=fields.get("vnp_TransactionStatus") or None,
        failure_code=verdict.code,
        failure_vi=verdict.vi,
        failure_en=verdict.en,
        bank_code=fields.get("vnp_BankCode") or None,
        bank_transaction_no=fields.get("vnp_BankTranNo") or None,
        card_type=fields.get("vnp_CardType") or None,
        pay_date=fields.get("vnp_PayDate") or None,
        signature=fields.get("vnp_SecureHash") or None,
        fields=record_of(fields),
        unknown_code=verdict.unknown,
    )


def record_of(fields: Mapping[str, str]) -> dict[str, str]:
    """The fields for the record: without the signature and without empty ones, whose presence need not be signed."""
    return {name: value for name, value in fields.items() if value and name not in NOT_SIGNED}

"""How each provider writes one line of a payment or a refund: in the names of its documents."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.factories.planted.world import VIETNAM, Line

Row = list[str | int]


@dataclass(frozen=True)
class Columns:
    """The header, the line under it, and what stands between the cells."""

    header: tuple[str, ...]
    row: Callable[[Line], Row]
    delimiter: str = ","


def _when(line: Line, form: str) -> str:
    return line.at.astimezone(VIETNAM).strftime(form)


def _is_refund(line: Line) -> bool:
    return line.kind == "refund"


def _net(line: Line) -> int:
    return -line.amount if _is_refund(line) else line.amount - line.fee


def _order(line: Line) -> str:
    return line.payment_reference if _is_refund(line) else line.reference


def _vnpay(line: Line) -> Row:
    status = {"success": "00", "pending": "01", "failed": "02", "reversed": "04"}[line.status]
    return [
        "PLANTED1", _order(line), line.number, f"VNP{line.number}", "NCB", "ATM", _when(line, "%Y%m%d%H%M%S"), line.amount,
        line.currency, line.fee, _net(line), "02" if _is_refund(line) else "01", status, line.original,
        line.reference if _is_refund(line) else "",
    ]  # fmt: skip


def _momo(line: Line) -> Row:
    code = {"success": 0, "pending": 7002, "failed": 1001, "reversed": 1017}[line.status]
    numbers = (line.original, line.number) if _is_refund(line) else (line.number, "")
    milliseconds = int(line.at.timestamp()) * 1_000
    return [
        "PLANTED1", line.kind, line.reference, f"RQ{line.number}", *numbers, line.amount, line.fee, line.currency, "qr", code,
        milliseconds,
    ]  # fmt: skip


def _zalopay(line: Line) -> Row:
    code = {"success": 1, "pending": 3, "failed": 2, "reversed": 2}[line.status]
    refund = _is_refund(line)
    return [
        "919001", "REFUND" if refund else "PAYMENT", _order(line), line.original if refund else line.number,
        line.reference if refund else "", line.number if refund else "", line.amount, 0, 0, line.fee, _net(line), line.currency,
        code, _when(line, "%Y-%m-%d %H:%M:%S"),
    ]  # fmt: skip


def _napas(line: Line) -> Row:
    code = {"success": "0000", "pending": "0068", "failed": "0005", "reversed": "0117"}[line.status]
    refund = _is_refund(line)
    amounts = [f"{amount:,}" for amount in (line.amount, line.fee, _net(line))]
    return [
        "PLANTED1", "REFUND" if refund else "PURCHASE", _order(line), line.number, line.original,
        line.reference if refund else "", *amounts, line.currency, "AtmCard", _when(line, "%d/%m/%Y"),
        _when(line, "%H:%M:%S"), code,
    ]  # fmt: skip


GATEWAYS = {
    "vnpay": Columns(
        (
            "TmnCode", "TxnRef", "TransactionNo", "BankTranNo", "BankCode", "CardType", "PayDate", "Amount", "CurrCode", "Fee",
            "NetAmount", "TransactionType", "TransactionStatus", "OriginalTransactionNo", "RequestId",
        ),
        _vnpay,
    ),
    "momo": Columns(
        (
            "partnerCode", "type", "orderId", "requestId", "transId", "refundTransId", "amount", "fee", "currency", "payType",
            "resultCode", "responseTime",
        ),
        _momo,
    ),
    "zalopay": Columns(
        (
            "app_id", "type", "app_trans_id", "zp_trans_id", "m_refund_id", "refund_id", "amount", "discount_amount",
            "user_fee_amount", "merchant_fee_amount", "settled_amount", "currency", "return_code", "trans_time",
        ),
        _zalopay,
    ),
    "napas": Columns(
        (
            "MID", "TRANS_TYPE", "ORDER_ID", "TRANS_ID", "ORIGINAL_TRANS_ID", "REFUND_ID", "AMOUNT", "FEE", "NET", "CURRENCY",
            "CARD_SCHEME", "TRANS_DATE", "TRANS_TIME", "RRC",
        ),
        _napas,
        ";",
    ),
}  # fmt: skip

"""Files for the tests, written by hand: VNPay's columns."""

from __future__ import annotations

from collections.abc import Iterable

HEAD = (
    "TmnCode,TxnRef,TransactionNo,PayDate,Amount,Fee,NetAmount,TransactionType,TransactionStatus,OriginalTransactionNo,RequestId"
)


def row(number: int, *, day: str = "20261121", amount: int = 100_000) -> str:
    """One payment."""
    clock = f"{number // 3600 % 24:02d}{number // 60 % 60:02d}{number % 60:02d}"
    return f"DEMO0001,SP{number:08d},{14_000_000 + number},{day}{clock},{amount},1100,{amount - 1100},01,00,,"


def csv_file(rows: Iterable[str]) -> bytes:
    """A whole file."""
    return ("\r\n".join([HEAD, *rows]) + "\r\n").encode()

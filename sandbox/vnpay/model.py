"""What VNPay knows: terminals, payments, their IPN tries and refunds. Amounts are whole VND."""

import time
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sandbox.state import JsonObject
from sandbox.vnpay.signing import read_vietnam_time

_NUMBERS_SINCE = 1767225600  # 2026-01-01T00:00:00Z


@dataclass
class Terminal:
    """A merchant's terminal. `websites`: hosts vnp_ReturnUrl may have; None allows any."""

    tmn_code: str
    hash_secret: str = field(repr=False)
    ipn_url: str = ""
    name: str = ""
    websites: list[str] | None = None
    approved: bool = True


@dataclass
class IpnTry:
    """One call of the merchant's IPN address and its answer; `error` when no HTTP answer came."""

    kind: str
    method: str
    url: str
    at: str
    milliseconds: int = 0
    status: int | None = None
    rsp_code: str | None = None
    message: str | None = None
    body: str = ""
    error: str | None = None

    @property
    def acknowledged(self) -> bool:
        return self.status == 200 and ends_retries(self.rsp_code)


def ends_retries(rsp_code: str | None) -> bool:
    """VNPay calls again unless the merchant answered 00 (stored now) or 02 (stored before)."""
    return rsp_code in {"00", "02"}


@dataclass
class Refund:
    """One accepted refund request; status 05 in work, 06 sent to the bank, 09 refused by it."""

    number: str
    request_id: str
    transaction_type: str
    amount: int
    create_by: str
    order_info: str
    pay_date: str
    status: str = "05"
    due_at: float | None = None
    of_number: str = ""


@dataclass
class Payment:
    """One vnp_TxnRef of one terminal on one day, from the moment its page was opened.

    `state`: open, processing (the bank has not confirmed yet), paid, suspicious, failed, cancelled.
    """

    token: str
    tmn_code: str
    txn_ref: str
    amount: int
    create_date: str
    expire_date: str
    order_info: str
    locale: str
    return_url: str
    asked_bank: str
    secure_hash: str
    page_ends: str = ""
    chosen_bank: str = ""
    settle_at: float = 0
    second_transaction_no: str = ""
    state: str = "open"
    response_code: str = ""
    transaction_status: str = "01"
    transaction_no: str = "0"
    bank_code: str = "VNPAY"
    bank_tran_no: str = ""
    card_type: str = ""
    pay_date: str = ""
    ipn_mode: str = "normal"
    ipn_pending: bool = False
    ipn_next_at: float = 0
    ipn: list[IpnTry] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)

    @property
    def money_taken(self) -> bool:
        return self.state in {"paid", "suspicious"}

    @property
    def finished(self) -> bool:
        return self.state not in {"open", "processing"}

    @property
    def deadline(self) -> datetime:
        """When the page closes: vnp_ExpireDate, or the end of the page's own countdown if that is sooner."""
        return read_vietnam_time(min(self.expire_date, self.page_ends or self.expire_date))

    def expired(self, now: datetime) -> bool:
        return self.deadline <= now

    def result_fields(self, *, second: bool = False) -> dict[str, str]:
        """The fields of IPN and return, unsigned; what has no value is left out. `second`: of the second time it was paid."""
        fields = self._fields()
        if second and self.second_transaction_no:
            fields["vnp_TransactionNo"] = self.second_transaction_no
            fields["vnp_BankTranNo"] = f"VNP{self.second_transaction_no}"
        return {name: value for name, value in fields.items() if value}

    def _fields(self) -> dict[str, str]:
        return {
            "vnp_Amount": str(self.amount * 100),
            "vnp_BankCode": self.bank_code,
            "vnp_BankTranNo": self.bank_tran_no,
            "vnp_CardType": self.card_type,
            "vnp_OrderInfo": self.order_info,
            "vnp_PayDate": self.pay_date,
            "vnp_ResponseCode": self.response_code,
            "vnp_TmnCode": self.tmn_code,
            "vnp_TransactionNo": self.transaction_no,
            "vnp_TransactionStatus": self.transaction_status,
            "vnp_TxnRef": self.txn_ref,
        }


class Ledger:
    """All terminals and payments; finds by what each interface knows."""

    def __init__(self) -> None:
        self.terminals: dict[str, Terminal] = {}
        self.payments: dict[str, Payment] = {}
        self._by_day: dict[tuple[str, str, str], Payment] = {}
        self._last_number = 0

    def add(self, payment: Payment) -> None:
        self.payments[payment.token] = payment
        self._by_day[payment.tmn_code, payment.txn_ref, payment.create_date[:8]] = payment

    def of_day(self, tmn_code: str, txn_ref: str, date: str) -> Payment | None:
        """The payment of this reference on the GMT+7 day that the date begins with."""
        return self._by_day.get((tmn_code, txn_ref, date[:8]))

    def newest(self, txn_ref: str, tmn_code: str | None = None) -> Payment | None:
        """The payment of this reference opened last."""
        for payment in reversed(self.payments.values()):
            if payment.txn_ref == txn_ref and tmn_code in (None, payment.tmn_code):
                return payment
        return None

    def next_number(self) -> str:
        """A VNPay transaction number. It grows with time, so a sandbox that starts afresh repeats none."""
        hundredths = (time.time_ns() // 10_000_000) - _NUMBERS_SINCE * 100
        self._last_number = max(self._last_number + 1, hundredths)
        return str(self._last_number)

    def clear(self) -> None:
        self.terminals.clear()
        self.payments.clear()
        self._by_day.clear()

    def dump(self) -> JsonObject:
        return {
            "terminals": [asdict(terminal) for terminal in self.terminals.values()],
            "payments": [asdict(payment) for payment in self.payments.values()],
            "last_number": self._last_number,
        }

    def load(self, state: JsonObject) -> None:
        """Takes over what dump gave."""
        for terminal in state.get("terminals", []):
            self.terminals[terminal["tmn_code"]] = Terminal(**terminal)
        for stored in state.get("payments", []):
            self.add(_payment(stored))
        self._last_number = max(self._last_number, state.get("last_number", 0))


def _payment(stored: dict[str, Any]) -> Payment:
    tries = [IpnTry(**one) for one in stored["ipn"]]
    refunds = [Refund(**one) for one in stored["refunds"]]
    return Payment(**(stored | {"ipn": tries, "refunds": refunds}))

"""The buyer's side of a payment: opening the page, and how it ends."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sandbox.clock import Clock
from sandbox.vnpay.checks import PageError, check_request, read_fields
from sandbox.vnpay.model import Ledger, Payment
from sandbox.vnpay.signing import signed_query, vietnam_time

_CARD_BANK = "NCB"
_CHANNELS = {
    "VNPAYQR": ("VNPAYQR", "QRCODE"),
    "VNBANK": (_CARD_BANK, "ATM"),
    "INTCARD": ("VISA", "VISA"),
    "VISA": ("VISA", "VISA"),
    "MASTERCARD": ("MASTERCARD", "MASTERCARD"),
    "JCB": ("JCB", "JCB"),
}
# How long VNPay's page counts down when vnp_ExpireDate leaves more time.
_PAGE_LASTS = timedelta(minutes=15)


@dataclass(frozen=True)
class Outcome:
    """What the buyer did: pay, fail, cancel or suspicious; `code` is the vnp_ResponseCode of a failure."""

    kind: str
    code: str = "51"


class Cashier:
    """Opens payments from URLs and ends each exactly once."""

    def __init__(self, ledger: Ledger, clock: Clock) -> None:
        self._ledger = ledger
        self._clock = clock

    def open(self, query: str) -> Payment:
        """The open payment of a payment URL's query string, new or shown again; PageError with the page's code."""
        fields = read_fields(query)
        check_request(fields, self._ledger.terminals, self._clock.now())
        known = self._ledger.of_day(fields["vnp_TmnCode"], fields["vnp_TxnRef"], fields["vnp_CreateDate"])
        if known is None:
            known = _new_payment(fields, self._clock.now())
            self._ledger.add(known)
        elif known.secure_hash != fields["vnp_SecureHash"].lower() or known.state != "open":
            raise PageError("01")
        return known

    def finish(self, payment: Payment, outcome: Outcome) -> None:
        """Ends an open payment; PageError 01 when it has ended, 15 when its time is over (running out itself is 11)."""
        now = self._clock.now()
        if payment.state != "open":
            raise PageError("01")
        if payment.expired(now) and outcome != Outcome("fail", "11"):
            raise PageError("15")
        self._end(payment, outcome)

    def hold(self, payment: Payment) -> None:
        """The payer pressed and the bank does not answer yet; PageError 01 when the payment has ended."""
        if payment.state != "open":
            raise PageError("01")
        payment.state = "processing"

    def settle(self, payment: Payment, outcome: Outcome) -> None:
        """The bank's answer to a payment on hold, however late it is."""
        if payment.state == "processing":
            self._end(payment, outcome)

    def _end(self, payment: Payment, outcome: Outcome) -> None:
        payment.pay_date = vietnam_time(self._clock.now())
        if outcome.kind in {"pay", "suspicious"}:
            self._take_money(payment, outcome)
        else:
            _take_nothing(payment, outcome)

    def return_url(self, payment: Payment) -> str:
        """Where the browser goes: the merchant's address with the signed result."""
        terminal = self._ledger.terminals[payment.tmn_code]
        return join_query(payment.return_url, signed_query(terminal.hash_secret, payment.result_fields()))

    def _take_money(self, payment: Payment, outcome: Outcome) -> None:
        code = "00" if outcome.kind == "pay" else "07"
        payment.state = "paid" if outcome.kind == "pay" else "suspicious"
        payment.response_code = payment.transaction_status = code
        payment.transaction_no = self._ledger.next_number()
        payment.bank_tran_no = f"VNP{payment.transaction_no}"
        used = payment.chosen_bank or payment.asked_bank or "VNBANK"
        payment.bank_code, payment.card_type = _CHANNELS.get(used, (used, "ATM"))

    def pay_again(self, payment: Payment) -> None:
        """The payer's money is taken a second time under the same reference."""
        payment.second_transaction_no = self._ledger.next_number()


def _take_nothing(payment: Payment, outcome: Outcome) -> None:
    payment.state = "cancelled" if outcome.kind == "cancel" else "failed"
    payment.response_code = "24" if outcome.kind == "cancel" else outcome.code
    payment.transaction_status = "02"
    payment.bank_code, payment.card_type = "VNPAY", "QRCODE"
    if outcome.kind == "fail" and outcome.code != "11":
        used = payment.chosen_bank or _CARD_BANK
        payment.bank_code, payment.card_type = _CHANNELS.get(used, (used, "ATM"))


def _new_payment(fields: dict[str, str], now: datetime) -> Payment:
    return Payment(
        token=secrets.token_hex(16),
        tmn_code=fields["vnp_TmnCode"],
        txn_ref=fields["vnp_TxnRef"],
        amount=int(fields["vnp_Amount"]) // 100,
        create_date=fields["vnp_CreateDate"],
        expire_date=fields["vnp_ExpireDate"],
        order_info=fields["vnp_OrderInfo"],
        locale=fields["vnp_Locale"],
        return_url=fields["vnp_ReturnUrl"],
        asked_bank=fields.get("vnp_BankCode", ""),
        secure_hash=fields["vnp_SecureHash"].lower(),
        page_ends=vietnam_time(now + _PAGE_LASTS),
    )


def join_query(url: str, query: str) -> str:
    """The address with the query added to whatever query it has."""
    return f"{url}{'&' if '?' in url else '?'}{query}"

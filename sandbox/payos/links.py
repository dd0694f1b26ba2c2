"""Payment links: their money, their state, and how payOS writes them. A link is a kit payment; its token is paymentLinkId."""

import secrets
from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import urlencode

from sandbox.kit.ledger import Ledger
from sandbox.kit.model import Account, Payment, Transfer
from sandbox.state import JsonObject
from sandbox.vietqr.emvco import MOST_MEMO, TransferOrder, fold, write

_VIETNAM = timezone(timedelta(hours=7))
_STATUS = {
    "open": "PENDING",
    "processing": "PROCESSING",
    "underpaid": "UNDERPAID",
    "paid": "PAID",
    "cancelled": "CANCELLED",
    "expired": "EXPIRED",
    "failed": "FAILED",
}
_COUNTER = {
    "counterAccountBankId": "970436",
    "counterAccountBankName": None,
    "counterAccountName": "NGUYEN THI ANH",
    "counterAccountNumber": "9988776655",
    "virtualAccountName": None,
    "virtualAccountNumber": None,
}
_LETTERS = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"
# The channel's bank account, where its registration does not name one. Made up.
_ACCOUNT = {"bin": "970422", "account_number": "113366668888", "account_name": "CUA HANG SANDBOX"}


def bank_account(account: Account) -> dict[str, str]:
    """The bank account the channel's money goes to: bin, account_number, account_name."""
    return {name: str(account.options.get(name) or default) for name, default in _ACCOUNT.items()}


def status_of(link: Payment) -> str:
    """payOS's word for the link's state."""
    return _STATUS[link.state]


def memo_of(description: str, *, prefixed: bool) -> str:
    """What the transfer will say: the description, behind payOS's own code where it puts one; cut as a QR's memo is."""
    code = "CS" + "".join(secrets.choice(_LETTERS) for _ in range(9))
    return f"{code} {description}"[:MOST_MEMO] if prefixed else description


def qr_text(account: Account, link: Payment) -> str:
    """The EMVCo text a banking app reads."""
    bank = bank_account(account)
    return write(TransferOrder(bank["bin"], bank["account_number"], link.amount, fold(link.own["memo"])))


def receive(ledger: Ledger, link: Payment, amount: int, at: float) -> Transfer:
    """One transfer comes in: the link is paid when all of its amount is there, however many transfers that takes."""
    day = datetime.fromtimestamp(at, _VIETNAM)
    reference = f"FT{day:%y%j}{ledger.next_number()}"
    transfer = Transfer(number=reference, amount=amount, memo=link.own["memo"], at=at)
    link.transfers.append(transfer)
    link.received += amount
    link.transaction_no = link.transaction_no or reference
    link.state = "paid" if link.received >= link.amount else "underpaid"
    link.paid_at = link.paid_at or (at if link.state == "paid" else 0)
    return transfer


def created(account: Account, link: Payment, checkout_url: str) -> JsonObject:
    """The data of a create answer."""
    bank = bank_account(account)
    return {
        "bin": bank["bin"],
        "accountNumber": bank["account_number"],
        "accountName": bank["account_name"],
        "amount": link.amount,
        "description": link.own["memo"],
        "orderCode": int(link.reference),
        "currency": "VND",
        "paymentLinkId": link.token,
        "status": status_of(link),
        "expiredAt": int(link.expires_at) or None,
        "checkoutUrl": checkout_url,
        "qrCode": qr_text(account, link),
    }


def described(account: Account, link: Payment, counter: str) -> JsonObject:
    """The data of a get or cancel answer."""
    return {
        "id": link.token,
        "orderCode": int(link.reference),
        "amount": link.amount,
        "amountPaid": link.received,
        "amountRemaining": max(0, link.amount - link.received),
        "status": status_of(link),
        "createdAt": _iso(link.created_at),
        "transactions": [_transaction(account, one) | counter_fields(counter) for one in link.transfers],
        "cancellationReason": link.own.get("cancellation_reason"),
        "canceledAt": _iso(link.own["canceled_at"]) if link.own.get("canceled_at") else None,
    }


def told(account: Account, link: Payment, transfer: Transfer, counter: str) -> JsonObject:
    """The data of a webhook about one transfer. Its time is Vietnam's and does not say so."""
    when = datetime.fromtimestamp(transfer.at, _VIETNAM)
    return {
        "orderCode": int(link.reference),
        "amount": transfer.amount,
        "description": transfer.memo,
        "accountNumber": bank_account(account)["account_number"],
        "reference": transfer.number,
        "transactionDateTime": f"{when:%Y-%m-%d %H:%M:%S}",
        "currency": "VND",
        "paymentLinkId": link.token,
        "code": "00",
        "desc": "success",
    } | counter_fields(counter)


def told_flat(link: Payment, transfer: Transfer) -> JsonObject:
    """The body of the flat dialect, as older documents of payment systems on payOS describe it."""
    return {
        "orderCode": link.reference,
        "status": "PAID",
        "transId": transfer.number,
        "paymentMethod": "bank_transfer",
        "amount": transfer.amount,
        "currency": "VND",
    }


def return_url(link: Payment) -> str:
    """Where the payer's browser goes: unsigned, so it proves nothing."""
    cancelled = link.state == "cancelled"
    url = link.own["cancel_url"] if cancelled else link.return_url
    query = {"code": "00", "id": link.token, "cancel": str(cancelled).lower(), "status": status_of(link)}
    return f"{url}{'&' if '?' in url else '?'}{urlencode(query | {'orderCode': link.reference})}"


def counter_fields(form: str) -> JsonObject:
    """The optional fields about the payer's account, as the setting wants them."""
    if form == "absent":
        return {}
    if form == "null":
        return dict.fromkeys(_COUNTER)
    return dict.fromkeys(_COUNTER, "") if form == "empty" else dict(_COUNTER)


def _transaction(account: Account, transfer: Transfer) -> JsonObject:
    return {
        "reference": transfer.number,
        "amount": transfer.amount,
        "accountNumber": bank_account(account)["account_number"],
        "description": transfer.memo,
        "transactionDateTime": _iso(transfer.at),
    }


def _iso(at: float) -> str:
    return datetime.fromtimestamp(int(at), UTC).astimezone(_VIETNAM).isoformat()

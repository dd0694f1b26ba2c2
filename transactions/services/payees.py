"""To which bank account a manual refund goes: sealed under the payment's data key, and gone with it."""

from __future__ import annotations

from payments_site.kernel.errors import DomainError, InvalidInput
from payments_site.kernel.sealing import KeyDestroyed
from transactions.models import Receipt, Refund, Transaction
from transactions.personal import key_of, seal_json, unseal_json
from transactions.transfers.account import BankAccount, problems


class PayerErased(DomainError):
    """The payer's data was erased: no account of theirs can be kept any more."""

    code = "TRANSACTION_ALREADY_PROCESSED"

    def __init__(self) -> None:
        super().__init__(
            message_vi="Dữ liệu của người trả tiền đã bị xóa nên không thể lưu tài khoản nhận",
            message_en="The payer's data was erased, so that no account can be kept",
        )


def account_to_pay(refund: Refund) -> BankAccount | None:
    """Where a manual refund goes: what staff said, else where the money came from. None where nobody knows (any more)."""
    return _unsealed(refund.payee_sealed, refund.transaction) or came_from(refund)


def came_from(refund: Refund) -> BankAccount | None:
    """The account from which the refunded money came; of several receipts, the first whose sender is known."""
    receipts = Receipt.objects.filter(allocations__refund=refund, payer_sealed__isnull=False).order_by("id")
    for receipt in sorted(receipts, key=lambda one: one.pk != refund.receipt_id):
        if (account := sender_of(receipt, refund.transaction)) is not None:
            return account
    return None


def sender_of(receipt: Receipt, payment: Transaction) -> BankAccount | None:
    """Who sent the money of a receipt. None where the bank did not tell, or the payer was erased."""
    return _unsealed(receipt.payer_sealed, payment)


def sealed_account(account: BankAccount, payment: Transaction) -> bytes:
    """An account that staff typed in, for ``Refund.payee_sealed``. Raises ``InvalidInput``, ``PayerErased``."""
    wrong = problems(account)
    if wrong:
        raise InvalidInput(*({"field": name, "constraint": text} for name, text in wrong.items()))
    try:
        return seal_json(account.words(), key_of(payment.data_key))
    except KeyDestroyed:
        raise PayerErased from None


def _unsealed(sealed: bytes | memoryview[int] | None, payment: Transaction) -> BankAccount | None:
    if sealed is None:
        return None
    try:
        account = BankAccount.told(unseal_json(sealed, key_of(payment.data_key)))
    except KeyDestroyed:
        return None
    return account if account.account_number else None

"""One line of a transfer list: who gets how much, and the VietQR code by which a phone makes the transfer."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from transactions.providers import emvco
from transactions.transfers.account import BankAccount

TITLES: tuple[Promise, ...] = (
    _("No."),
    _("Refund"),
    _("Order"),
    _("Bank"),
    _("Bank BIN"),
    _("Account number"),
    _("Account name"),
    _("Amount (đồng)"),
    _("Memo"),
    "VietQR",  # type: ignore[assignment]  # the same in every language
)
# A spreadsheet takes a cell that begins so for a formula; Excel reads the wide forms as well.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


@dataclass(frozen=True)
class Line:
    """A transfer that a person makes. ``reference`` is ours: by it the bank statement tells the refund again."""

    refund_id: str
    order_id: str
    reference: str
    account: BankAccount
    amount: int

    @property
    def memo(self) -> str:
        """What the payer reads on their statement, as banks take it."""
        return f"HOAN TIEN {self.reference}"

    @property
    def qr_text(self) -> str:
        """The text of the VietQR code; "" where the account is not one that a code can name."""
        try:
            return emvco.build(
                emvco.TransferQR(self.account.bank_bin, self.account.account_number, amount=self.amount, memo=self.memo)
            )
        except emvco.BadValue:
            return ""

    def texts(self) -> tuple[str, ...]:
        """The cells that are text, from "Refund" to "Account name"."""
        account = self.account
        return (
            self.refund_id, self.order_id, account.bank, account.bank_bin, account.account_number, account.account_name,
        )  # fmt: skip


def harmless(text: str) -> str:
    """``text`` so that no spreadsheet takes it for a formula, without characters that none can show."""
    shown = "".join(character for character in text if character.isprintable() or character in "\t\r\n")
    return f"'{shown}" if shown.startswith(_FORMULA) else shown

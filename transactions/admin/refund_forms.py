"""What is asked of who refunds, or pays a refund, by hand."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from tenants.admin.acts import AskForm, NoteForm
from transactions.admin.cells import money
from transactions.models import Refund, Transaction
from transactions.providers.banks import directory
from transactions.selectors import remaining_to_refund
from transactions.services.payees import account_to_pay
from transactions.services.staff_refund import goes_by_hand, receipts_with_money
from transactions.transfers.account import BankAccount, problems

ACCOUNT_FIELDS = ("bank_bin", "account_number", "account_name")


def banks() -> list[tuple[str, str]]:
    """Every bank that has a BIN, by its short name."""
    english = get_language() == "en"
    known = sorted((bank for bank in directory.BANKS if bank.bin), key=lambda bank: bank.short_name.lower())
    return [(bank.bin, f"{bank.short_name} – {bank.name_en if english else bank.name_vi}") for bank in known]


class AccountFields(forms.Form):
    """A bank account."""

    bank_bin = forms.ChoiceField(label=_("Bank"), widget=UnfoldAdminSelectWidget)
    account_number = forms.CharField(label=_("Account number"), max_length=30, widget=UnfoldAdminTextInputWidget)
    account_name = forms.CharField(label=_("Account name"), max_length=100, widget=UnfoldAdminTextInputWidget)

    def account(self) -> BankAccount:
        """What was typed in; a number may be written with spaces and dots."""
        values = self.cleaned_data
        number = str(values.get("account_number") or "").replace(" ", "").replace(".", "")
        return BankAccount(
            bank_bin=str(values.get("bank_bin") or ""),
            account_number=number,
            account_name=" ".join(str(values.get("account_name") or "").split()),
        )

    def tell_problems(self) -> None:
        """At their fields."""
        for name, text in problems(self.account()).items():
            if name not in self.errors:
                self.add_error(name, gettext(text))


class AccountForm(AccountFields, AskForm):
    """To which account a manual refund goes; filled in with the one that is known."""

    def __init__(self, *args: Any, row: Refund, **kwargs: Any) -> None:
        super().__init__(*args, row=row, **kwargs)
        self.fields["bank_bin"].choices = [("", "–"), *banks()]  # type: ignore[attr-defined]
        known = account_to_pay(row)
        if known is not None:
            self.initial.update({name: getattr(known, name) for name in ACCOUNT_FIELDS})

    def clean(self) -> dict[str, Any]:
        """The account as a whole."""
        self.tell_problems()
        return {**self.cleaned_data, "account": self.account()}


class PaidForm(AskForm):
    """By which transfer."""

    bank_reference = forms.CharField(label=_("Bank reference"), max_length=60, widget=UnfoldAdminTextInputWidget)


class RefundForm(AccountFields, NoteForm):
    """How much, why and, where the money goes back by bank transfer, to whom."""

    amount = forms.IntegerField(label=_("Amount (đồng)"), min_value=1, widget=UnfoldAdminIntegerFieldWidget)
    receipt = forms.ChoiceField(label=_("Receipt"), required=False, widget=UnfoldAdminSelectWidget)

    field_order = ("amount", "receipt", "note", *ACCOUNT_FIELDS)

    def __init__(self, *args: Any, row: Transaction, **kwargs: Any) -> None:
        super().__init__(*args, row=row, **kwargs)
        left = remaining_to_refund(row)
        amount = self.fields["amount"]
        amount.max_value, amount.initial = left, left  # type: ignore[attr-defined]
        amount.validators.append(forms.fields.validators.MaxValueValidator(left))  # type: ignore[attr-defined]
        self._offer_receipts(row)
        if goes_by_hand(row):
            self.fields["bank_bin"].choices = [("", gettext("Where the money came from")), *banks()]  # type: ignore[attr-defined]
            for name in ACCOUNT_FIELDS:
                self.fields[name].required = False
        else:
            for name in ACCOUNT_FIELDS:
                del self.fields[name]

    def _offer_receipts(self, payment: Transaction) -> None:
        """Only where there is a choice."""
        found = receipts_with_money(payment)
        if len(found) < 2:
            del self.fields["receipt"]
            return
        words = [(one.public_id, f"{one.provider_transaction_no or one.public_id} · {money(left)}") for one, left in found]
        self.fields["receipt"].choices = [("", gettext("Whichever fits")), *words]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """An account is given in full or not at all."""
        given = any(self.cleaned_data.get(name) for name in ACCOUNT_FIELDS)
        if given:
            self.tell_problems()
        return {**self.cleaned_data, "account": self.account() if given else None}

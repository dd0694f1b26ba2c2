"""What each type of difference means and what can be done about it, in words."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from reconciliation.models import ReconciliationItem, StatementLine
from transactions.models import Refund

Type = ReconciliationItem.Type
MEANINGS: dict[str, Promise] = {
    Type.MISSING_AT_PROVIDER: _(
        "Our books have it, no statement does, and more days have passed than it may be late. Ask the provider; if our record"
        " stands, say so."
    ),
    Type.MISSING_IN_SYSTEM: _(
        "The provider has it, our books do not: a notice was lost, or the order is not ours. Taking the provider's word settles"
        " it as the notice would have done."
    ),
    Type.AMOUNT: _("Both sides have it, with different amounts. Ask the provider which one was taken."),
    Type.FEE: _(
        "The provider took another fee than the schedule says. Taking its word corrects the payment's fee and net amount."
    ),
    Type.STATUS: _("One side says that it succeeded, the other does not."),
    Type.DUPLICATE: _("The provider lists the same thing twice. Only one of the lines was matched."),
    Type.CURRENCY: _("The line is in another currency; our books are in đồng."),
    Type.TIMING: _("One side is still on its way: within the days that it may be late. It closes by itself when the line comes."),
    Type.REFUND_UNKNOWN: _(
        "The provider gave money back that we did not ask for, in its portal perhaps. Taking its word records the refund."
    ),
    Type.UNIDENTIFIED_MONEY: _(
        "Money came that names no order of ours. Taking the word of the bank records it, without a payment, for a person."
    ),
}
KINDS = dict(StatementLine.Kind.choices)
STATUSES = {**dict(Refund.Status.choices), **dict(StatementLine.Status.choices)}
ACTIONS: dict[str, Promise] = {
    "accept_provider": _("Take the provider's word"),
    "accept_ours": _("Our record stands"),
    "timing": _("It is only late"),
    "note": _("Explain by a note"),
}
# Names of strategies and steps, as runs and matches store them.
STRATEGIES: dict[str, Promise] = {
    "number": _("The provider's number"),
    "reference": _("Our reference"),
    "reference_folded": _("Our reference, as the file mangled it"),
    "original": _("The payment that a refund gives back"),
    "memo": _("Our reference in the bank's memo"),
    "split": _("Several lines for one record"),
    "lump": _("One line for several records"),
    "amount_time": _("Amount and time"),
    "hand": _("By hand"),
}


def meaning(item: ReconciliationItem) -> str:
    """What the item's type means, in the language of the reader."""
    return str(MEANINGS[item.item_type])


def strategy_words(name: str) -> str:
    """A strategy or step; one without words as it is stored."""
    return str(STRATEGIES.get(name, name))


# Sums of a run.
SUMS: dict[str, Promise] = {
    "gross": _("payments"),
    "refunds": _("refunds"),
    "fees": _("fees"),
    "net": _("net"),
}
# What can be wrong with a mapping.
PROBLEMS: dict[str, Promise] = {
    "missing": _("must be there"),
    "unknown": _("is no word of the mapping language"),
    "one_of": _("is none of the values that are possible here"),
    "object": _("an object {...} is expected"),
    "list": _("a list [...] of at most 40 is expected"),
    "text": _("a short text is expected"),
    "yes_or_no": _("true or false is expected"),
    "said_twice": _("the same word can not mean two things"),
    "empty_name": _("has a name without letters or digits"),
    "columns_and_question": _("columns need words, filled or contains, and these need columns"),
    "sum_of_amounts_only": _("only amounts can be added up"),
    "amount_or_both_sides": _("either amount, or both credit and debit, is expected"),
    "nothing_to_match_by": _("one of number, reference and memo is expected"),
}
# What a run that is repeated may tell, and why.
CHANGES: dict[str, Promise] = {
    "opened": _("opened"),
    "reopened": _("opened again"),
    "changed": _("changed"),
    "closed": _("closed by itself"),
    "matched": _("matched"),
    "gone": _("it is not there any more"),
    "more": _("further changes"),
}

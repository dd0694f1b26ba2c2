"""What staff may do about refunds: ask for one, and pay by hand what no provider sends."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from payments_site.kernel import clock
from tenants.actors import actor_of
from tenants.admin.acts import Act, NoteForm
from transactions.admin.cells import link, page_url
from transactions.admin.refund_forms import AccountForm, PaidForm, RefundForm
from transactions.models import Refund, Transaction
from transactions.services.manual_refund import RIGHT as PAY
from transactions.services.manual_refund import change_account, report_paid, report_unpaid, waiting_report
from transactions.services.refund_questions import ask_about_refund
from transactions.services.staff_refund import RIGHT as REQUEST
from transactions.services.staff_refund import ask_for_refund, can_be_refunded

_ASKABLE = (Refund.Status.REQUESTED, Refund.Status.PROCESSING, Refund.Status.UNKNOWN)


def _refund(request: HttpRequest, payment: Transaction, values: dict[str, Any]) -> str:
    person: Any = request.user
    approval = ask_for_refund(
        payment=payment, amount=values["amount"], reason=values["note"], receipt_id=values.get("receipt") or "",
        payee=values["account"], person=person, actor=actor_of(request), now=clock.now(),
    )  # fmt: skip
    page = link(approval.public_id, page_url("audit.approvalrequest", approval.pk))
    return format_html("{} {}", gettext("The money is reserved. It goes back once a second person agrees."), page)


def _account(request: HttpRequest, refund: Refund, values: dict[str, Any]) -> str:
    change_account(refund_id=refund.pk, account=values["account"], actor=actor_of(request), now=clock.now())
    return gettext("The account was changed.")


def _paid(request: HttpRequest, refund: Refund, values: dict[str, Any]) -> str:
    person: Any = request.user
    approval = report_paid(
        refund_id=refund.pk, bank_reference=values["bank_reference"], person=person, actor=actor_of(request), now=clock.now()
    )
    page = link(approval.public_id, page_url("audit.approvalrequest", approval.pk))
    return format_html("{} {}", gettext("A second person has to confirm the transfer."), page)


def _unpaid(request: HttpRequest, refund: Refund, values: dict[str, Any]) -> str:
    report_unpaid(refund_id=refund.pk, reason=values["note"], actor=actor_of(request), now=clock.now())
    return gettext("The refund has failed; its money can be refunded again.")


def _ask(request: HttpRequest, refund: Refund, values: dict[str, Any]) -> str:
    found = ask_about_refund(refund_id=refund.pk, actor=actor_of(request), now=clock.now())
    if found.status in _ASKABLE:
        return gettext("The provider was asked, but has no final answer yet. It will be asked again by itself.")
    return gettext("The provider has answered. The refund is now: %s.") % found.get_status_display()


def _waits_for_transfer(request: HttpRequest, refund: Refund) -> bool:
    return refund.status == Refund.Status.AWAITING_TRANSFER and waiting_report(refund, clock.now()) is None


ON_PAYMENT = (
    Act(
        "refund", _("Refund"), "currency_exchange", REQUEST, lambda request, payment: can_be_refunded(payment), _refund,
        _("You ask for it and a second person decides. The amount is reserved meanwhile, and free again if they refuse."),
        RefundForm, "bad",
    ),
)  # fmt: skip
ON_REFUND = (
    Act(
        "paid", _("Report as paid"), "payments", PAY, _waits_for_transfer, _paid,
        _("You have made the transfer at the bank: give its reference. A second person confirms it, then the refund is done."),
        PaidForm, "good",
    ),
    Act(
        "account", _("Change the account"), "account_balance", PAY, _waits_for_transfer, _account,
        _("Where the money goes. Whoever confirms the transfer sees this account and the one that the money came from."),
        AccountForm,
    ),
    Act(
        "unpaid", _("Could not be paid"), "block", PAY, _waits_for_transfer, _unpaid,
        _("The refund fails and its money is free again. The client is told the reason: write nothing about the payer in it."),
        NoteForm, "bad",
    ),
    Act(
        "ask", _("Ask the provider now"), "help", "transactions.ask_provider",
        lambda request, refund: refund.status in _ASKABLE, _ask,
    ),
)  # fmt: skip

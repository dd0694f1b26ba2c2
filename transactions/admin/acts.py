"""What staff may do with a payment: the acts that fit its state, each one call of a service."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from audit.services import Actor
from payments_site.kernel import clock
from tenants.actors import actor_of
from tenants.admin.acts import Act, AskForm, NoteForm, OptionalNoteForm
from transactions.admin.cells import link, page_url
from transactions.admin.refund_acts import ON_PAYMENT
from transactions.lifecycle import Status
from transactions.models import Transaction
from transactions.services.cancel import cancel_payment
from transactions.services.review import accept_review, is_decided
from transactions.services.staff import ASKABLE, ask_provider, ask_to_reject_review, waiting_rejection
from webhooks.outbound.models import CallbackDelivery
from webhooks.outbound.resend import StillPendingError, resend


def _finished(payment: Transaction) -> Any:
    deliveries = CallbackDelivery.objects.filter(transaction=payment).exclude(status=CallbackDelivery.Status.PENDING)
    return deliveries.select_related("event").order_by("-event_id", "id")


class ResendForm(AskForm):
    """Which of the payment's callbacks; the newest event's are chosen."""

    deliveries = forms.MultipleChoiceField(label=_("Callbacks"), widget=UnfoldAdminCheckboxSelectMultipleWidget)

    def __init__(self, *args: Any, row: Transaction, **kwargs: Any) -> None:
        super().__init__(*args, row=row, **kwargs)
        self.found = {delivery.public_id: delivery for delivery in _finished(row)[:50]}
        newest = next((delivery.event_id for delivery in self.found.values()), None)
        field = self.fields["deliveries"]
        field.choices = [(key, _delivery_words(delivery)) for key, delivery in self.found.items()]  # type: ignore[attr-defined]
        field.initial = [key for key, delivery in self.found.items() if delivery.event_id == newest]

    def clean_deliveries(self) -> list[CallbackDelivery]:
        """The rows."""
        return [self.found[key] for key in self.cleaned_data["deliveries"]]


def _delivery_words(delivery: CallbackDelivery) -> str:
    return f"{delivery.message_type} · {delivery.get_status_display()} · {delivery.url}"


def _resend(request: HttpRequest, payment: Transaction, values: dict[str, Any]) -> str:
    actor, now = actor_of(request), clock.now()
    sent = sum(_sent_again(delivery, actor, now) for delivery in values["deliveries"])
    return ngettext("%d callback will be sent again.", "%d callbacks will be sent again.", sent) % sent


def _sent_again(delivery: CallbackDelivery, actor: Actor, now: datetime) -> bool:
    """False where it is on its way already."""
    try:
        resend(delivery=delivery, now=now, actor=actor)
    except StillPendingError:
        return False
    return True


def _ask(request: HttpRequest, payment: Transaction, values: dict[str, Any]) -> str:
    answered = ask_provider(payment=payment, actor=actor_of(request), now=clock.now())
    payment.refresh_from_db(fields=["status"])
    if not answered:
        return gettext("The provider was asked, but has no final answer yet. It will be asked again by itself.")
    return gettext("The provider has answered. The payment is now: %s.") % payment.get_status_display()


def _cancel(request: HttpRequest, payment: Transaction, values: dict[str, Any]) -> str:
    cancel_payment(payment_id=payment.pk, reason=values["note"], actor=actor_of(request), now=clock.now())
    return gettext("The payment was cancelled.")


def _accept(request: HttpRequest, payment: Transaction, values: dict[str, Any]) -> str:
    accept_review(transaction_id=payment.public_id, note=values["note"], actor=actor_of(request), now=clock.now())
    return gettext("The payment was accepted and is completed.")


def _reject(request: HttpRequest, payment: Transaction, values: dict[str, Any]) -> str:
    person: Any = request.user
    approval = ask_to_reject_review(payment=payment, note=values["note"], person=person, actor=actor_of(request), now=clock.now())
    page = link(approval.public_id, page_url("audit.approvalrequest", approval.pk))
    return format_html("{} {}", gettext("Sent for approval: a second person must agree before the money goes back."), page)


def _under_review(request: HttpRequest, payment: Transaction) -> bool:
    return payment.status == Status.UNDER_REVIEW and not is_decided(payment) and waiting_rejection(payment, clock.now()) is None


def _open_at_provider(request: HttpRequest, payment: Transaction) -> bool:
    return payment.attempts.filter(status__in=ASKABLE).exists()


def _can_be_cancelled(request: HttpRequest, payment: Transaction) -> bool:
    return payment.status == Status.PENDING and payment.expires_at > clock.now()


def _has_callbacks(request: HttpRequest, payment: Transaction) -> bool:
    return bool(_finished(payment).exists())


ACTS = (
    Act("ask", _("Ask the provider now"), "help", "transactions.ask_provider", _open_at_provider, _ask),
    Act(
        "accept", _("Accept the payment"), "check_circle", "transactions.accept_review", _under_review, _accept,
        _("The money is ours: the payment is completed with a receipt and the client is told so."), NoteForm, "good",
    ),
    Act(
        "reject", _("Reject the payment"), "block", "transactions.reject_review", _under_review, _reject,
        _("You ask for it and a second person decides. Once they agree, the whole amount goes back to the payer."),
        NoteForm, "bad",
    ),
    *ON_PAYMENT,
    Act(
        "cancel", _("Cancel the payment"), "cancel", "transactions.cancel_payment", _can_be_cancelled, _cancel,
        _("The payer can not pay any more and the client is told. Money that comes all the same is recorded as paid late."),
        OptionalNoteForm, "bad",
    ),
    Act(
        "resend", _("Send callback again"), "forward_to_inbox", "webhooks.change_callbackdelivery", _has_callbacks, _resend,
        _("The client gets the same message again, with the same id, so that it can tell a repeat."), ResendForm,
    ),
)  # fmt: skip

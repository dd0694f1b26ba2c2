"""Events and actions in words that people say."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from audit.words import ACTIONS
from transactions.timeline.line import Tone

EVENTS: dict[str, tuple[Promise, Tone]] = {
    "created": (_("Payment created"), Tone.NEUTRAL),
    "payment_initiated": (_("The payer was sent to the provider"), Tone.NEUTRAL),
    "paid": (_("Paid"), Tone.GOOD),
    "under_review": (_("Under review: the provider suspects fraud"), Tone.WARNING),
    "payment_failed": (_("The payment failed"), Tone.BAD),
    "cancelled": (_("Cancelled by the client"), Tone.BAD),
    "expired": (_("The time to pay ran out"), Tone.BAD),
    "review_accepted": (_("Review: accepted"), Tone.GOOD),
    "review_rejected": (_("Review: rejected"), Tone.BAD),
    "underpaid": (_("A transfer came, not yet enough"), Tone.WARNING),
    "overpaid": (_("More came than was asked for"), Tone.WARNING),
    "double_payment": (_("Paid a second time"), Tone.WARNING),
    "refund_initiated": (_("Refund requested"), Tone.NEUTRAL),
    "refund_processing": (_("The refund is on its way"), Tone.NEUTRAL),
    "refund_completed": (_("Refunded"), Tone.GOOD),
    "refund_failed": (_("The refund failed"), Tone.BAD),
    "refund_reversed": (_("The refund was reversed"), Tone.WARNING),
}

STAFF_ACTIONS: dict[str, Promise] = {
    "cancelled": _("Cancelled by hand"),
    "review_accepted": _("Review accepted by hand"),
    "review_rejected": _("Review rejected by hand"),
}


def spoken(name: str) -> str:
    """A name nobody has put into words yet, at least without underscores."""
    return name.replace("_", " ").capitalize()


def event_words(event_type: str) -> tuple[Promise | str, Tone]:
    """What an event is called, and how it is to be taken."""
    return EVENTS.get(event_type, (spoken(event_type), Tone.NEUTRAL))


def staff_words(action: str) -> Promise | str:
    """What an action of a member of staff is called."""
    return STAFF_ACTIONS.get(action, ACTIONS.get(action, spoken(action)))

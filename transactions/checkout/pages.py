"""What the payer's pages show of a payment, and in which language."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.timezone import localtime

from payments_site.kernel import clock
from payments_site.kernel.money import format_vnd
from tenants.selectors import context_of_tenant
from transactions.lifecycle import CLOSED_UNPAID, PAID, Status
from transactions.models import PaymentAttempt, Transaction
from transactions.providers import qr_image
from transactions.providers_info import provider_line
from transactions.services.attempt_page import transfer_details
from transactions.services.returns import forward_url, own_return_url
from transactions.services.routing import choices

OPEN_ATTEMPT = (PaymentAttempt.Status.CREATED, PaymentAttempt.Status.PENDING, PaymentAttempt.Status.UNKNOWN)
LANGUAGES = ("vi", "en")
LANGUAGE_COOKIE = "pay_language"
_A_DAY = 86_400  # seconds: longer than any payer stays with one payment
# Adapters name "card" where the payer may leave the kind of card open; beside both kinds it says nothing more.
_CARDS = {"card", "domestic_card", "international_card"}
_ICONS = {"wallet": "wallet", "qr": "qr", "bank_transfer": "qr"}


def language_of(request: HttpRequest, payment: Transaction | None) -> str:
    """As asked in the address, else as chosen before on these pages, else the payment's own."""
    for asked in (request.GET.get("lang"), request.COOKIES.get(LANGUAGE_COOKIE)):
        if asked in LANGUAGES:
            return asked
    return payment.locale if payment is not None else "vi"


def remember_language(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """The payer's choice holds on the next page too: a form of ours, another way to pay."""
    asked = request.GET.get("lang")
    if asked in LANGUAGES:
        answer.set_cookie(LANGUAGE_COOKIE, asked, max_age=_A_DAY, path="/pay", httponly=True, samesite="Lax")
    return answer


def can_pay(payment: Transaction) -> bool:
    """Open, and not past its deadline."""
    return payment.status == Status.PENDING and payment.expires_at > clock.now()


def shown_status(payment: Transaction) -> str:
    """pending, paid, failed, cancelled, expired or under_review."""
    status = Status(payment.status)
    if status in PAID:
        return "paid"
    if status is Status.PENDING:
        return "pending" if can_pay(payment) else "expired"
    return str(status) if status in CLOSED_UNPAID else "under_review"


def payment_page(payment: Transaction, language: str) -> dict[str, Any]:
    """What every page of a payment shows."""
    open_ = can_pay(payment)
    left = payment.expires_at - clock.now()
    return {
        "payment": payment,
        "language": language,
        "amount": format_vnd(payment.amount),
        "received": format_vnd(payment.received_amount) if payment.received_amount else "",
        "missing": format_vnd(max(0, payment.amount - payment.received_amount)),
        "merchant": payment.tenant.name,
        "status": shown_status(payment),
        "can_pay": open_,
        "providers": _offered(payment, language) if open_ else [],
        "resume_url": _resume_url(payment) if open_ and payment.received_amount else "",
        # Rounded up: a page that counts to its end must not find the payment still open.
        "seconds_left": max(0, left // timedelta(seconds=1) + 1),
        "paid_at": localtime(payment.paid_at).strftime("%H:%M %d/%m/%Y") if payment.paid_at else "",
        # No button that leads back to this very page.
        "forward_url": "" if payment.return_url == own_return_url() else forward_url(payment, payment.return_url),
    }


def transfer_page(payment: Transaction, attempt: PaymentAttempt, language: str) -> dict[str, Any]:
    """The transfer to make; nothing where the attempt is paid in another way."""
    details = transfer_details(payment=payment, attempt=attempt, language=language)
    if details is None:
        return {}
    return {
        "attempt": attempt,
        "transfer": details,
        "to_transfer": format_vnd(details.amount),
        "qr_svg": qr_image.svg(details.qr_text),
    }


def _resume_url(payment: Transaction) -> str:
    """Where the rest of a payment that has come in part is paid: every other way would ask for the whole amount."""
    begun = payment.attempts.filter(status__in=OPEN_ATTEMPT).exclude(qr_code__isnull=True).order_by("-id").first()
    return reverse("pay-attempt", args=[payment.public_id, begun.public_id]) if begun is not None else ""


def _offered(payment: Transaction, language: str) -> list[dict[str, Any]]:
    """The providers to choose from, best first; one that is down stands at the end and says so."""
    tenant = context_of_tenant(payment.tenant_id)
    offered = []
    for choice in choices(tenant=tenant, payment=payment, now=clock.now()):
        line = provider_line(tenant, choice.account, language, choice.state)
        if line is not None:
            offered.append({**line, **_in_words(line["methods"]), "available": choice.available})
    return offered


def _in_words(methods: list[dict[str, str]]) -> dict[str, str]:
    """The methods as one line, and the picture of the first."""
    codes = {method["code"] for method in methods}
    named = [method["name"] for method in methods if not (method["code"] == "card" and codes >= _CARDS)]
    first = methods[0]["code"] if methods else ""
    return {"words": " · ".join(named), "icon": _ICONS.get(first, "card")}

"""The payer's pages: choose a provider, see what became of the payment, come back from the provider."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from payments_site.api.context import client_address
from payments_site.kernel import clock
from payments_site.kernel.errors import DomainError
from tenants.selectors import context_of_tenant
from transactions.checkout.pages import (
    OPEN_ATTEMPT,
    can_pay,
    language_of,
    payment_page,
    remember_language,
    shown_status,
    transfer_page,
)
from transactions.models import PaymentAttempt, Transaction
from transactions.providers import qr_image, registry
from transactions.providers.base import RawRequest
from transactions.services.attempt_page import payer_form, transfer_details
from transactions.services.attempts import ProviderTrouble
from transactions.services.choose import choose_provider
from transactions.services.returns import ReturnRefused, payer_returned


@never_cache
@require_http_methods(["GET", "POST"])
def pay(request: HttpRequest, transaction_id: str) -> HttpResponse:
    """``/pay/{transaction_id}``: choose a provider, or see the outcome."""
    payment = _payment(transaction_id)
    language = language_of(request, payment)
    with override(language):
        if request.method == "POST" and can_pay(payment):
            return _to_provider(request, payment, language)
        return remember_language(request, render(request, "checkout/pay.html", payment_page(payment, language)))


@never_cache
@require_GET
def back_here(request: HttpRequest) -> HttpResponse:
    """``/pay?transaction_id=...``: where payers come back to whose client named no page of its own."""
    return redirect("pay", _payment(request.GET.get("transaction_id", "")).public_id)


@never_cache
@require_GET
def pay_attempt(request: HttpRequest, transaction_id: str, attempt_id: str) -> HttpResponse:
    """``/pay/{transaction_id}/{attempt_id}``: pay by a transfer (QR code) or in the provider's own form."""
    payment, attempt = _attempt(transaction_id, attempt_id)
    language = language_of(request, payment)
    with override(language):
        page = payment_page(payment, language)
        if not page["can_pay"] or attempt.status not in OPEN_ATTEMPT:
            return render(request, "checkout/pay.html", page)
        if attempt.payment_url and urlsplit(attempt.payment_url).path != request.path:
            return HttpResponseRedirect(attempt.payment_url)  # the provider has a page of its own
        try:
            page["form"] = payer_form(payment=payment, attempt=attempt, now=clock.now())
        except ProviderTrouble as error:
            page["error"] = error.message(language)
            return render(request, "checkout/pay.html", page, status=error.entry.status)
        page |= transfer_page(payment, attempt, language)
        return remember_language(request, render(request, "checkout/attempt.html", page))


@never_cache
@require_GET
def qr_picture(request: HttpRequest, transaction_id: str, attempt_id: str) -> HttpResponse:
    """``/pay/{transaction_id}/{attempt_id}/qr.png``: the QR code as a picture, to be kept and opened in a banking app."""
    payment, attempt = _attempt(transaction_id, attempt_id)
    details = transfer_details(payment=payment, attempt=attempt) if can_pay(payment) else None
    if details is None:
        raise Http404
    answer = HttpResponse(qr_image.png(details.qr_text), content_type="image/png")
    answer["Content-Disposition"] = f'inline; filename="{details.memo or payment.public_id}.png"'
    return answer


@never_cache
@require_GET
def status(request: HttpRequest, transaction_id: str) -> JsonResponse:
    """``/pay/{transaction_id}/status``: what the page polls; nothing but the state and what came is told."""
    payment = _payment(transaction_id)
    return JsonResponse({"status": shown_status(payment), "final": not can_pay(payment), "received": payment.received_amount})


@never_cache
@csrf_exempt  # NAPAS and others post the payer's browser here
@require_http_methods(["GET", "POST"])
def provider_return(request: HttpRequest, provider_code: str, account_id: str | None = None) -> HttpResponse:
    """``/api/v1/webhooks/{provider_code}[/{account_id}]/return``: verify, then send the payer on to the client."""
    if provider_code not in registry.ADAPTERS:
        raise Http404
    raw = RawRequest(
        method=request.method or "GET",
        query=request.META.get("QUERY_STRING", ""),
        body=request.body,
        content_type=request.META.get("CONTENT_TYPE", ""),
    )
    try:
        back = payer_returned(provider_code=provider_code, account_id=account_id, raw=raw, now=clock.now())
    except ReturnRefused:
        with override(language_of(request, None)):
            return render(request, "checkout/unverified.html", {"language": language_of(request, None)}, status=400)
    return HttpResponseRedirect(back.forward_url)


def _to_provider(request: HttpRequest, payment: Transaction, language: str) -> HttpResponse:
    try:
        url = choose_provider(
            tenant=context_of_tenant(payment.tenant_id),
            payment_id=payment.pk,
            provider_code=request.POST.get("provider_code", "")[:20],
            payer_ip=client_address(request),
            request_id=getattr(request, "request_id", ""),
            now=clock.now(),
        )
    except DomainError as error:
        payment.refresh_from_db()
        page = {**payment_page(payment, language), "error": error.message(language)}
        return render(request, "checkout/pay.html", page, status=error.entry.status)
    return HttpResponseRedirect(url)


def _payment(transaction_id: str) -> Transaction:
    known = "\x00" not in transaction_id  # PostgreSQL can not even be asked
    payment = Transaction.objects.select_related("tenant").filter(public_id=transaction_id).first() if known else None
    if payment is None:
        raise Http404
    return payment


def _attempt(transaction_id: str, attempt_id: str) -> tuple[Transaction, PaymentAttempt]:
    payment = _payment(transaction_id)
    known = "\x00" not in attempt_id
    attempt = payment.attempts.select_related("account__provider").filter(public_id=attempt_id).first() if known else None
    if attempt is None:
        raise Http404
    return payment, attempt

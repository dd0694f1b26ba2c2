"""Where providers send their notices. They are answered in their own words, never in our envelope."""

from __future__ import annotations

import logging

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from payments_site.api.context import client_address
from payments_site.api.throttling import count
from payments_site.kernel import clock
from transactions.providers import registry
from transactions.providers.base import AckOutcome, RawRequest
from webhooks.inbound import raw as raw_form
from webhooks.inbound.receive import REFUSED, is_genuine, receive

logger = logging.getLogger(__name__)


@csrf_exempt
@require_http_methods(["GET", "POST"])
def notify(request: HttpRequest, provider_code: str, account_id: str | None = None) -> HttpResponse:
    """``/webhooks/{provider_code}`` and ``/webhooks/{provider_code}/{account_id}``; whatever comes, the provider's own words."""
    if provider_code not in registry.ADAPTERS:
        return HttpResponse(status=404)
    raw = raw_form.read(request)
    try:
        return _answer(request, provider_code, account_id, raw)
    except Exception:
        # Not even stored (PostgreSQL is away, say): the provider is told in its own words to come again.
        logger.exception("notice could not be stored: provider=%s", provider_code)
        answer = registry.get(provider_code).acknowledge(AckOutcome.OUR_ERROR, raw)
        return HttpResponse(answer.body, status=answer.status, content_type=answer.content_type)


def _answer(request: HttpRequest, provider_code: str, account_id: str | None, raw: RawRequest) -> HttpResponse:
    address = client_address(request)
    limit_key = f"address:{address}"
    now = clock.now()
    flooded = count(request, group="webhook", key=limit_key, rate=settings.RATE_LIMIT_WEBHOOK, increment=False).remaining == 0
    # A real notice gets through a flood of forged ones, whatever proxy they share an address behind.
    if flooded and not is_genuine(provider_code=provider_code, account_id=account_id, raw=raw, now=now):
        answer = registry.get(provider_code).acknowledge(AckOutcome.OUR_ERROR, raw)
        return HttpResponse(answer.body, status=429, content_type=answer.content_type)
    received = receive(
        provider_code=provider_code,
        account_id=account_id,
        raw=raw,
        path=request.path,
        source_ip=address,
        request_id=getattr(request, "request_id", ""),
        now=now,
    )
    if received.verdict in REFUSED:
        # Only refused notices count, so that no real provider is ever throttled.
        count(request, group="webhook", key=limit_key, rate=settings.RATE_LIMIT_WEBHOOK)
    return HttpResponse(received.answer.body, status=received.answer.status, content_type=received.answer.content_type)

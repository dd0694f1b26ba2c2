"""For staff, beside the providers' own addresses: the log of notices, a dry run, and applying stored notices again."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.dateparse import parse_datetime
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from payments_site.api.context import client_address
from payments_site.api.envelope import success
from payments_site.api.pagination import decode_cursor, encode_cursor
from payments_site.api.schema import operation
from payments_site.kernel import clock
from payments_site.kernel.errors import DomainError, InvalidInput
from tenants.api.lists import answer_page, read_page, read_text
from tenants.api.staff_view import STAFF_ERRORS, StaffView
from transactions.providers.base import RawRequest
from webhooks.inbound.api import outputs
from webhooks.inbound.api.inputs import DryRunInput, ReplayInput, known_provider, read_bounded
from webhooks.inbound.dry_run import dry_run
from webhooks.inbound.models import ProviderNotification
from webhooks.inbound.replaying import MOST, in_range, replay_many, replay_one

TAGS = ["Admin: webhooks"]
VIEW, CHANGE = "webhooks.view_providernotification", "webhooks.change_providernotification"
_BODY_ERRORS = (*STAFF_ERRORS, "VALIDATION_ERROR", "PAYLOAD_TOO_LARGE")
_MAX_ID = 2**63 - 1


class WebhookNotFound(DomainError):
    """No notice has this id, or no provider this code."""

    code = "NOT_FOUND"


class WebhookLogsView(StaffView):
    """The notices."""

    required_permission = {"GET": VIEW}

    @operation(
        summary="List notices of providers",
        name="adminListWebhooks",
        data=outputs.WebhookLogOutput(many=True),
        tags=TAGS,
        paginated=True,
        parameters=[
            OpenApiParameter("provider_code", str),
            OpenApiParameter("verdict", enum=list(ProviderNotification.Verdict.values)),
            OpenApiParameter("transaction_id", str),
            OpenApiParameter("account_id", str),
            OpenApiParameter("since", OpenApiTypes.DATETIME, description="received at or after"),
            OpenApiParameter("until", OpenApiTypes.DATETIME, description="received before"),
            OpenApiParameter("limit", int),
            OpenApiParameter("cursor", str),
        ],
        example=[outputs.LOG],
        errors=(*STAFF_ERRORS, "VALIDATION_ERROR"),
    )
    def get(self, request: Request) -> Response:
        """Newest first; the raw requests are shown in the back office only."""
        page = read_page(request)
        rows = _filtered(request).defer("raw_sealed").select_related("account", "attempt__transaction").order_by("-id")
        rows = rows.filter(pk__lt=page.before) if page.before is not None else rows
        found = list(rows[: page.limit + 1])
        return answer_page(request, found, page, lambda some: [outputs.show_log(row) for row in some])


class WebhookTestView(StaffView):
    """A dry run."""

    required_permission = {"POST": CHANGE}

    @operation(
        summary="Say what a provider's request would do",
        name="adminTestWebhook",
        data=outputs.ForecastOutput(),
        tags=TAGS,
        request=DryRunInput,
        request_example={"account_id": outputs.ACCOUNT_ID, "payload": {"data": {"orderCode": 123}, "signature": "..."}},
        example=outputs.FORECAST,
        errors=(*_BODY_ERRORS, "NOT_FOUND"),
        description="The request is taken in as a real one and undone: nothing is stored, no money moves, nobody is called back."
        " Whoever asks needs no key of the provider; a request without a valid signature is forecast as refused.",
    )
    def post(self, request: Request, provider_code: str) -> Response:
        """The verdict, the answer that the provider would get, and the payment before and after."""
        code = _provider_or_404(provider_code)
        given = read_bounded(request, DryRunInput)
        found = dry_run(
            provider_code=code,
            account_id=given.get("account_id"),
            raw=_raw(given),
            path=request.path,
            source_ip=given.get("source_ip") or client_address(request),
            now=clock.now(),
        )
        return success(request, outputs.show_forecast(found))


class WebhookRetryView(StaffView):
    """Applying one again."""

    required_permission = {"POST": CHANGE}

    @operation(
        summary="Apply a stored notice again",
        name="adminRetryWebhook",
        data=outputs.OutcomeOutput(),
        tags=TAGS,
        example=outputs.OUTCOME,
        errors=(*STAFF_ERRORS, "NOT_FOUND"),
        description="Safe to repeat: a notice that was applied is a repeat and moves nothing.",
    )
    def post(self, request: Request, webhook_id: str) -> Response:
        """What became of it."""
        rows = ProviderNotification.objects.select_related("account", "data_key")
        notice = rows.filter(public_id=webhook_id).first() if "\x00" not in webhook_id else None
        if notice is None:
            raise WebhookNotFound({"webhook_id": webhook_id[:40]})
        return success(request, outputs.show_outcome(replay_one(notice=notice, actor=self.actor(request), now=clock.now())))


class WebhookRetriesView(StaffView):
    """Applying many again."""

    required_permission = {"POST": CHANGE}

    @operation(
        summary="Apply stored notices again",
        name="adminRetryWebhooks",
        data=outputs.OutcomeOutput(many=True),
        tags=TAGS,
        request=ReplayInput,
        request_example={"since": "2026-11-21T00:00:00+07:00", "until": "2026-11-21T06:00:00+07:00", "verdicts": ["error"]},
        example=[outputs.OUTCOME],
        paginated=True,
        errors=_BODY_ERRORS,
        description=f"A selection by `webhook_ids`, or a time range (without `verdicts`: what was never applied), at most {MOST}"
        " at a time and in the order they came. `pagination.next` as `cursor` goes on from there. Safe to repeat.",
    )
    def post(self, request: Request) -> Response:
        """One outcome for each notice; ids that nobody knows have none."""
        given = read_bounded(request, ReplayInput)
        limit, after = given.get("limit", MOST), _position(given.get("cursor"))
        done = replay_many(notices=_chosen(given), actor=self.actor(request), now=clock.now(), most=limit, after=after)
        following = encode_cursor([done.following]) if done.following is not None else None
        shown = [outputs.show_outcome(one) for one in done.outcomes]
        return success(request, shown, pagination={"next": following, "previous": None, "limit": limit})


def _chosen(given: dict[str, Any]) -> QuerySet[ProviderNotification]:
    if "webhook_ids" in given:
        return ProviderNotification.objects.filter(public_id__in=given["webhook_ids"])
    code = known_provider(given["provider_code"]) if "provider_code" in given else ""
    verdicts = given.get("verdicts", ())
    return in_range(since=given["since"], until=given.get("until"), verdicts=verdicts, provider_code=code)


def _position(cursor: str | None) -> int:
    position = decode_cursor(cursor, parts=1)[0] if cursor else 0
    if isinstance(position, bool) or not isinstance(position, int) or not 0 <= position <= _MAX_ID:
        raise InvalidInput({"field": "cursor", "constraint": "a cursor of this API is expected"})
    return position


def _raw(given: dict[str, Any]) -> RawRequest:
    payload = given.get("payload")
    body = given.get("body", "") if payload is None else json.dumps(payload, ensure_ascii=False, separators=(",", ":"))
    return RawRequest(
        method=given.get("method") or ("POST" if body else "GET"),
        query=given.get("query", ""),
        body=body.encode(),
        content_type=given.get("content_type") or "application/json",
        headers=dict(given.get("headers", {})),
    )


def _provider_or_404(code: str) -> str:
    try:
        return known_provider(code)
    except InvalidInput:
        raise WebhookNotFound({"provider_code": code[:20]}) from None


def _filtered(request: Request) -> QuerySet[ProviderNotification]:
    """Raises ``InvalidInput`` naming what is wrong."""
    rows = ProviderNotification.objects.all()
    if code := read_text(request, "provider_code"):
        rows = rows.filter(provider_code=known_provider(code))
    if verdict := read_text(request, "verdict"):
        if verdict not in ProviderNotification.Verdict.values:
            known = ", ".join(ProviderNotification.Verdict.values)
            raise InvalidInput({"field": "verdict", "constraint": f"one of {known}"})
        rows = rows.filter(verdict=verdict)
    if payment := read_text(request, "transaction_id"):
        rows = rows.filter(attempt__transaction__public_id=payment)
    if account := read_text(request, "account_id"):
        rows = rows.filter(account__public_id=account)
    for name, lookup in (("since", "received_at__gte"), ("until", "received_at__lt")):
        if text := read_text(request, name):
            rows = rows.filter(**{lookup: _moment(name, text)})
    return rows


def _moment(name: str, text: str) -> datetime:
    try:
        moment = parse_datetime(text.replace(" ", "+"))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise InvalidInput({"field": name, "constraint": "an ISO 8601 date and time with its offset is expected"})
    return moment

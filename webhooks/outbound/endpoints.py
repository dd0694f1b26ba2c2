"""A tenant's own addresses: making, changing, switching, hiding and testing them. Tenants and staff come through here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from audit.services import Actor, record
from payments_site.kernel import clock, ids
from payments_site.kernel.errors import DomainError, InvalidInput
from webhooks.outbound.guard import refusal
from webhooks.outbound.health import switch_off
from webhooks.outbound.models import CallbackDelivery, CallbackEndpoint
from webhooks.outbound.replay import switch_on
from webhooks.outbound.trail import plain_url
from webhooks.outbound.words import MESSAGE_TYPES, TEST_MESSAGE

MOST_ENDPOINTS = 20
MOST_WAITING_TESTS = 20


class EndpointNotFound(DomainError):
    """The tenant has no such endpoint."""

    code = "NOT_FOUND"


@dataclass(frozen=True)
class Wish:
    """What an endpoint should be. ``event_types`` empty: all. ``replay``: whether switching on brings what was missed."""

    url: str
    event_types: list[str]
    description: str = ""
    is_active: bool = True
    replay: bool = True


def endpoint_of(*, tenant_id: int, endpoint_id: str) -> CallbackEndpoint:
    """The tenant's endpoint by its public id. Raises ``EndpointNotFound``."""
    found = CallbackEndpoint.objects.filter(tenant_id=tenant_id, public_id=_askable(endpoint_id), deleted_at=None).first()
    if found is None:
        raise EndpointNotFound
    return found


def endpoints_of(*, tenant_id: int) -> list[CallbackEndpoint]:
    """All of a tenant's endpoints, oldest first; they are few."""
    return list(CallbackEndpoint.objects.filter(tenant_id=tenant_id, deleted_at=None).order_by("id"))


@transaction.atomic
def create_endpoint(*, tenant_id: int, wish: Wish, actor: Actor, now: datetime) -> CallbackEndpoint:
    """A new endpoint that hears of events from now on. Raises ``InvalidInput`` (also for a URL that is in use already).

    The URL of a deleted endpoint may come back: as the same row, without what it missed.
    """
    _refuse_unfit(wish)
    if len(endpoints_of(tenant_id=tenant_id)) >= MOST_ENDPOINTS:
        raise InvalidInput({"field": "url", "constraint": f"at most {MOST_ENDPOINTS} endpoints"})
    known = CallbackEndpoint.objects.select_for_update().filter(tenant_id=tenant_id, url=wish.url).first()
    if known is not None and known.deleted_at is None:
        raise InvalidInput({"field": "url", "constraint": "another endpoint has this URL"})
    endpoint = known or CallbackEndpoint(tenant_id=tenant_id, url=wish.url)
    endpoint.deleted_at = endpoint.failing_since = endpoint.disabled_at = None
    endpoint.missed_xid = endpoint.missed_since = endpoint.replay_until_xid = None
    endpoint.is_active, endpoint.disabled_reason = True, ""
    endpoint.event_types, endpoint.description = wish.event_types, wish.description
    try:
        with transaction.atomic():
            endpoint.save()
    except IntegrityError as error:  # a twin of this request was quicker
        raise InvalidInput({"field": "url", "constraint": "another endpoint has this URL"}) from error
    if not wish.is_active:
        switch_off(endpoint, reason=off_reason(actor), now=now)
    _audit("callback_endpoint_created", endpoint, None, actor, now)
    return endpoint


@transaction.atomic
def change_endpoint(*, endpoint: CallbackEndpoint, wish: Wish, actor: Actor, now: datetime) -> CallbackEndpoint:
    """As wished: what still waits follows a new URL, switching on brings what was missed. Raises ``InvalidInput``."""
    _refuse_unfit(wish)
    row = _locked(endpoint)
    old = facts(row)
    others = CallbackEndpoint.objects.filter(tenant_id=row.tenant_id, url=wish.url).exclude(pk=row.pk)
    if others.exists():
        raise InvalidInput({"field": "url", "constraint": "another endpoint has this URL, or had it before it was deleted"})
    row.description, row.event_types = wish.description, wish.event_types
    moved, row.url = row.url != wish.url, wish.url
    row.save(update_fields=["description", "event_types", "url", "updated_at"])
    if moved:
        _follow(row)
    if wish.is_active and not row.is_active:
        switch_on(row, replay=wish.replay, now=now)
    elif row.is_active and not wish.is_active:
        switch_off(row, reason=off_reason(actor), now=now)
    _audit("callback_endpoint_changed", row, old, actor, now)
    return row


@transaction.atomic
def delete_endpoint(*, endpoint: CallbackEndpoint, actor: Actor, now: datetime) -> CallbackEndpoint:
    """Nothing is sent there any more and nobody sees it; its deliveries stay as evidence."""
    row = _locked(endpoint)
    old = facts(row)
    if row.is_active:
        switch_off(row, reason="deleted by the tenant", now=now)
    row.deleted_at = now
    row.save(update_fields=["deleted_at", "updated_at"])
    _audit("callback_endpoint_deleted", row, old, actor, now)
    return row


@transaction.atomic
def send_test(*, endpoint: CallbackEndpoint, actor: Actor, now: datetime) -> CallbackDelivery:
    """A test event on its way to the endpoint, switched on or not; it is tried once. Raises ``InvalidInput`` for too many."""
    row = _locked(endpoint)
    waiting = CallbackDelivery.objects.filter(endpoint=row, event__isnull=True, status=CallbackDelivery.Status.PENDING)
    if waiting.count() >= MOST_WAITING_TESTS:
        raise InvalidInput({"field": "endpoint_id", "constraint": f"{MOST_WAITING_TESTS} tests are on their way already"})
    event_id = ids.new_id(ids.EVENT)
    delivery = CallbackDelivery.objects.create(
        tenant_id=row.tenant_id, endpoint=row, url=row.url, test_event_id=event_id, test_body=_test_body(event_id, row, now),
        next_attempt_at=now, created_at=now,
    )  # fmt: skip
    _audit("callback_endpoint_tested", row, None, actor, now)
    return delivery


def facts(endpoint: CallbackEndpoint) -> dict[str, Any]:
    """What the audit trail says of an endpoint: nothing that opens a door."""
    return {
        "url": plain_url(endpoint.url),
        "event_types": endpoint.event_types,
        "is_active": endpoint.is_active,
        "disabled_reason": endpoint.disabled_reason,
    }


def off_reason(actor: Actor) -> str:
    """Who switched it off, as the endpoint remembers it."""
    return "switched off by staff" if actor.user_type == "staff" else "switched off by the tenant"


def types_fault(types: object) -> str | None:
    """Why ``types`` is no list of message types; None if it is one."""
    if isinstance(types, list) and len(types) <= len(MESSAGE_TYPES) and all(name in MESSAGE_TYPES for name in types):
        return None
    return "a list of " + ", ".join(MESSAGE_TYPES) + " is expected; an empty one means all"


def _refuse_unfit(wish: Wish) -> None:
    fault = types_fault(wish.event_types)
    if fault:
        raise InvalidInput({"field": "event_types", "constraint": fault})
    hosts, https = settings.CALLBACK_ALLOWED_HOSTS, settings.CALLBACK_REQUIRE_HTTPS
    reason = refusal(wish.url, allowed_hosts=hosts, require_https=https)
    if reason:
        raise InvalidInput({"field": "url", "constraint": reason})


def _locked(endpoint: CallbackEndpoint) -> CallbackEndpoint:
    return CallbackEndpoint.objects.select_for_update(of=("self",)).select_related("tenant").get(pk=endpoint.pk)


def _follow(endpoint: CallbackEndpoint) -> None:
    """What was not delivered goes to the new URL, unless the same event went there by another way."""
    waiting = CallbackDelivery.objects.filter(endpoint=endpoint).exclude(status=CallbackDelivery.Status.DELIVERED)
    there = CallbackDelivery.objects.filter(url=endpoint.url, event__isnull=False, tenant_id=endpoint.tenant_id)
    waiting.exclude(event_id__in=there.values("event_id")).update(url=endpoint.url)


def _test_body(event_id: str, endpoint: CallbackEndpoint, now: datetime) -> bytes:
    message: Mapping[str, Any] = {
        "event_id": event_id,
        "event_type": TEST_MESSAGE,
        "sequence": 0,
        "created_at": clock.iso(now),
        "data": {"endpoint_id": endpoint.public_id},
    }
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()


def _audit(action: str, endpoint: CallbackEndpoint, old: dict[str, Any] | None, actor: Actor, now: datetime) -> None:
    record(
        actor=actor, action=action, entity_type="callback_endpoint", entity_id=endpoint.public_id,
        tenant_id=endpoint.tenant.public_id, old=old, new=facts(endpoint), now=now,
    )  # fmt: skip


def _askable(public_id: str) -> str:
    return public_id.replace("\x00", "")  # PostgreSQL can not even be asked for that one

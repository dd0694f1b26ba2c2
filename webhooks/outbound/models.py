"""Callbacks to tenants. The body is the event's own; a delivery is that event on its way to one address."""

from __future__ import annotations

from functools import partial

from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from payments_site.kernel import ids
from tenants.models import Tenant
from webhooks.outbound.words import TEST_MESSAGE


class CallbackEndpoint(models.Model):
    """An extra address of a tenant, beside its default callback URL, for the event types it asks for (none: all)."""

    public_id = models.CharField(
        _("endpoint id"), max_length=40, unique=True, editable=False, default=partial(ids.new_id, ids.ENDPOINT)
    )
    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="callback_endpoints", verbose_name=_("tenant"))
    url = models.CharField(_("URL"), max_length=2048)
    description = models.CharField(_("description"), max_length=200, blank=True, default="")
    event_types = models.JSONField(_("event types"), default=list, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    disabled_reason = models.CharField(_("why it is off"), max_length=200, blank=True, default="")
    # Since when every try has failed; NULL after a success, and before the first try.
    failing_since = models.DateTimeField(_("failing since"), null=True, blank=True, editable=False)
    disabled_at = models.DateTimeField(_("off since"), null=True, blank=True, editable=False)
    enabled_at = models.DateTimeField(_("on again since"), null=True, blank=True, editable=False)
    # The replay of what it missed (replay.py): events of database transactions from ``missed_xid`` on, deliveries given up
    # since ``missed_since``; the last look comes when all before ``replay_until_xid`` have ended. NULL when nothing is missing.
    missed_xid = models.BigIntegerField(null=True, blank=True, editable=False)
    missed_since = models.DateTimeField(null=True, blank=True, editable=False)
    replay_until_xid = models.BigIntegerField(null=True, blank=True, editable=False)
    # Deliveries refer to it, so a tenant's DELETE hides it.
    deleted_at = models.DateTimeField(_("deleted at"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    class Meta:
        app_label = "webhooks"
        verbose_name = _("callback endpoint")
        verbose_name_plural = _("callback endpoints")
        constraints = [models.UniqueConstraint(fields=["tenant", "url"], name="endpoint_url_once")]

    def __str__(self) -> str:
        return self.url


class CallbackPolicy(models.Model):
    """How a tenant wants its callbacks delivered; a tenant without a row has the installation's ways."""

    tenant = models.OneToOneField(Tenant, on_delete=models.PROTECT, related_name="callback_policy", verbose_name=_("tenant"))
    # Seconds after the first, second, ... failed try; empty: the contract's schedule. Bounds: ``schedule.policy_fault``.
    retry_delays = models.JSONField(_("waits between tries (seconds)"), default=list, blank=True)
    strict_order = models.BooleanField(
        _("strict order"),
        default=False,
        help_text=_("A payment's later event waits at each address until the earlier one was delivered or given up."),
    )
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    class Meta:
        app_label = "webhooks"
        verbose_name = _("callback policy")
        verbose_name_plural = _("callback policies")

    def __str__(self) -> str:
        return str(self.tenant)


class CallbackDelivery(models.Model):
    """One event to one address. A pending row is due once ``next_attempt_at`` has come; claiming pushes it forward by a lease.

    A test has no event and no payment: it carries its own body, and is tried once.
    """

    class Status(models.TextChoices):
        PENDING = "pending", _("Pending")
        DELIVERED = "delivered", _("Delivered")
        DEAD = "dead", _("Given up")

    public_id = models.CharField(
        _("delivery id"), max_length=40, unique=True, editable=False, default=partial(ids.new_id, ids.DELIVERY)
    )
    event = models.ForeignKey(
        "transactions.TransactionEvent",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="deliveries",
        verbose_name=_("event"),
    )
    transaction = models.ForeignKey(
        "transactions.Transaction",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="deliveries",
        verbose_name=_("payment"),
    )
    # Indexed together with the id, below.
    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("tenant"))
    test_event_id = models.CharField(_("test event id"), max_length=40, blank=True, default="", db_default="", editable=False)
    test_body = models.BinaryField(null=True, blank=True, editable=False)
    # NULL: the transaction's own URL, a refund's notification URL, or the tenant's default one.
    endpoint = models.ForeignKey(
        CallbackEndpoint,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="deliveries",
        verbose_name=_("endpoint"),
    )
    url = models.CharField(_("URL"), max_length=2048)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.PENDING)
    attempts = models.PositiveSmallIntegerField(_("tries"), default=0)
    # Tries before it was last sent again: the schedule began anew after them.
    tries_before = models.PositiveSmallIntegerField(_("tries before it was sent again"), default=0, db_default=0)
    next_attempt_at = models.DateTimeField(_("next try at"), null=True, blank=True)
    last_status = models.PositiveSmallIntegerField(_("last answer"), null=True, blank=True)
    last_response = models.TextField(_("last answer's body"), blank=True, default="")
    last_error = models.CharField(_("last error"), max_length=255, blank=True, default="")
    delivered_at = models.DateTimeField(_("delivered at"), null=True, blank=True)
    failed_at = models.DateTimeField(_("given up at"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        app_label = "webhooks"
        verbose_name = _("callback delivery")
        verbose_name_plural = _("callback deliveries")
        constraints = [
            models.UniqueConstraint(fields=["event", "url"], name="delivery_once_per_event_and_url"),
            models.CheckConstraint(
                condition=Q(status="pending", next_attempt_at__isnull=False)
                | (Q(status__in=["delivered", "dead"]) & Q(next_attempt_at__isnull=True)),
                name="delivery_scheduled_or_final",
            ),
            models.CheckConstraint(
                condition=Q(event__isnull=False, transaction__isnull=False, test_event_id="", test_body__isnull=True)
                | (Q(event__isnull=True, transaction__isnull=True, test_body__isnull=False) & ~Q(test_event_id="")),
                name="delivery_of_an_event_or_a_test",
            ),
        ]
        indexes = [
            models.Index(fields=["next_attempt_at"], condition=Q(status="pending"), name="delivery_due"),
            # A lane is host and port of the URL, tenant and endpoint: a claim takes its share of each without reading past the
            # queue of another.
            models.Index(
                Func(F("url"), Value("/"), Value(3), function="split_part"),
                F("tenant"),
                Coalesce(F("endpoint"), Value(0)),
                F("next_attempt_at"),
                condition=Q(status="pending"),
                name="delivery_due_by_lane",
            ),
            models.Index(fields=["tenant", "-id"], name="delivery_of_tenant"),
            models.Index(fields=["-created_at"], name="delivery_created"),
            models.Index(fields=["-created_at"], condition=Q(status="dead"), name="delivery_dead"),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def message_type(self) -> str:
        """The event as the client knows it."""
        return TEST_MESSAGE if self.event is None else self.event.message_type or ""

    @property
    def message_id(self) -> str:
        """What goes out as ``webhook-id``."""
        return self.test_event_id if self.event is None else self.event.public_id


class CallbackAttempt(models.Model):
    """One try of one delivery: what was answered, how long it took."""

    delivery = models.ForeignKey(CallbackDelivery, on_delete=models.PROTECT, related_name="tries", verbose_name=_("delivery"))
    number = models.PositiveSmallIntegerField(_("number"))
    started_at = models.DateTimeField(_("started at"))
    duration_ms = models.PositiveIntegerField(_("took (ms)"))
    response_status = models.PositiveSmallIntegerField(_("answer"), null=True, blank=True)
    # The first 2 kB, for the tenant's own search for the fault.
    response_body = models.TextField(_("answer's body"), blank=True, default="")
    error = models.CharField(_("error"), max_length=255, blank=True, default="")

    class Meta:
        app_label = "webhooks"
        verbose_name = _("callback try")
        verbose_name_plural = _("callback tries")
        constraints = [models.UniqueConstraint(fields=["delivery", "number"], name="callback_attempt_number_once")]

    def __str__(self) -> str:
        return f"#{self.number}"

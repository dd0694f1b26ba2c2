"""``manage.py retry_webhook_delivery``: one more try for what was named, a provider's notice or a callback to a tenant."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audit.services import SYSTEM
from payments_site.kernel import clock, ids
from webhooks.inbound.models import ProviderNotification
from webhooks.inbound.replaying import replay_one
from webhooks.outbound.models import CallbackDelivery
from webhooks.outbound.resend import StillPendingError, resend


class Command(BaseCommand):
    """Safe to repeat: a notice that was applied is a repeat, a callback keeps its id, by which its receiver knows it."""

    help = "Apply provider notices (whk_...) again, or send callbacks (cb_...) again"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """At least one id."""
        parser.add_argument("ids", nargs="+", metavar="whk_... | cb_...")

    def handle(self, *args: Any, **options: Any) -> None:
        """One line an id. Raises ``CommandError`` after the others are done, where one is not known."""
        unknown = []
        for public_id in options["ids"]:
            again = _notice_again if public_id.startswith(f"{ids.NOTICE}_") else _callback_again
            outcome = again(public_id)
            unknown += [] if outcome else [public_id]
            self.stdout.write(f"{public_id} {outcome or 'unknown'}")
        if unknown:
            raise CommandError(f"nobody knows {', '.join(unknown)}")


def _notice_again(public_id: str) -> str | None:
    notice = ProviderNotification.objects.select_related("account", "data_key").filter(public_id=public_id).first()
    return None if notice is None else replay_one(notice=notice, actor=SYSTEM, now=clock.now()).outcome


def _callback_again(public_id: str) -> str | None:
    delivery = CallbackDelivery.objects.filter(public_id=public_id).first()
    if delivery is None:
        return None
    try:
        resend(delivery=delivery, now=clock.now(), actor=SYSTEM)
    except StillPendingError:
        return "pending already"
    return "due now"

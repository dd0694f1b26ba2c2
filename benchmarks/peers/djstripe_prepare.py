"""Tables, and the rows that dj-stripe wants to find: an account, its key, an endpoint that belongs to both.

`DJANGO_SETTINGS_MODULE=djstripe_settings python djstripe_prepare.py` prints the path and the secret of the endpoint as JSON.
"""

from __future__ import annotations

import json
import secrets
import sys

import django
import stripe

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from djstripe.models import Account, APIKey, WebhookEndpoint  # noqa: E402


def main() -> dict[str, str]:
    """Where events go, and what they are signed with."""
    call_command("migrate", verbosity=0, interactive=False)
    account = Account.objects.create(id="acct_peer", livemode=False)
    APIKey.objects.create(secret=settings.STRIPE_TEST_SECRET_KEY, type="secret", livemode=False, djstripe_owner_account=account)
    secret = f"whsec_{secrets.token_hex(24)}"
    endpoint = WebhookEndpoint.objects.create(
        id="we_peer",
        livemode=False,
        enabled_events=["*"],
        secret=secret,
        status="enabled",
        url="https://shop.example/hook",
        api_version=stripe.api_version,
        djstripe_owner_account=account,
    )
    return {"path": f"/stripe/webhook/{endpoint.djstripe_uuid}/", "secret": secret}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main()))

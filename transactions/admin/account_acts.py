"""What staff may do with a provider account by talking to its provider."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from payments_site.kernel import clock
from tenants.actors import actor_of
from tenants.admin.accounts import ProviderAccountAdmin
from tenants.admin.acts import Act
from tenants.models import ProviderAccount
from transactions.services.register_webhook import can_register_webhook, register_webhook


def _register(request: HttpRequest, account: ProviderAccount, values: dict[str, Any]) -> str:
    url = register_webhook(account=account, actor=actor_of(request), now=clock.now())
    return gettext("The provider has tried the address and will send its notices there: %s") % url


REGISTER_WEBHOOK = Act(
    "register-webhook", _("Register the webhook address"), "webhook", "tenants.change_provideraccount",
    lambda request, account: can_register_webhook(account), _register,
    _("The provider is told where to send this account's notices. It calls the address at once, and takes it only if we answer."),
)  # fmt: skip

# The page itself belongs to a lower floor, which knows nothing of calling providers.
ProviderAccountAdmin.acts = (*ProviderAccountAdmin.acts, REGISTER_WEBHOOK)

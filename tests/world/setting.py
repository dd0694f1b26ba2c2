"""The tenants of a seed: two shops with accounts at the providers, their addresses for callbacks, and who works in the office."""

from __future__ import annotations

from audit.services import SYSTEM
from payments_site.kernel import clock
from tenants.models import Tenant
from tenants.services.accounts import create_account
from tenants.services.projects import create_project
from tests.factories.provider_words import WORDS
from tests.factories.world import Role, make_role
from tests.world.model import Shop
from tests.world.receivers import Receiver
from tests.world.scene import Scene
from tests.world.stage import BASE_URL
from webhooks.outbound.endpoints import Wish, create_endpoint
from webhooks.outbound.models import CallbackPolicy

_BIG, _SMALL = tuple(WORDS), ("vnpay", "momo", "vietqr")


def open_shops(scene: Scene) -> None:
    """``big`` takes every provider and wants strict order; ``small`` takes three and has a short schedule of its own."""
    project = create_project(code=f"WORLD{scene.seed}", name="Thế giới", actor=SYSTEM, now=clock.now())
    for app_code, codes, host in (("big", _BIG, "shop.example"), ("small", _SMALL, "stall.example")):
        role = make_role(project.public_id, project.code, app_code, callback_url=f"https://{host}/hook", with_account=False)
        accounts = {code: _account(scene, role, code) for code in codes}
        default = scene.stage.receivers.add(Receiver(f"https://{host}/hook", role.callback_secret, strict=app_code == "big"))
        shop = Shop(role, accounts, default)
        _more(scene, shop, app_code)
        scene.truth.shops.append(shop)


def _account(scene: Scene, role: Role, code: str) -> tuple[str, str]:
    words = WORDS[code]
    credentials = words.credentials()
    account = create_account(
        provider_code=code, environment="sandbox", credentials=credentials, tenant_id=role.tenant_id, actor=SYSTEM,
        now=clock.now(),
    )  # fmt: skip
    notify_url = f"{BASE_URL}/api/v1/webhooks/{code}/{account.public_id}"
    answer = scene.stage.sandboxes.control(code, "accounts", **credentials, notify_url=notify_url, name="World")
    if answer.status != 201:
        scene.false(f"{code} does not take the account: {answer.text}")
    return str(account.public_id), credentials[words.identifier]


def _more(scene: Scene, shop: Shop, app_code: str) -> None:
    tenant = Tenant.objects.get(public_id=shop.role.tenant_id)
    delays = [] if app_code == "big" else [60, 600, 3600, 7200, 86_400]
    CallbackPolicy.objects.create(tenant=tenant, strict_order=app_code == "big", retry_delays=delays)
    url = f"https://erp.example/{app_code}"
    endpoint = create_endpoint(tenant_id=tenant.pk, wish=Wish(url, []), actor=SYSTEM, now=clock.now())
    shop.extra.append(scene.stage.receivers.add(Receiver(url, shop.role.callback_secret, is_endpoint=True)))
    shop.endpoint_ids[url] = str(endpoint.public_id)

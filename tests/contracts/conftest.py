"""acme with one of everything, so that its real ids can be tried by others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from rest_framework.test import APIClient

from audit import approvals
from audit.models import ApprovalRequest
from audit.services import SYSTEM
from payments_site.kernel import clock
from tenants.models import ApiKey, ProviderAccount
from tests.contracts import document
from tests.factories.desk_of_reconciliation import Paper
from tests.factories.tenants import ProviderAccountFactory
from tests.factories.world import Role, World
from tests.integration.audit.people import person
from tests.payloads.vnpay_sign import ipn_fields, sign
from transactions.models import Receipt
from webhooks.inbound.models import ProviderNotification

NOBODY_LISTENS = "http://127.0.0.1:1/merchant_webapi/api/transaction"
EMAIL = "anh.nguyen@acme.example"
ENDPOINT = "https://erp.acme.example/payments"
IDEMPOTENCY_KEY = "acme-key-0001"
BODY: dict[str, Any] = {
    "order_id": "ACME/ORD-1",
    "amount": 100_000,
    "currency": "VND",
    "description": "Thanh toán đơn hàng của acme",
    "provider_code": "vnpay",
    "return_url": "https://shop.example/done",
    "customer_info": {"name": "Nguyễn Văn Ánh", "email": EMAIL, "phone": "0901234567"},
    "metadata": {"basket": [1, 2], "note": "ghi chú"},
}
REFUND = {"refund_amount": 40_000, "reason": "Khách đổi ý", "internal_refund_id": "ACME-RF-1"}


@dataclass
class Belongings:
    """The real ids of acme, by the names that the document's paths use; and what of acme nobody else may read."""

    role: Role
    ids: dict[str, str]
    pending_id: str
    cursor: str

    @property
    def place(self) -> dict[str, str]:
        """Where acme lives."""
        return {"project_code": self.role.project_code, "app_code": self.role.app_code}

    @property
    def marks(self) -> list[str]:
        """Texts that appear in no answer to anybody else."""
        names = ("transaction_id", "refund_id", "event_id", "tenant_id", "account_id", "key_id", "reference_id")
        names += ("endpoint_id", "callback_id")
        return [*(self.ids[name] for name in names), self.pending_id, EMAIL, self.role.tmn_code]


def operations_of(api: APIClient, *schemes: str) -> list[document.Operation]:
    """The operations of the served document that one of the schemes opens."""
    return [one for one in document.operations(document.fetch(api)) if one.schemes & set(schemes)]


def pay(api: APIClient, role: Role, shown: dict[str, Any]) -> None:
    """The provider's notice that the payment was made."""
    fields = ipn_fields(tmn_code=role.tmn_code, reference=shown["provider_order_id"], amount=shown["amount"])
    notice = api.get(f"/api/v1/webhooks/vnpay/{role.account_id}?{sign(fields, role.hash_secret)}")
    assert notice.json()["RspCode"] == "00"


def asked_approval(role: Role) -> ApprovalRequest:
    """A change of acme's limits that waits for a second person."""
    return approvals.ask(
        action="tenants.set_limits", subject_type="tenant", subject_id=role.tenant_id, tenant_id=role.tenant_id,
        payload={"tenant_id": role.tenant_id, "changes": {"max_amount": 1_000_000}}, difference={"max_amount": [1, 2]}, reason="",
        person=person("maker", "change_tenant"), actor=SYSTEM, now=clock.now(),
    )  # fmt: skip


def reconciled(role: Role) -> dict[str, str]:
    """A run of acme's account, with a statement and a match."""
    paper = Paper(ProviderAccount.objects.select_related("provider").get(public_id=role.account_id), clock.now())
    match = paper.match(paper.line(), Receipt.objects.filter(account=paper.account).earliest("id"))
    return {
        "reconciliation_id": paper.run.public_id, "statement_id": paper.statement.public_id, "match_id": str(match.pk),
    }  # fmt: skip


@pytest.fixture
def belongings(world: World, api: APIClient, settings: Any) -> Belongings:
    """A paid payment of acme with a refund, and a pending one."""
    settings.PROVIDER_URLS = {**settings.PROVIDER_URLS, "VNPAY_API_URL": NOBODY_LISTENS}
    return make_belongings(world, api)


def make_belongings(world: World, api: APIClient) -> Belongings:
    """The same for whoever takes care of the settings."""
    acme = world.acme
    headers = {**acme.headers, "X-Idempotency-Key": IDEMPOTENCY_KEY}
    endpoint = api.post(f"{acme.base}/callback-endpoints", {"url": ENDPOINT}, format="json", headers=acme.headers)
    assert endpoint.status_code == 201, endpoint.content
    made = api.post(f"{acme.base}/transactions", BODY, format="json", headers=headers)
    assert made.status_code == 201, made.content
    url = f"{acme.base}/transactions/{made.json()['data']['transaction_id']}"
    pay(api, acme, api.get(url, headers=acme.headers).json()["data"])
    refund = api.post(f"{url}/refund", REFUND, format="json", headers=acme.headers)
    assert refund.status_code == 200, refund.content
    pending = api.post(f"{acme.base}/transactions", {**BODY, "order_id": "ACME-2"}, format="json", headers=acme.headers)
    shown = api.get(url, headers=acme.headers).json()["data"]
    page = api.get(f"{acme.base}/transactions?limit=1", headers=acme.headers).json()["pagination"]
    key = ApiKey.objects.get(tenant__public_id=acme.tenant_id)
    ids = {
        "transaction_id": shown["transaction_id"],
        "refund_id": refund.json()["data"]["refund_id"],
        "payment_id": shown["transaction_id"],
        "reference_id": shown["order_id"],
        "event_id": shown["events"][0]["event_id"],
        "endpoint_id": endpoint.json()["data"]["endpoint_id"],
        "callback_id": api.get(f"{acme.base}/callbacks", headers=acme.headers).json()["data"][0]["callback_id"],
        "tenant_id": acme.tenant_id,
        "account_id": acme.account_id,
        "key_id": key.public_id,
        "project_id": key.tenant.project.public_id,
        "project_account_id": ProviderAccountFactory(project=key.tenant.project).public_id,
        "provider_code": "vnpay",
        "webhook_id": ProviderNotification.objects.latest("id").public_id,
        "approval_id": asked_approval(acme).public_id,
        **reconciled(acme),
    }
    return Belongings(acme, ids, pending.json()["data"]["transaction_id"], page["next"])

"""No secret is found again: not in the audit trail, not in an answer, not readable in a row."""

from __future__ import annotations

import json
from datetime import timedelta

from django.db import connection
from psycopg import sql
from rest_framework.test import APIClient

from audit.models import AuditEntry
from audit.services import SYSTEM
from payments_site.kernel import clock
from tenants.hashing import hash_key
from tenants.models import ApiKey, CallbackSecret
from tenants.services.accounts import update_account
from tenants.services.callback_secrets import rotate_callback_secret
from tests.factories.tenants import ProviderAccountFactory, StaffUserFactory, TenantFactory, staff_token

HASH_SECRET = "EXTREMELYSECRETHASHSECRET0001"
NEXT_SECRET = "EXTREMELYSECRETHASHSECRET0002"


def everything(staff: APIClient) -> list[str]:
    """All secrets of a tenant that was set up and changed through every service."""
    tenant = TenantFactory()
    account = ProviderAccountFactory(
        tenant=tenant, credentials={"tmn_code": "ABCD1234", "hash_secret": HASH_SECRET}, fee={"percent": "1"}
    )
    update_account(
        account_id=account.public_id, changes={"credentials": {"hash_secret": NEXT_SECRET}}, actor=SYSTEM, now=clock.now()
    )
    base = f"/api/v1/admin/tenants/{tenant.public_id}"
    key = staff.post(f"{base}/api-keys", {"name": "k"}).json()["data"]["api_key"]
    rotated = staff.post(f"{base}/callback-secrets", {}).json()["data"]["callback_secret"]
    token = staff_token(StaffUserFactory())
    return [tenant.first_api_key, tenant.first_callback_secret, key, rotated, token, HASH_SECRET, NEXT_SECRET]


def test_no_secret_is_in_the_audit_trail(staff: APIClient) -> None:
    secrets = everything(staff)
    rows = AuditEntry.objects.values("entity_id", "old_values", "new_values", "additional_data", "changed_fields")
    trail = json.dumps(list(rows))
    actions = set(AuditEntry.objects.values_list("action", flat=True))
    assert {"provider_account.credentials_changed", "callback_secret.rotated", "staff_token.created"} <= actions
    for secret in [*secrets, "ABCD1234"]:
        assert secret not in trail


def test_no_secret_comes_back_from_any_get(staff: APIClient) -> None:
    secrets = everything(staff)
    tenants = staff.get("/api/v1/admin/tenants").json()["data"]
    (tenant,) = tenants
    paths = [
        "/api/v1/admin/projects", f"/api/v1/admin/projects/{tenant['project_id']}",
        "/api/v1/admin/tenants", f"/api/v1/admin/tenants/{tenant['tenant_id']}",
    ]  # fmt: skip
    for path in paths:
        text = staff.get(path).content.decode()
        for secret in [*secrets, "ABCD1234"]:
            assert secret not in text, path


def test_no_secret_is_readable_in_the_database(staff: APIClient) -> None:
    secrets = everything(staff)
    tables = ("apikey", "callbacksecret", "stafftoken", "providercredentials")
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(sql.SQL("SELECT row_to_json(t)::text FROM {} t").format(sql.Identifier(f"tenants_{table}")))
            text = " ".join(row[0] for row in cursor.fetchall())
            for secret in secrets:
                assert secret not in text
                assert secret.encode().hex() not in text


def test_a_key_is_found_by_its_hash_only(staff: APIClient) -> None:
    tenant = TenantFactory()
    key = ApiKey.objects.get(tenant=tenant)
    assert bytes(key.key_hash) == hash_key(tenant.first_api_key)
    assert tenant.first_api_key.startswith(key.prefix)
    assert len(key.prefix) == 10


def test_a_rotated_secret_goes_on_signing_for_24_hours_and_a_second_rotation_does_not_prolong_it(db: None) -> None:
    tenant = TenantFactory()
    now = clock.now()
    second = rotate_callback_secret(tenant_id=tenant.public_id, actor=SYSTEM, now=now)
    later = now + timedelta(hours=2)
    third = rotate_callback_secret(tenant_id=tenant.public_id, actor=SYSTEM, now=later)
    rows = {row.secret: row.expires_at for row in CallbackSecret.objects.filter(tenant=tenant)}
    assert rows == {
        tenant.first_callback_secret: now + timedelta(hours=24),
        second: later + timedelta(hours=24),
        third: None,
    }

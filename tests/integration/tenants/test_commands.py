"""The commands that make the first users, tokens and the demo."""

from __future__ import annotations

import io
import json
import stat
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings
from rest_framework.test import APIClient

from audit.models import AuditEntry
from tenants.models import ApiKey, Project, StaffToken, StaffUser
from tests.factories.tenants import StaffUserFactory


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "demo.json"


def seed(file: Path, *more: str) -> dict[str, Any]:
    run("seed_demo", "--output", str(file), *more)
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def test_create_staff_token_prints_the_token_and_a_newline_and_nothing_else(db: None, api: APIClient) -> None:
    StaffUserFactory(username="ops", permissions=["tenants.view_project"])
    printed = run("create_staff_token", "ops")
    assert printed.startswith("st_")
    assert printed == printed.strip() + "\n"
    headers = {"Authorization": f"Bearer {printed.strip()}"}
    assert api.get("/api/v1/admin/projects", headers=headers).status_code == 200
    assert api.get("/api/v1/admin/tenants", headers=headers).status_code == 403
    assert AuditEntry.objects.filter(action="staff_token.created").count() == 1


def test_create_staff_token_says_that_a_user_is_unknown(db: None) -> None:
    with pytest.raises(CommandError, match="nobody"):
        run("create_staff_token", "nobody")


def test_createsuperuser_takes_everything_from_the_environment(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("USERNAME", "first"), ("PASSWORD", "mot-mat-khau-dai"), ("EMAIL", "first@example.com")):
        monkeypatch.setenv(f"DJANGO_SUPERUSER_{name}", value)
    run("createsuperuser", "--noinput")
    user = StaffUser.objects.get(username="first")
    assert user.is_superuser
    assert user.check_password("mot-mat-khau-dai")


@override_settings(PUBLIC_BASE_URL="http://127.0.0.1:8000")
def test_the_demo_can_be_used_at_once(db: None, file: Path, api: APIClient) -> None:
    demo = seed(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    status = api.get(f"/api/v1/{demo['project_code']}/{demo['app_code']}/status", headers={"X-Api-Key": demo["api_key"]})
    assert status.status_code == 200
    token = {"Authorization": f"Bearer {demo['staff_token']}"}
    tenant = api.get(f"/api/v1/admin/tenants/{demo['tenant_id']}", headers=token).json()["data"]
    accounts = {line["provider_code"]: line for line in tenant["providers"]}
    assert sorted(accounts) == sorted(demo["accounts"]) == ["momo", "napas", "payos", "vietqr", "vnpay", "zalopay"]
    for code, account in demo["accounts"].items():
        assert accounts[code]["account_id"] == account["account_id"]
        assert accounts[code]["fee"] == {"percent": "1.10", "fixed": 1650, "min": 0, "max": None, "vat_percent": "10.00"}
        assert account["notify_url"] == f"http://127.0.0.1:8000/api/v1/webhooks/{code}/{account['account_id']}"
        assert account["fees"] == {"basis_points": 110, "fixed": 1650, "minimum": 0, "maximum": None, "vat_basis_points": 1000}
    for role in ("admin", "maker", "approver"):
        assert api.login(**demo[role]), role


def test_the_demos_maker_works_with_money_and_does_not_set_up(db: None, file: Path) -> None:
    maker = StaffUser.objects.get(username=seed(file)["maker"]["username"])
    assert maker.has_perm("transactions.view_transaction")
    assert maker.has_perm("transactions.change_transaction")
    assert maker.has_perm("tenants.view_tenant")
    assert maker.has_perm("tenants.change_tenant")  # to ask for other limits
    assert not maker.has_perm("tenants.add_tenant")
    assert not maker.has_perm("tenants.add_stafftoken")


def test_seeding_again_changes_nothing_but_the_address(db: None, file: Path) -> None:
    first = seed(file)
    counts = (Project.objects.count(), ApiKey.objects.count(), StaffToken.objects.count(), AuditEntry.objects.count())
    again = seed(file, "--ipn-base", "http://10.1.1.1:9000/")
    for code, account in again["accounts"].items():
        assert account.pop("notify_url") == f"http://10.1.1.1:9000/api/v1/webhooks/{code}/{account['account_id']}"
        first["accounts"][code].pop("notify_url")
    assert again == first
    assert counts == (
        Project.objects.count(), ApiKey.objects.count(), StaffToken.objects.count(), AuditEntry.objects.count(),
    )  # fmt: skip


def test_a_lost_file_gets_new_keys_and_passwords_but_the_same_account(db: None, file: Path, api: APIClient) -> None:
    first = seed(file)
    file.unlink()
    second = seed(file)
    for name in ("accounts", "tenant_id", "callback_secret"):
        assert second[name] == first[name]
    assert second["api_key"] != first["api_key"]
    assert api.login(**second["admin"])


def test_a_file_of_another_database_is_not_believed(db: None, file: Path, api: APIClient) -> None:
    foreign = {
        "tenant_id": "tnt_elsewhere",
        "api_key": "pk_x",
        "staff_token": "st_x",
        "admin": {"username": "admin", "password": "x"},
    }
    file.write_text(json.dumps(foreign), encoding="utf-8")
    demo = seed(file)
    assert demo["api_key"] != "pk_x"
    assert api.login(**demo["admin"])


def test_a_broken_file_is_named_not_overwritten(db: None, file: Path) -> None:
    file.write_text("{", encoding="utf-8")
    with pytest.raises(CommandError, match=r"demo\.json"):
        seed(file)
    assert file.read_text(encoding="utf-8") == "{"

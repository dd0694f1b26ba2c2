"""The audit trail: what an entry says, that it stays, and how it is shown."""

from __future__ import annotations

import pytest
from django.db import Error, transaction
from django.test import Client
from django.urls import reverse

from audit.models import AuditEntry
from audit.services import SYSTEM, Actor, record
from payments_site.kernel import clock
from tests.factories.tenants import StaffUserFactory


@pytest.fixture
def entry(db: None) -> AuditEntry:
    actor = Actor(user_id="ketoan", user_type=AuditEntry.UserType.STAFF, ip_address="203.0.113.9", request_id="req_1")
    return record(
        actor=actor, action="thing.changed", entity_type="thing", entity_id="t<1>", now=clock.now(), tenant_id="tnt_1",
        old={"name": "cũ", "api_key": "pk_old", "kept": 1}, new={"name": "mới <b>", "api_key": "pk_new", "kept": 1},
        extra={"headers": [{"Authorization": "Bearer st_x", "Accept": "*/*"}]},
    )  # fmt: skip


def test_an_entry_names_what_changed_and_hides_what_is_secret(entry: AuditEntry) -> None:
    entry.refresh_from_db()
    assert entry.changed_fields == ["api_key", "name"]
    assert entry.old_values == {"name": "cũ", "api_key": "[REDACTED]", "kept": 1}
    assert entry.new_values == {"name": "mới <b>", "api_key": "[REDACTED]", "kept": 1}
    assert entry.additional_data == {"headers": [{"Authorization": "[REDACTED]", "Accept": "*/*"}]}
    assert (entry.user_id, entry.user_type, entry.ip_address, entry.request_id) == ("ketoan", "staff", "203.0.113.9", "req_1")


def test_the_database_refuses_to_change_or_delete_an_entry(entry: AuditEntry) -> None:
    for change in (
        lambda: AuditEntry.objects.filter(pk=entry.pk).update(user_id="somebody else"),
        lambda: AuditEntry.objects.filter(pk=entry.pk).delete(),
    ):
        with pytest.raises(Error, match="append-only"), transaction.atomic():
            change()
    assert AuditEntry.objects.get(pk=entry.pk).user_id == "ketoan"


def test_the_columns_of_the_chain_are_filled_once(entry: AuditEntry) -> None:
    AuditEntry.objects.filter(pk=entry.pk).update(seq=1, prev_hash=b"0", hash=b"1")
    with pytest.raises(Error, match="append-only"), transaction.atomic():
        AuditEntry.objects.filter(pk=entry.pk).update(hash=b"2")


def test_the_page_shows_before_and_after_side_by_side_and_escapes_them(entry: AuditEntry) -> None:
    site = Client()
    site.force_login(StaffUserFactory(is_superuser=True))
    page = site.get(reverse("admin:audit_auditentry_change", args=[entry.pk])).content.decode()
    assert "mới &lt;b&gt;" in page
    assert "mới <b>" not in page
    assert "[REDACTED]" in page
    assert "●" in page


def test_an_entry_is_found_by_its_whole_id_only(entry: AuditEntry) -> None:
    record(actor=SYSTEM, action="other", entity_type="thing", entity_id="t2", now=clock.now())
    site = Client()
    site.force_login(StaffUserFactory(is_superuser=True))
    for query, found in (("t<1>", 1), ("t", 0), ("tnt_1", 1), ("ketoan", 1), ("req_1", 1), ("thing.changed", 1)):
        answer = site.get(reverse("admin:audit_auditentry_changelist"), {"q": query})
        assert len(answer.context["cl"].result_list) == found, query


def test_the_trail_needs_its_permission(entry: AuditEntry) -> None:
    site = Client()
    site.force_login(StaffUserFactory(permissions=["tenants.view_tenant"]))
    assert site.get(reverse("admin:audit_auditentry_changelist")).status_code == 403
    site.force_login(StaffUserFactory(permissions=["audit.view_auditentry"]))
    assert site.get(reverse("admin:audit_auditentry_changelist")).status_code == 200

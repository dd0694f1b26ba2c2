"""Members of staff with the rights that a test names, and a payment under review."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Permission
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from tenants.models import StaffUser
from tests.factories.backoffice import new_payment, notify
from tests.factories.tenants import StaffUserFactory
from tests.factories.world import Role
from transactions.models import Transaction


def staff_with(*permissions: str, name: str = "") -> Client:
    """Logged in, with exactly these rights; ``client.user`` is who."""
    user = StaffUserFactory(is_superuser=False, is_staff=True, **({"username": name} if name else {}))
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(user)
    client.user = StaffUser.objects.get(pk=user.pk)  # type: ignore[attr-defined]
    return client


def page(row: Any) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def act(row: Any, name: str) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_act", args=[row.pk, name])


def do(client: Client, row: Any, name: str, **values: Any) -> str:
    """Post an act that is answered by the row's page; returns what was told."""
    answer = client.post(act(row, name), values)
    assert answer.status_code == 302, answer.content.decode()
    assert answer["Location"] == page(row)
    return " ".join(str(message) for message in get_messages(answer.wsgi_request))


def suspected(api: APIClient, role: Role) -> Transaction:
    """A payment under review."""
    payment = new_payment(api, role)
    assert notify(api, role, payment, vnp_ResponseCode="07", vnp_TransactionStatus="07") == "00"
    payment.refresh_from_db()
    return payment

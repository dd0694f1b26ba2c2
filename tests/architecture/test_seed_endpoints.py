"""Every endpoint of section 3 of the design is listed as built or not yet, and the list tells the truth of the URL map."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from django.http import Http404
from django.test import Client
from django.urls import ResolverMatch, resolve

from payments_site.urls import not_found
from tests.architecture.source import ROOT
from transactions.providers import registry

LIST = ROOT / "tests" / "data" / "seed_endpoints.txt"
DESIGNED = 56
_LINE = re.compile(r"(built|not yet)\s+(GET|POST|PUT|DELETE) (/api/v1/\S+)")
SAMPLES = {
    "project_id": "prj_sample",
    "tenant_id": "tnt_sample",
    "transaction_id": "txn_sample",
    "reference_id": "ORD/1",
    "webhook_id": "whk_sample",
    "reconciliation_id": "rec_sample",
    "project_code": "PROJECT-SAMPLE",
    "app_code": "app-sample",
    "provider_code": "vnpay",
    "key": "key-sample",
}


@dataclass(frozen=True)
class Endpoint:
    """One line of the list."""

    mark: str
    method: str
    template: str

    def __str__(self) -> str:
        return f"{self.method} {self.template}"

    @property
    def path(self) -> str:
        return re.sub(r"\{(\w+)\}", lambda match: SAMPLES[match[1]], self.template)


def endpoints() -> list[Endpoint]:
    lines = [line for line in LIST.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    found = [_LINE.fullmatch(line) for line in lines]
    assert [line for line, match in zip(lines, found, strict=True) if match is None] == []
    return [Endpoint(*match.groups()) for match in found if match]


def is_meant(endpoint: Endpoint, match: ResolverMatch) -> bool:
    """Whether the view is this endpoint's own: no fixed word of the path was swallowed by another route's parameter."""
    if match.func is not_found:
        return False
    for name, value in match.kwargs.items():
        if name == "provider_code" and "/webhooks/" in endpoint.template and value not in registry.ADAPTERS:
            return False
        if f"{{{name}}}" not in endpoint.template and name != "provider_code":
            return False
    return True


def is_routed(endpoint: Endpoint, client: Client) -> bool:
    try:
        match = resolve(endpoint.path)
    except Http404:
        return False
    if not is_meant(endpoint, match):
        return False
    view = getattr(match.func, "view_class", None)
    if view is not None:
        return hasattr(view, endpoint.method.lower())
    return client.generic(endpoint.method, endpoint.path).status_code not in (404, 405)


def test_the_list_is_whole_and_names_nothing_twice() -> None:
    names = [str(endpoint) for endpoint in endpoints()]
    assert len(names) == len(set(names)) == DESIGNED


@pytest.mark.django_db
@pytest.mark.parametrize("endpoint", endpoints(), ids=str)
def test_the_mark_of_an_endpoint_is_true(endpoint: Endpoint, client: Client) -> None:
    assert endpoint.mark == ("built" if is_routed(endpoint, client) else "not yet")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "template",
    [
        "/api/v1/admin/nothing",
        # The client's route /{project_code}/{app_code}/providers answers here, and the webhook's /{provider_code}/{account_id}.
        "/api/v1/admin/nobody/providers",
        "/api/v1/webhooks/vnpay/anything",
        "/api/v1/webhooks/nobody",
        "/api/v1/webhooks/nobody/return",
        "/nothing",
    ],
)
def test_a_route_that_swallows_another_is_not_taken_for_it(template: str, client: Client) -> None:
    assert not is_routed(Endpoint("built", "GET", template), client)


@pytest.mark.django_db
def test_a_method_that_is_not_served_is_not_taken_for_built(client: Client) -> None:
    assert not is_routed(Endpoint("built", "DELETE", "/api/v1/status"), client)
    assert not is_routed(Endpoint("built", "DELETE", "/api/v1/webhooks/vnpay"), client)

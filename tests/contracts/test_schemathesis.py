"""Requests made up from the OpenAPI document, fit and unfit: no answer is a failure of ours, none is outside the document.

Bounded and seeded: the same requests in every run. Each is undone before the next, so that every one meets acme as it was.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
import schemathesis
from django.conf import settings
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from django.test import override_settings
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer
from jsonschema import Draft202012Validator, FormatChecker
from rest_framework.test import APIClient
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from payments_site.wsgi import application
from tests.contracts import document as documents
from tests.contracts.conftest import NOBODY_LISTENS, Belongings, make_belongings
from tests.contracts.schemas import answer_schema, closed
from tests.factories.tenants import StaffUserFactory, staff_token
from tests.factories.world import make_world

CONFIG = {
    "seed": 20261121,
    "generation": {"deterministic": True, "max-examples": 6, "with-security-parameters": False},
    "phases": {"stateful": {"enabled": False}},
}
PROVIDER_TROUBLE = {502, 503}


def made_document() -> Any:
    """The document, made as the served one is made (a test compares them), before there is a database."""
    return json.loads(OpenApiJsonRenderer().render(SchemaGenerator(api_version=None).get_schema(public=True)))


def opened_by(scheme: str) -> Any:
    """A filter: the operations that ``scheme`` opens."""
    return lambda context: any(scheme in way for way in context.operation.definition.raw.get("security", []))


document = made_document()
schema = schemathesis.openapi.from_dict(document, config=SchemathesisConfig.from_dict(CONFIG))
ONLY_FUZZING = {**CONFIG, "phases": {name: {"enabled": False} for name in ("examples", "coverage", "stateful")}}
fuzzed = schemathesis.openapi.from_dict(document, config=SchemathesisConfig.from_dict(ONLY_FUZZING))
components = {"schemas": closed(document["components"]["schemas"])}


@dataclass(frozen=True)
class Scene:
    """acme's belongings, and what a superuser's request carries."""

    belongings: Belongings
    staff_headers: dict[str, str]


@pytest.fixture(scope="module")
def scene(django_db_setup: None, django_db_blocker: Any) -> Iterator[Scene]:
    """Made once: it takes longer than the requests of most operations."""
    urls = {**settings.PROVIDER_URLS, "VNPAY_API_URL": NOBODY_LISTENS}
    with django_db_blocker.unblock(), undone(), override_settings(PROVIDER_URLS=urls):
        belongings = make_belongings(make_world(), APIClient())
        yield Scene(belongings, {"Authorization": f"Bearer {staff_token(StaffUserFactory(is_superuser=True))}"})


@contextmanager
def kept_connection() -> Iterator[None]:
    """A request does not close the connection that the test's own transaction is open on, as with Django's test client."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in signals:
            signal.connect(close_old_connections)


@contextmanager
def undone() -> Iterator[None]:
    """A savepoint that is rolled back; to the code under test it is a test case's transaction, not its own."""
    block = transaction.atomic()
    block._from_testcase = True  # type: ignore[attr-defined]
    with block:
        yield
        transaction.set_rollback(True)


def our_failure(context: Any, response: Any, case: Any) -> None:
    """5xx is ours, except where the document says that a provider may be in trouble."""
    documented = {int(status) for status in case.operation.definition.raw["responses"]} & PROVIDER_TROUBLE
    assert response.status_code < 500 or response.status_code in documented, f"{case}: {response.status_code} {response.text}"


@functools.cache
def validator(template: str, method: str, status: int) -> Draft202012Validator | None:
    """Of an answer with every object closed; None where the document does not name the status."""
    try:
        wanted = answer_schema(document, template, method, status)
    except KeyError:
        return None
    return Draft202012Validator({**closed(wanted), "components": components}, format_checker=FormatChecker())


def is_file(case: Any, status: int) -> bool:
    """Whether the document says that this answer is a file."""
    documented = case.operation.definition.raw["responses"].get(str(status), {}).get("content", {})
    return bool(documented) and "application/json" not in documented


def nothing_undocumented(context: Any, response: Any, case: Any) -> None:
    """No member that the document does not name: a schema that is open, as the document's are, would let it pass."""
    found = validator(case.operation.path, case.operation.method, response.status_code)
    if found is None and is_file(case, response.status_code):
        return  # whether the document names its kind, content_type_conformance judges
    if found is None:
        # A method that the path does not have; status_code_conformance judges whether it may be refused with 405.
        assert response.status_code == 405, f"{case}: {response.status_code}"
        assert response.json()["error_code"] == "METHOD_NOT_ALLOWED"
    else:
        assert [f"{error.json_path}: {error.message[:200]}" for error in found.iter_errors(response.json())] == []


CHECKS = [
    our_failure,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    nothing_undocumented,
]


def judge(case: Any, values: dict[str, str], headers: dict[str, str]) -> None:
    """Send it with acme's real ids in the place of made-up ones, and judge the answer."""
    case.path_parameters = {name: values.get(name, value) for name, value in (case.path_parameters or {}).items()}
    if isinstance(case.body, dict) and isinstance(case.body.get("project_id"), str):
        case.body["project_id"] = values.get("project_id", case.body["project_id"])
    with undone(), kept_connection():
        response = case.call(app=application, headers=headers)
        case.validate_response(response, checks=CHECKS)


@schema.include(opened_by("tenantKey")).parametrize()
def test_no_request_of_a_client_gets_an_answer_outside_the_document(case: Any, scene: Scene) -> None:
    ids = {**scene.belongings.ids, **scene.belongings.place}
    if case.path.endswith("/cancel"):
        ids["transaction_id"] = scene.belongings.pending_id
    judge(case, ids, scene.belongings.role.headers)


@schema.include(opened_by("staffToken")).parametrize()
def test_no_request_of_staff_gets_an_answer_outside_the_document(case: Any, scene: Scene) -> None:
    ids = scene.belongings.ids
    if case.path.startswith("/api/v1/admin/projects/"):
        ids = {**ids, "account_id": ids["project_account_id"]}
    judge(case, ids, scene.staff_headers)


@fuzzed.include(path_regex=r"\{\w+_id\}").parametrize()
def test_no_made_up_id_gets_an_answer_outside_the_document(case: Any, scene: Scene) -> None:
    staff = case.path.startswith(("/api/v1/admin/", "/api/v1/webhooks/"))
    judge(case, scene.belongings.place, scene.staff_headers if staff else scene.belongings.role.headers)


def test_the_document_is_the_served_one_and_every_route_with_a_key_is_tried(api: APIClient, db: None) -> None:
    assert documents.fetch(api) == document
    keyed = [one for one in documents.operations(document) if one.schemes & {"tenantKey", "staffToken"}]
    tried = {
        f"{found.ok().method.upper()} {found.ok().path}"
        for scheme in ("tenantKey", "staffToken")
        for found in schema.include(opened_by(scheme)).get_all_operations()
    }
    assert tried == {str(one) for one in keyed}
    assert len(tried) > 40

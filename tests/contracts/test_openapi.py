"""The OpenAPI document is valid, whole and useful: every route is in it, with examples that its own schemas accept."""

from __future__ import annotations

import re
from contextlib import closing
from typing import Any

import pytest
from django.core.management import call_command
from jsonschema import Draft202012Validator
from rest_framework.test import APIClient

from payments_site.kernel.errors import REGISTRY
from tests.contracts import document as documents
from tests.contracts.document import Operation
from tests.contracts.schemas import JSON, faults

API = "/api/v1/"
# Answered in the providers' own words, for providers and payers' browsers: not an API for clients.
OUTSIDE_THE_DOCUMENT = re.compile(r"/api/v1/webhooks?/\{provider_code\}(/\{account_id\})?(/return)?")
KEYED = (f"{API}payment/", f"{API}notifications/")
OF_STAFF = (f"{API}admin/", f"{API}webhooks/")
# A body that is a form with a file, and answers that are files.
FORMS, FILES = {"adminUploadStatement"}, {"adminExportReconciliation"}
CLIENT, STAFF = {"tenantKey"}, {"staffToken", "staffSession"}


@pytest.fixture(scope="module")
def document(django_db_setup: None) -> dict[str, Any]:
    """The document as it is served."""
    return documents.fetch(APIClient())


@pytest.fixture(scope="module")
def operations(document: dict[str, Any]) -> list[Operation]:
    """Every operation of the document."""
    return documents.operations(document)


def test_it_is_an_openapi_3_1_document_that_validates_without_a_warning(document: dict[str, Any], tmp_path: Any) -> None:
    assert document["openapi"].startswith("3.1")
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "schema.yml"))


def test_every_route_of_the_api_is_in_it_with_every_method(document: dict[str, Any]) -> None:
    routed = {path: pattern for path, pattern in documents.routes() if path.startswith(API)}
    inside = {path: pattern for path, pattern in routed.items() if not OUTSIDE_THE_DOCUMENT.fullmatch(path)}
    served = {path: documents.served(pattern) for path, pattern in inside.items()}
    assert served == {path: {method.upper() for method in methods} for path, methods in document["paths"].items()}


def test_only_routes_of_providers_are_left_out() -> None:
    out = {path for path, _ in documents.routes() if OUTSIDE_THE_DOCUMENT.fullmatch(path)}
    assert len(out) == 5


def test_every_operation_has_a_name_a_summary_and_a_tag(operations: list[Operation]) -> None:
    for one in operations:
        assert one.spec.get("summary"), str(one)
        assert one.spec.get("tags"), str(one)
        assert one.spec.get("description"), str(one)
    names = [one.spec["operationId"] for one in operations]
    assert sorted(names) == sorted(set(names))


def test_every_operation_is_opened_by_the_key_that_belongs_to_it(operations: list[Operation]) -> None:
    for one in operations:
        place = "/{project_code}/{app_code}/" in one.template or one.template.startswith(KEYED)
        expected = CLIENT if place else STAFF if one.template.startswith(OF_STAFF) else set()
        assert one.schemes == expected, str(one)


def test_every_scheme_that_is_named_is_explained(document: dict[str, Any], operations: list[Operation]) -> None:
    schemes = document["components"]["securitySchemes"]
    assert {name for one in operations for name in one.schemes} == set(schemes)
    assert all(scheme["description"] for scheme in schemes.values())


def test_every_refusal_that_can_come_is_documented(operations: list[Operation]) -> None:
    for one in operations:
        needed = {"500"}
        needed |= {"401", "403", "429"} if one.schemes else set()
        needed |= {"404"} if one.parameters else set()
        needed |= {"400"} if "requestBody" in one.spec or _has_filters(one) else set()
        assert needed <= set(one.spec["responses"]), f"{one}: {needed - set(one.spec['responses'])}"


def answers_in_json(operation: Operation) -> list[tuple[str, Any]]:
    """All but the files."""
    answers = list(operation.spec["responses"].items())
    if operation.spec["operationId"] not in FILES:
        return answers
    assert JSON not in dict(answers)["200"]["content"]
    return [(status, answer) for status, answer in answers if status != "200"]


def _has_filters(operation: Operation) -> bool:
    # Any text is an event id that is not known: 404.
    return any(one["in"] == "query" and one["name"] != "after" for one in operation.spec.get("parameters", ()))


def test_every_answer_has_an_example_that_its_schema_accepts(document: dict[str, Any], operations: list[Operation]) -> None:
    for one in operations:
        for status, answer in answers_in_json(one):
            content = answer["content"][JSON]
            examples = content["examples"]
            assert examples, f"{one} {status}"
            for name, example in examples.items():
                assert faults(document, content["schema"], example["value"]) == [], f"{one} {status} {name}"


def test_every_body_has_an_example_that_its_schema_accepts(document: dict[str, Any], operations: list[Operation]) -> None:
    bodies = [one for one in operations if "requestBody" in one.spec]
    assert len(bodies) >= 3
    for one in bodies:
        content = one.spec["requestBody"]["content"]
        if one.spec["operationId"] in FORMS:
            assert list(content) == ["multipart/form-data"], str(one)
            continue
        assert list(content) == [JSON], str(one)
        assert content[JSON].get("examples"), str(one)
        for example in content[JSON]["examples"].values():
            assert faults(document, content[JSON]["schema"], example["value"]) == [], str(one)


def test_every_method_with_a_body_is_documented_with_one_or_takes_none(operations: list[Operation]) -> None:
    without = {one.spec["operationId"] for one in operations if one.method in ("POST", "PUT") and "requestBody" not in one.spec}
    ours = {"rotate_callback_secret", "test_callback_endpoint", "resend_callback"}
    assert without <= {"adminRotateCallbackSecret", "adminRetryWebhook", "adminSkipBadRows", *ours}


def test_every_error_example_is_of_the_registry_and_of_its_status(operations: list[Operation]) -> None:
    for one in operations:
        for status, answer in answers_in_json(one):
            for example in answer["content"][JSON]["examples"].values():
                code = example["value"].get("error_code")
                assert code is None or REGISTRY[code].status == int(status), f"{one} {status} {code}"


def test_the_headers_of_answers_are_documented(operations: list[Operation]) -> None:
    for one in operations:
        for status, answer in one.spec["responses"].items():
            assert "X-Request-ID" in answer["headers"], f"{one} {status}"
        if one.schemes:
            limited = one.spec["responses"]["429"]["headers"]
            assert {"RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "Retry-After"} <= set(limited), str(one)


def test_every_schema_is_a_json_schema(document: dict[str, Any]) -> None:
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_no_secret_of_an_example_could_be_a_real_one(document: dict[str, Any]) -> None:
    text = str(document)
    assert not re.search(r"BEGIN (RSA |EC )?PRIVATE KEY", text)
    assert re.search(r"pk_[A-Za-z0-9_-]{43}\b", text) is None


@pytest.mark.django_db
def test_swagger_shows_it_with_local_files_only(api: APIClient) -> None:
    page = api.get("/api/docs/")
    text = page.content.decode()
    assert page.status_code == 200
    assets = re.findall(r'(?:src|href)="([^"]+)"', text)
    assert any("swagger-ui-bundle" in asset for asset in assets)
    assert [asset for asset in assets if not asset.startswith("/static/")] == []
    assert re.findall(r"https?://[^\s\"'<]+", text) == []
    for asset in assets:
        with closing(api.get(asset)) as answer:
            assert answer.status_code == 200, asset

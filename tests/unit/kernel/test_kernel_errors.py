"""The registry of errors against the contract's list, written out here once more."""

import ast
from pathlib import Path

import pytest

from payments_site.kernel.errors import REGISTRY, DomainError, InvalidInput

CONTRACT = {
    400: "VALIDATION_ERROR INVALID_AMOUNT INVALID_CURRENCY INVALID_PAYMENT_METHOD DUPLICATE_ORDER_ID TRANSACTION_EXPIRED"
    " TRANSACTION_ALREADY_PROCESSED MISSING_PROJECT_OR_APP_CODE",
    401: "UNAUTHORIZED INVALID_API_KEY",
    403: "FORBIDDEN PROJECT_INACTIVE TENANT_INACTIVE TRANSACTION_BLOCKED",
    404: "NOT_FOUND PROJECT_NOT_FOUND TENANT_NOT_FOUND TRANSACTION_NOT_FOUND REFUND_NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    409: "PROJECT_HAS_TENANTS RECONCILIATION_IN_PROGRESS IDEMPOTENCY_IN_PROGRESS",
    411: "LENGTH_REQUIRED",
    413: "PAYLOAD_TOO_LARGE",
    422: "PROVIDER_NOT_CONFIGURED TRANSACTION_CANNOT_BE_REFUNDED INSUFFICIENT_BALANCE IDEMPOTENCY_KEY_REUSED",
    429: "RATE_LIMIT_EXCEEDED TENANT_LIMIT_EXCEEDED",
    500: "SYSTEM_ERROR",
    502: "PROVIDER_CONNECTION_ERROR PROVIDER_INVALID_RESPONSE PROVIDER_AUTHENTICATION_FAILED",
    503: "PROVIDER_INACTIVE MAINTENANCE_MODE PAYOS_CONNECTION_ERROR",
}
NOT_USED = [
    "AMOUNT_INVALID",
    "INTERNAL_SERVER_ERROR",
    "INTERNAL_ERROR",
    "PAYMENT_PROVIDER_ERROR",
    "CLIENT_ERROR",
    "BUSINESS_RULE_VIOLATION",
]
CODES = [(code, status) for status, codes in CONTRACT.items() for code in codes.split()]
SOURCES = [
    path
    for room in ("payments_site", "audit", "tenants", "transactions", "webhooks")
    for path in (Path(__file__).parents[3] / room).rglob("*.py")
]


@pytest.mark.parametrize(("code", "status"), CODES)
def test_every_code_of_the_contract_has_its_status(code, status):
    assert REGISTRY[code].status == status


@pytest.mark.parametrize("code", NOT_USED)
def test_codes_that_the_contract_replaced_are_not_there(code):
    assert code not in REGISTRY


@pytest.mark.parametrize("code", sorted(REGISTRY))
def test_every_code_speaks_vietnamese_and_english(code):
    entry = REGISTRY[code]
    assert entry.code == code
    assert entry.vi
    assert entry.en
    assert entry.vi != entry.en
    assert entry.en.isascii()
    assert (entry.message("en"), entry.message("vi"), entry.message("fr")) == (entry.en, entry.vi, entry.vi)


def test_every_failure_of_the_services_names_a_code_of_the_registry():
    named = [
        (path.name, node.value.value)
        for path in SOURCES
        for scope in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(scope, ast.ClassDef)
        for node in scope.body
        if isinstance(node, ast.Assign) and [getattr(target, "id", "") for target in node.targets] == ["code"]
        if isinstance(node.value, ast.Constant) and str(node.value.value).isupper()
    ]
    assert len(named) > 20
    assert [name for name in named if name[1] not in REGISTRY] == []


def test_one_wrong_field_is_the_details_and_several_are_a_list():
    one, other = {"field": "a", "constraint": "x"}, {"field": "b", "constraint": "y"}
    assert InvalidInput(one).details == one
    assert InvalidInput(one, other).details == {"fields": [one, other]}


def test_a_failure_may_say_something_more_exact_than_its_code():
    error = DomainError({"a": 1}, message_en="more exact")
    assert (error.message("en"), error.message("vi")) == ("more exact", REGISTRY["SYSTEM_ERROR"].vi)
    assert error.details == {"a": 1}

"""Who may come in, in which order that is judged, and what every answer carries."""

from datetime import timedelta

import pytest
from django.conf import settings

from audit.services import SYSTEM
from payments_site.kernel import clock
from tenants.models import ApiKey, Project
from tenants.services.keys import create_api_key, revoke_api_key
from tenants.services.projects import update_project
from tenants.services.tenants import deactivate_tenant

RATE_HEADERS = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")


def code(answer):
    return (answer.status_code, answer.json()["error_code"])


def test_without_a_key_the_answer_is_401_whatever_the_path(api, acme):
    for path in ("transactions", "transactions/txn_1", "providers", "providers/nobody", "status"):
        assert code(api.get(f"{acme.base}/{path}")) == (401, "UNAUTHORIZED")
        assert code(api.get(f"/api/v1/NOBODY/nothing/{path}")) == (401, "UNAUTHORIZED")
    assert code(api.post("/api/v1/NOBODY/nothing/transactions", {}, format="json")) == (401, "UNAUTHORIZED")


@pytest.mark.parametrize("key", ["pk_unknown", "x", "é", "pk_" + "a" * 5000])
def test_an_unknown_key_is_401_before_any_404(api, acme, key):
    for base in (acme.base, "/api/v1/NOBODY/nothing"):
        answer = api.get(f"{base}/transactions/txn_1", headers={"X-Api-Key": key})
        assert code(answer) == (401, "INVALID_API_KEY")


def test_a_key_may_come_as_a_bearer(api, acme):
    assert api.get(f"{acme.base}/status", headers={"Authorization": f"Bearer {acme.api_key}"}).status_code == 200
    assert code(api.get(f"{acme.base}/status", headers={"Authorization": f"Basic {acme.api_key}"})) == (401, "UNAUTHORIZED")


def test_a_revoked_or_expired_key_opens_nothing(api, acme):
    now = clock.now()
    revoked = create_api_key(tenant_id=acme.tenant_id, name="old", actor=SYSTEM, now=now)
    expired = create_api_key(
        tenant_id=acme.tenant_id, name="short", expires_at=now + timedelta(microseconds=1), actor=SYSTEM, now=now
    )
    assert api.get(f"{acme.base}/status", headers={"X-Api-Key": revoked.plaintext}).status_code == 200
    revoke_api_key(tenant_id=acme.tenant_id, key_id=revoked.key.public_id, actor=SYSTEM, now=now)
    for key in (revoked, expired):
        assert code(api.get(f"{acme.base}/status", headers={"X-Api-Key": key.plaintext})) == (401, "INVALID_API_KEY")


def test_a_foreign_project_or_tenant_looks_as_if_it_did_not_exist(api, world):
    mine = world.acme.headers
    for project in (world.stranger.project_code, "NOBODY", world.acme.project_code.lower()):
        assert code(api.get(f"/api/v1/{project}/acme/status", headers=mine)) == (404, "PROJECT_NOT_FOUND")
    for app in ("partner", "nobody", "ACME"):
        assert code(api.get(f"/api/v1/{world.acme.project_code}/{app}/status", headers=mine)) == (404, "TENANT_NOT_FOUND")


def test_a_transaction_of_another_tenant_is_not_found(api, world, post):
    made = post().json()["data"]["transaction_id"]
    for role in (world.partner, world.stranger):
        answer = api.get(f"{role.base}/transactions/{made}", headers=role.headers)
        assert code(answer) == (404, "TRANSACTION_NOT_FOUND")
    for odd in ("txn_1", "%00", "%F0%9F%98%80"):
        assert code(api.get(f"{world.acme.base}/transactions/{odd}", headers=world.acme.headers)) == (
            404,
            "TRANSACTION_NOT_FOUND",
        )


def test_a_tenant_or_project_that_was_switched_off_is_403(api, world):
    deactivate_tenant(tenant_id=world.partner.tenant_id, actor=SYSTEM, now=clock.now())
    assert code(api.get(f"{world.partner.base}/status", headers=world.partner.headers)) == (403, "TENANT_INACTIVE")
    project = Project.objects.get(code=world.stranger.project_code)
    update_project(project_id=project.public_id, changes={"is_active": False}, actor=SYSTEM, now=clock.now())
    assert code(api.get(f"{world.stranger.base}/status", headers=world.stranger.headers)) == (403, "PROJECT_INACTIVE")
    assert api.get(f"{world.acme.base}/status", headers=world.acme.headers).status_code == 200


def test_a_key_does_only_what_its_scopes_say(api, acme, post):
    made = post().json()["data"]["transaction_id"]
    only = {
        scope: {"X-Api-Key": create_api_key(
            tenant_id=acme.tenant_id, name=scope, scopes=[scope], actor=SYSTEM, now=clock.now()
        ).plaintext}
        for scope in ApiKey.Scope.values
    }  # fmt: skip
    reader, payer = only[ApiKey.Scope.READ], only[ApiKey.Scope.PAY]
    assert api.get(f"{acme.base}/transactions/{made}", headers=reader).status_code == 200
    assert code(post(headers=reader)) == (403, "FORBIDDEN")
    assert post(headers=payer).status_code == 201
    assert code(api.get(f"{acme.base}/transactions/{made}", headers=payer)) == (403, "FORBIDDEN")


def test_an_empty_path_part_is_named_as_such(api, acme):
    for path in (f"/api/v1/{acme.project_code}//transactions", "/api/v1//acme/transactions", "/api/v1//acme/status"):
        assert code(api.get(path, headers=acme.headers)) == (400, "MISSING_PROJECT_OR_APP_CODE")


def test_an_unknown_route_or_method_has_the_envelope_too(api, acme):
    assert code(api.get(f"{acme.base}/nothing", headers=acme.headers)) == (404, "NOT_FOUND")
    assert code(api.delete(f"{acme.base}/transactions", headers=acme.headers)) == (405, "METHOD_NOT_ALLOWED")


ERROR_FIELDS = {"success", "error_code", "message", "details", "request_id", "timestamp", "trace_id"}


def test_an_error_has_exactly_the_contracts_fields(api, acme, post):
    for answer in (post(amount="x"), api.get(f"{acme.base}/status"), api.get("/api/v1/a/b/c/d")):
        body = answer.json()
        assert set(body) == ERROR_FIELDS
        assert (body["success"], body["request_id"]) == (False, answer["X-Request-ID"])
        assert body["timestamp"].endswith("+07:00")


def test_every_answer_of_the_client_api_says_how_much_of_the_limit_is_left(api, acme, post):
    answers = [
        post(), post(amount="x"), post(provider_code="momo"),
        api.get(f"{acme.base}/transactions/txn_1", headers=acme.headers), api.get(f"{acme.base}/status", headers=acme.headers),
        api.get(f"{acme.base}/status"), api.get("/api/v1/NOBODY/x/status", headers=acme.headers),
        api.delete(f"{acme.base}/transactions", headers=acme.headers), api.get(f"{acme.base}/nothing", headers=acme.headers),
        api.get("/api/v1//acme/transactions", headers=acme.headers),
        api.generic("POST", f"{acme.base}/transactions", b"x" * (1024 * 1024 + 1), headers=acme.headers),
    ]  # fmt: skip
    assert answers[-1].status_code == 413
    for answer in answers:
        limit, remaining, reset = (int(answer[name]) for name in RATE_HEADERS)
        assert limit == 100_000
        assert 0 <= remaining < limit
        assert 0 <= reset <= 60


def test_one_key_too_many_requests_are_429_and_others_are_not_touched(api, world, settings):
    settings.RATE_LIMIT_CLIENT = "3/h"
    url = f"{world.acme.base}/status"
    answers = [api.get(url, headers=world.acme.headers) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert [answer["RateLimit-Remaining"] for answer in answers] == ["2", "1", "0", "0", "0"]
    assert code(answers[-1]) == (429, "RATE_LIMIT_EXCEEDED")
    assert 1 <= int(answers[-1]["Retry-After"]) <= 3600
    assert api.get(f"{world.partner.base}/status", headers=world.partner.headers).status_code == 200


def test_without_a_valid_key_the_address_is_counted(api, acme, settings):
    settings.RATE_LIMIT_CLIENT = "2/h"
    url = f"{acme.base}/status"
    wrong = [api.get(url, headers={"X-Api-Key": f"pk_{number}"}) for number in range(4)]
    assert [answer.status_code for answer in wrong] == [401, 401, 429, 429]
    assert api.get(url, headers=acme.headers).status_code == 200


@pytest.mark.parametrize(
    ("accepted", "language"),
    [("vi", "vi"), ("en", "en"), ("en-US,en;q=0.9", "en"), ("vi-VN,vi;q=0.9,en;q=0.8", "vi"), ("fr", "vi"), ("", "vi"),
     ("*", "vi"), ("en;q=0.2, vi;q=0.9", "vi"), (";;;=", "vi")],
)  # fmt: skip
def test_messages_are_in_the_callers_language_else_vietnamese(post, accepted, language):
    headers = {"Accept-Language": accepted} if accepted else {}
    texts = {"vi": ("Tạo giao dịch thành công", "Số tiền phải từ"), "en": ("Transaction created", "The amount must be between")}
    assert post(headers=headers).json()["message"] == texts[language][0]
    assert post(amount=1, headers=headers).json()["message"].startswith(texts[language][1])


@pytest.mark.parametrize("offered", ["abcdefgh", "A.b_c-9" + "x" * 121, "0" * 128])
def test_a_well_formed_request_id_is_kept_in_header_and_body(post, offered):
    for answer in (post(headers={"X-Request-ID": offered}), post(amount=1, headers={"X-Request-ID": offered})):
        assert answer["X-Request-ID"] == answer.json()["request_id"] == offered


@pytest.mark.parametrize("offered", ["short", "0" * 129, "has space", "dấu tiếng", "semi;colon", ""])
def test_another_request_id_is_replaced(post, offered):
    answer = post(headers={"X-Request-ID": offered})
    assert answer["X-Request-ID"] == answer.json()["request_id"] != offered
    assert answer["X-Request-ID"].startswith("req_")


def test_the_limits_of_the_contract_are_the_defaults():
    assert settings.MAX_BODY_BYTES == 1024 * 1024
    assert settings.IDEMPOTENCY_HOURS == 24

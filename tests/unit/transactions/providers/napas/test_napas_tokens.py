"""Access tokens: kept until a minute before they run out, renewed once, never those of another account."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl

import pytest

from payments_site.kernel.http import ProviderSilent, ProviderUnreachable
from tests.unit.transactions.providers.napas.napas_helpers import (
    API,
    CREDENTIALS,
    DOMESTIC,
    NAPAS,
    NOW,
    PAYMENT,
    FakeHttp,
    account,
    answer,
    document,
    refund_order,
    token,
)
from transactions.providers.base import AccountContext, CredentialsRefused, FateUnknown, Outcome

TOKEN, ORDER = ("POST", f"{API}/oauth/token"), ("GET", DOMESTIC)
SEEN = answer(document())


def ask(http: FakeHttp, own: AccountContext, seconds: int = 0) -> None:
    report = NAPAS.query_payment(own, PAYMENT, http, NOW + timedelta(seconds=seconds))
    assert report.outcome is Outcome.PAID


def test_a_token_is_asked_for_with_the_password_grant() -> None:
    http = FakeHttp(token(), SEEN)
    ask(http, account("grant"))
    assert http.calls == [TOKEN, ORDER]
    assert dict(parse_qsl((http.bodies[0] or b"").decode())) == {
        "grant_type": "password",
        "client_id": CREDENTIALS["merchant_id"],
        "client_secret": CREDENTIALS["client_secret"],
        "username": "grant",
        "password": CREDENTIALS["password"],
    }
    assert http.headers[0]["Content-Type"] == "application/x-www-form-urlencoded"
    assert http.headers[1]["Authorization"] == "Bearer token-1"


@pytest.mark.parametrize(
    ("expires_in", "kept_until"), [(300, 240), ("900", 840), (None, 240), ("soon", 240), (0, -60), (10**9, 86_340)]
)
def test_a_token_is_used_until_a_minute_before_it_runs_out(expires_in: Any, kept_until: int) -> None:
    own = account(f"expires-{expires_in}")
    http = FakeHttp(token("old", expires_in=expires_in), SEEN, *([SEEN] if kept_until > 0 else []), token("new"), SEEN)
    ask(http, own)
    if kept_until > 0:
        ask(http, own, kept_until - 1)
    ask(http, own, max(kept_until, 0))
    expected = ["Bearer old"] * (2 if kept_until > 0 else 1) + ["Bearer new"]
    assert [one["Authorization"] for one in http.headers if "Authorization" in one] == expected


def test_a_refused_token_is_renewed_once() -> None:
    own, http = account("renewed"), FakeHttp(token("old"), SEEN, answer({}, 401), token("new"), SEEN)
    ask(http, own)
    ask(http, own, 1)
    assert http.calls == [TOKEN, ORDER, ORDER, TOKEN, ORDER]
    assert http.headers[-1]["Authorization"] == "Bearer new"


def test_a_token_that_is_refused_twice_means_refused_credentials() -> None:
    http = FakeHttp(token("old"), answer({}, 401), token("new"), answer({}, 401))
    with pytest.raises(CredentialsRefused):
        ask(http, account("refused-twice"))


def test_no_account_and_no_other_address_uses_the_token_of_another() -> None:
    own = account("mine")
    ask(FakeHttp(token("mine"), SEEN), own)
    others = [
        account("theirs"),
        account("mine", credentials={**own.credentials, "password": "changed"}),
        account("mine", credentials={**own.credentials, "client_secret": "changed"}),
        account("mine", credentials={**own.credentials, "username": "min", "password": f"e{own.credentials['password']}"}),
        account("mine", urls={"NAPAS_API_URL": "https://napas.example/api"}),
        replace(own, environment="production"),
    ]
    for other in others:
        http = FakeHttp(token("theirs"), SEEN)
        ask(http, other)
        assert http.headers[1]["Authorization"] == "Bearer theirs"
    http = FakeHttp(SEEN)
    ask(http, own)
    assert http.headers[0]["Authorization"] == "Bearer mine"


@pytest.mark.parametrize("status", [400, 401, 403])
def test_credentials_that_napas_does_not_accept_are_said_so(status: int) -> None:
    with pytest.raises(CredentialsRefused):
        ask(FakeHttp(answer({"error": "invalid_grant"}, status)), account(f"wrong-{status}"))


NO_TOKENS = [
    answer({}, 500), answer({}, 429), answer(b"<html>"), answer([]), answer({}), answer({"access_token": ""}),
    answer({"access_token": 5}), answer({"access_token": "a b"}), answer({"access_token": "a\r\nX: y"}), ProviderSilent("x"),
]  # fmt: skip


@pytest.mark.parametrize("given", NO_TOKENS)
def test_without_a_token_nobody_knows_anything(given: Any) -> None:
    with pytest.raises(FateUnknown):
        ask(FakeHttp(given), account("no-token"))


@pytest.mark.parametrize("given", [*NO_TOKENS, ProviderUnreachable("x")])
def test_a_refund_that_got_no_token_has_certainly_not_begun(given: Any) -> None:
    http = FakeHttp(given)
    with pytest.raises(ProviderUnreachable):
        NAPAS.refund(account("no-refund"), refund_order(), http)
    assert http.calls == [TOKEN]


def test_neither_token_nor_secret_is_shown_by_anything_that_is_printed() -> None:
    from transactions.providers.napas import tokens

    own = account("printed")
    ask(FakeHttp(token("very-secret-token"), SEEN), own)
    assert "very-secret-token" not in repr(tokens._tokens)
    assert CREDENTIALS["client_secret"] not in repr((tokens._tokens, own))

"""Pure rules about what staff enter."""

from __future__ import annotations

from typing import Any

import pytest

from tenants import rules
from tenants.models.organisation import RESERVED_CODES

LIMITS: dict[str, Any] = {"min_amount": 10_000, "max_amount": 500_000_000, "daily_amount": None, "monthly_amount": None}


@pytest.mark.parametrize("code", ["SM", "shop-01", "0_", "a" * 32])
def test_good_codes(code: str) -> None:
    assert rules.code_problem("code", code) is None


@pytest.mark.parametrize("code", ["", "a", "-ab", "_ab", "a b", "a/b", "ab\n", "đb", "a" * 33, "a.b"])
def test_malformed_codes(code: str) -> None:
    assert rules.code_problem("code", code) is not None


@pytest.mark.parametrize("code", [*sorted(RESERVED_CODES), "Admin", "WEBHOOKS"])
def test_reserved_codes_are_refused_whatever_their_case(code: str) -> None:
    problem = rules.code_problem("app_code", code)
    assert problem is not None
    assert problem["field"] == "app_code"


@pytest.mark.parametrize("url", ["https://shop.example/hook?x=1", "http://shop.example:8080/", "https://203.0.114.9/h"])
def test_callback_addresses_in_the_open_network(url: str) -> None:
    assert rules.callback_url_problem("u", url, allowed_hosts=frozenset(), require_https=False) is None


@pytest.mark.parametrize(
    "url",
    [
        "ftp://shop.example/", "shop.example", "https://", "https://shop.example:99999/", "https://sh op.example/",
        "https://shop.example/\x00", "https://[::1", "https://" + "a" * 2050, "http://127.0.0.1/", "http://169.254.169.254/latest",
        "http://10.0.0.8/", "http://localhost/", "http://[::1]/", "http://2130706433/", "http://shop.example\\@127.0.0.1/",
    ],
)  # fmt: skip
def test_callback_addresses_that_are_refused(url: str) -> None:
    assert rules.callback_url_problem("u", url, allowed_hosts=frozenset(), require_https=False) is not None


def test_an_allowed_host_is_exempt_from_the_private_network_and_https_rules() -> None:
    allowed = frozenset({"127.0.0.1"})
    assert rules.callback_url_problem("u", "http://127.0.0.1:9/h", allowed_hosts=allowed, require_https=True) is None
    assert rules.callback_url_problem("u", "http://shop.example/h", allowed_hosts=allowed, require_https=True) is not None


def test_limits_need_a_smallest_not_above_the_largest_and_blame_what_was_changed() -> None:
    assert rules.limit_problems(LIMITS) == []
    assert rules.limit_problems({**LIMITS, "max_amount": 5}, ["max_amount"])[0]["field"] == "max_amount"
    assert rules.limit_problems({**LIMITS, "min_amount": 10**10}, ["min_amount"])[0]["field"] == "min_amount"


@pytest.mark.parametrize("value", [0, -1, 10**16, 2**63, 1.5, "5", True, [], None])
def test_a_smallest_amount_is_a_positive_integer(value: Any) -> None:
    assert [each["field"] for each in rules.limit_problems({**LIMITS, "min_amount": value})] == ["min_amount"]


@pytest.mark.parametrize("entries", [[], ["203.0.113.9"], ["203.0.113.0/24", "2001:db8::/32", "::1"]])
def test_addresses_and_networks_make_an_allow_list(entries: list[str]) -> None:
    assert rules.allowlist_problem("ip_allowlist", entries) is None


@pytest.mark.parametrize("entries", [None, "203.0.113.9", ["shop.example"], [5], ["fe80::1%eth0"], ["1.2.3.4"] * 101])
def test_anything_else_does_not(entries: Any) -> None:
    assert rules.allowlist_problem("ip_allowlist", entries) is not None


@pytest.mark.parametrize("scopes", [[], ["read", "write"], "read", None, ["read"] * 5, [{}]])
def test_scopes_are_some_of_the_known_ones(scopes: Any) -> None:
    assert rules.scopes_problem("scopes", ["read", "pay"]) is None
    assert rules.scopes_problem("scopes", scopes) is not None

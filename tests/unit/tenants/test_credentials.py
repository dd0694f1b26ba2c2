"""What counts as credentials of a provider."""

from __future__ import annotations

from typing import Any

import pytest

from payments_site.kernel.errors import InvalidInput
from tenants import credentials

GOOD: dict[str, dict[str, str]] = {
    "vnpay": {"tmn_code": "TESTTMN1", "hash_secret": "secret"},
    "momo": {"partner_code": "MOMOBKUN20180529", "access_key": "a", "secret_key": "s"},
    "zalopay": {"app_id": "2553", "key1": "k1", "key2": "k2"},
    "napas": {"merchant_id": "SMARTPOST", "client_secret": "c", "username": "u", "password": "p"},
    "payos": {"client_id": "0f3a-77", "api_key": "a", "checksum_key": "c"},
    "vietqr": {"bin": "970436", "account_number": "0011001234567", "account_name": "CTY SMARTPOST", "webhook_secret": "w"},
}


def problems(provider_code: str, given: dict[str, Any]) -> list[str]:
    with pytest.raises(InvalidInput) as caught:
        credentials.check(provider_code, given)
    details = caught.value.details
    return [each["field"] for each in details.get("fields", [details])]


@pytest.mark.parametrize("provider_code", GOOD)
def test_complete_credentials_of_each_provider_are_taken_as_they_are(provider_code: str) -> None:
    assert credentials.check(provider_code, GOOD[provider_code]) == GOOD[provider_code]


@pytest.mark.parametrize(("provider_code", "name"), [(code, name) for code, given in GOOD.items() for name in given])
def test_each_field_is_required(provider_code: str, name: str) -> None:
    given = {key: value for key, value in GOOD[provider_code].items() if key != name}
    assert problems(provider_code, given) == [f"credentials.{name}"]


def test_an_unknown_field_is_refused_by_name() -> None:
    assert problems("vnpay", {**GOOD["vnpay"], "api_key": "x"}) == ["credentials.api_key"]


@pytest.mark.parametrize("value", ["", " x", "x ", "x\n", "\x00", "\ud800", "x" * 513, 5, None, ["x"], True])
def test_a_secret_is_a_short_printable_text_without_spaces_around(value: Any) -> None:
    assert problems("vnpay", {"tmn_code": "TESTTMN1", "hash_secret": value}) == ["credentials.hash_secret"]


@pytest.mark.parametrize("tmn_code", ["SHORT", "TOOLONG123", "ABCDEFG-", "ABCDEFG\u0661"])
def test_a_terminal_code_of_vnpay_has_eight_letters_or_digits(tmn_code: str) -> None:
    assert problems("vnpay", {**GOOD["vnpay"], "tmn_code": tmn_code}) == ["credentials.tmn_code"]


def test_no_refusal_shows_the_value() -> None:
    with pytest.raises(InvalidInput) as caught:
        credentials.check("vnpay", {"tmn_code": "x", "hash_secret": " very-secret"})
    assert "very-secret" not in str(caught.value.details)


def test_an_identifier_is_made_of_the_fields_that_tell_accounts_apart_and_shown_masked() -> None:
    assert credentials.identifier_of("vnpay", GOOD["vnpay"]) == "TESTTMN1"
    identifier = credentials.identifier_of("vietqr", GOOD["vietqr"])
    assert identifier == "970436:0011001234567"
    assert credentials.masked(identifier) == "97**36:00*********67"

"""Secrets by their names."""

import copy

import pytest

from payments_site.kernel.redaction import PERSONAL_NAMES, REDACTED, SECRET_NAMES, mask, redact

CREDENTIALS = """
tmn_code:no hash_secret partner_code:no access_key secret_key app_id:no key1 key2 merchant_id:no client_secret username:no
password client_id:no api_key checksum_key bin:no account_number:no webhook_secret
""".split()  # noqa: SIM905


@pytest.mark.parametrize("word", CREDENTIALS)
def test_the_secret_part_of_every_providers_credentials_is_redacted_and_identifiers_are_not(word):
    name, _, no = word.partition(":")
    assert (redact({name: "x"}) == {name: REDACTED}) is (not no)


@pytest.mark.parametrize(
    "name", ["Authorization", "X-Api-Key", "x_api_key", "COOKIE", "Set-Cookie", "vnp_SecureHash", "Webhook-Signature"]
)
def test_names_are_known_in_every_case_and_with_either_dash(name):
    assert redact({name: "x"}) == {name: REDACTED}


def test_everything_nested_is_reached_and_the_original_stays_as_it_was():
    value = {"a": [{"password": "p", "b": ({"token": "t"},)}], "credentials": {"tmn_code": "T"}, "plain": 1, "none": None}
    before = copy.deepcopy(value)
    assert redact(value) == {
        "a": [{"password": REDACTED, "b": [{"token": REDACTED}]}], "credentials": REDACTED, "plain": 1, "none": None,
    }  # fmt: skip
    assert value == before


def test_personal_names_are_redacted_where_asked():
    assert redact({"email": "a@b.vn", "amount": 1}, SECRET_NAMES | PERSONAL_NAMES) == {"email": REDACTED, "amount": 1}


@pytest.mark.parametrize(
    ("text", "masked"), [("TESTTMN1", "TE****N1"), ("abcd", "****"), ("a", "*"), ("", ""), ("abcde", "ab*de")]
)
def test_an_identifier_is_masked(text, masked):
    assert mask(text) == masked

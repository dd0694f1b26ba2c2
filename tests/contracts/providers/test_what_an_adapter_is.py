"""What every adapter says of itself, and how it meets what nobody should send."""

from __future__ import annotations

import inspect
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tenants.credentials import FORMS
from tests.factories.provider_words import ProviderWords
from transactions.providers import optional
from transactions.providers.base import (
    AccountContext,
    AckOutcome,
    Capability,
    InvalidSignature,
    MalformedNotification,
    Peeked,
    Provider,
    RawRequest,
)

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
GARBAGE = {
    "nothing": RawRequest("POST", "", b"", "application/json"),
    "no JSON": RawRequest("POST", "", b"%%garbage%%", "application/json"),
    "a list": RawRequest("POST", "", b"[1, 2, 3]", "application/json"),
    "a number": RawRequest("POST", "", b"12345", "application/json"),
    "nothing inside": RawRequest("POST", "", b"{}", "application/json"),
    "nested deep": RawRequest("POST", "", b'{"a":' * 900 + b"1" + b"}" * 900, "application/json"),
    "a zero byte": RawRequest("POST", "", b'{"orderId":"\x00","data":"\x00"}', "application/json"),
    "no UTF-8": RawRequest("POST", "", b'{"data":"\xff\xfe"}', "application/json"),
    "wrong types": RawRequest("POST", "", b'{"data":{"amount":true,"orderCode":[]},"signature":7,"mac":{}}', "application/json"),
    "a huge number": RawRequest("POST", "", b'{"amount":1e999,"data":{"amount":1e999},"signature":"x"}', "application/json"),
    "a query of nonsense": RawRequest("GET", "a=%ff&b=%zz&&&=&vnp_Amount=1", b""),
    "a form": RawRequest("POST", "", b"napasResult=%7B%7D", "application/x-www-form-urlencoded"),
}


def test_it_is_registered_under_its_own_code(adapter: Provider, words: ProviderWords) -> None:
    assert adapter.code == words.code
    assert adapter.name


def test_its_methods_have_names_in_both_languages_and_are_accepted(adapter: Provider) -> None:
    assert adapter.methods
    assert len({method.code for method in adapter.methods}) == len(adapter.methods)
    for method in adapter.methods:
        assert method.name_vi
        assert method.name_en
        assert adapter.accepts_method(method.code)


@pytest.mark.parametrize("nonsense", ["", "bitcoin-xyz!", "a" * 200, "CARD CARD", "\x00", "thẻ"])
def test_a_method_that_nobody_has_is_not_accepted(adapter: Provider, nonsense: str) -> None:
    assert not adapter.accepts_method(nonsense)


def test_its_limits_are_those_of_the_contract(adapter: Provider, words: ProviderWords) -> None:
    assert (adapter.limits.min_amount, adapter.limits.max_amount) == (words.min_amount, words.max_amount)
    shortest, longest = adapter.limits.min_expiry_minutes, adapter.limits.max_expiry_minutes
    assert (shortest or 1) <= (longest or 43_200)


def test_its_credentials_are_those_that_tenants_keep(adapter: Provider, words: ProviderWords) -> None:
    assert adapter.credential_fields == FORMS[adapter.code].fields
    assert adapter.identifier_field in adapter.credential_fields
    assert set(words.credentials()) == set(adapter.credential_fields)


def test_good_credentials_are_good_and_each_missing_one_is_named(adapter: Provider, words: ProviderWords) -> None:
    good = words.credentials()
    assert adapter.check_credentials(good) == {}
    for name in adapter.credential_fields:
        assert name in adapter.check_credentials({**good, name: ""})
        assert name in adapter.check_credentials({key: value for key, value in good.items() if key != name})


def test_what_it_says_it_can_do_it_has(adapter: Provider) -> None:
    owes = {
        Capability.QUERY_REFUND: optional.QueriesRefunds,
        Capability.CANCEL: optional.Cancels,
        Capability.CAPTURE: optional.Captures,
        Capability.PAYER_FORM: optional.HasPayerForm,
    }
    for capability, protocol in owes.items():
        names = [name for name in vars(protocol) if not name.startswith("_")]
        assert all(callable(getattr(adapter, name, None)) for name in names) or capability not in adapter.capabilities
    assert Capability.PARTIAL_REFUND not in adapter.capabilities or Capability.REFUND in adapter.capabilities


def test_it_waits_for_an_answer_for_a_bounded_time(adapter: Provider) -> None:
    assert 1 <= adapter.read_timeout <= 60


def test_references_are_never_used_twice(adapter: Provider) -> None:
    day = timedelta(days=1)
    numbers = [1, 2, 9, 10, 31, 32, 99, 100, 4_095, 4_096, 999_999, 1_000_000, 123_456_789]
    drawn = [adapter.reference_for(number, NOW + day * (number % 3)) for number in numbers]
    assert len(set(drawn)) == len(numbers)
    assert all(0 < len(reference) <= 100 and reference.isascii() for reference in drawn)


def test_a_reference_is_the_same_when_drawn_again(adapter: Provider) -> None:
    assert adapter.reference_for(77, NOW) == adapter.reference_for(77, NOW)


def test_a_reference_follows_the_day_of_vietnam(adapter: Provider) -> None:
    """At 23:30 UTC it is tomorrow in Vietnam: a provider that wants the day in it refuses yesterday's."""
    late, next_morning = NOW.replace(hour=23, minute=30), NOW.replace(day=22, hour=3)
    assert adapter.reference_for(77, late) == adapter.reference_for(77, next_morning)


@pytest.mark.parametrize("what", GARBAGE)
def test_garbage_is_refused_and_never_breaks_it(adapter: Provider, words: ProviderWords, what: str) -> None:
    account = AccountContext(environment="sandbox", credentials=words.credentials())
    with pytest.raises((InvalidSignature, MalformedNotification)):
        adapter.read_notification(account, GARBAGE[what])


@pytest.mark.parametrize("what", GARBAGE)
def test_a_look_at_garbage_never_breaks(adapter: Provider, what: str) -> None:
    peeked = adapter.peek(GARBAGE[what])
    assert isinstance(peeked, Peeked)
    assert all("\x00" not in (value or "") for value in (peeked.identifier, peeked.reference, peeked.session_id))


@pytest.mark.parametrize("outcome", list(AckOutcome))
def test_every_verdict_has_an_answer_of_the_table(adapter: Provider, words: ProviderWords, outcome: AckOutcome) -> None:
    table = {
        AckOutcome.STORED: words.good, AckOutcome.REPEATED: words.repeat, AckOutcome.UNKNOWN_ORDER: words.unknown_order,
        AckOutcome.WRONG_AMOUNT: words.wrong_amount, AckOutcome.BAD_SIGNATURE: words.bad_signature,
        AckOutcome.OUR_ERROR: words.our_error,
    }  # fmt: skip
    answer = adapter.acknowledge(outcome, GARBAGE["nothing"])
    if outcome not in table:  # what can not be read is not in the table; it must not sound like a success
        assert words.says(answer.status, answer.body) != words.good
        return
    status, meaning = table[outcome]
    assert answer.status == status
    assert not meaning or words.says(answer.status, answer.body) == (status, meaning)


def test_its_oddities_are_written_down(adapter: Provider) -> None:
    text = Path(inspect.getfile(type(adapter))).with_name("README.md").read_text()
    assert len(text) > 500

"""What can be set for an account of each provider."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from payments_site.kernel.errors import InvalidInput
from tenants import credentials
from tenants.credentials import OWN_OPTIONS, OptionKind

PROVIDERS = Path(__file__).parents[3] / "transactions" / "providers"
EVERY = [(code, name) for code in OWN_OPTIONS for name in credentials.options_of(code)]
GOOD: dict[OptionKind, Any] = {
    OptionKind.BOOL: True,
    OptionKind.INT: 7,
    OptionKind.TEXT: "6014",
    OptionKind.OBJECT: {"card": "payWithCC"},
}
ODD: list[Any] = [
    "", " x", "x ", "a\x00b", "\ud800", "x" * 5_000, -1, 1.5, 2**63, 10**40, [], [1], {"a": "\x00"}, {"a": "\ud800"}, {}, True,
    "true", "7", {"a": "x" * 5_000}, {"a": float("nan")},
]  # fmt: skip


def good(code: str, name: str) -> Any:
    option = credentials.options_of(code)[name]
    return option.choices[-1] if option.choices else GOOD[option.kind]


def problems(code: str, options: dict[str, Any]) -> list[str]:
    with pytest.raises(InvalidInput) as caught:
        credentials.check_options(code, options)
    details = caught.value.details
    assert "very-secret" not in str(details)
    return [each["field"] for each in details.get("fields", [details])]


@pytest.mark.parametrize(("code", "name"), EVERY)
def test_a_good_value_is_kept_as_it_is(code: str, name: str) -> None:
    more = {"access_code": "ACCESS01"} if code == "napas" else {}
    given = {**more, name: good(code, name)}
    assert credentials.check_options(code, given) == given


@pytest.mark.parametrize(("code", "name"), EVERY)
def test_no_value_of_another_type_is_taken(code: str, name: str) -> None:
    option = credentials.options_of(code)[name]
    taken = {OptionKind.BOOL: (True,), OptionKind.TEXT: ("true", "7"), OptionKind.INT: (), OptionKind.CHOICE: ()}
    for value in ODD:
        if any(value is each or (isinstance(value, str) and value == each) for each in taken.get(option.kind, ())):
            continue
        assert problems(code, {name: value}) == [f"options.{name}"], value


@pytest.mark.parametrize("code", OWN_OPTIONS)
def test_an_unknown_option_is_refused_by_name_without_its_value(code: str) -> None:
    assert problems(code, {"hash_secret": "very-secret", "priority": 1}) == ["options.hash_secret"]


def test_a_number_has_its_bounds_and_a_choice_its_type() -> None:
    assert problems("vnpay", {"priority": 1001, "max_calls": 0}) == ["options.priority", "options.max_calls"]
    assert credentials.check_options("vnpay", {"priority": 0, "max_calls": 1000}) == {"priority": 0, "max_calls": 1000}
    assert problems("payos", {"memo_length": "25"}) == ["options.memo_length"]
    assert problems("napas", {"amount_factor": True}) == ["options.amount_factor"]


@pytest.mark.parametrize("code", ["napas", "zalopay"])
def test_the_bounds_of_an_amount_do_not_cross(code: str) -> None:
    assert problems(code, {"min_amount": 2, "max_amount": 1}) == ["options.max_amount"]
    assert credentials.check_options(code, {"min_amount": 2, "max_amount": 2}) == {"min_amount": 2, "max_amount": 2}


def test_the_older_gateway_of_napas_needs_its_access_code() -> None:
    assert problems("napas", {"mode": "vpc"}) == ["options.access_code"]
    assert credentials.check_options("napas", {"mode": "dps"}) == {"mode": "dps"}


@pytest.mark.parametrize("code", OWN_OPTIONS)
def test_what_is_not_set_is_not_stored_but_shown_with_its_default(code: str) -> None:
    names = credentials.options_of(code)
    assert credentials.check_options(code, dict.fromkeys(names)) == {}
    shown = credentials.shown_options(code, {"priority": 5})
    assert shown == {**{name: option.default for name, option in names.items()}, "priority": 5}


@pytest.mark.parametrize("code", OWN_OPTIONS)
def test_a_default_is_itself_a_value_that_is_taken(code: str) -> None:
    defaults = {name: value for name, value in credentials.shown_options(code, {}).items() if value is not None}
    assert credentials.check_options(code, defaults) == defaults
    assert defaults["priority"] == 100


def test_every_provider_with_credentials_has_its_options_and_no_name_twice() -> None:
    assert set(OWN_OPTIONS) == set(credentials.FORMS)
    for own in OWN_OPTIONS.values():
        names = [option.name for option in (*own, *credentials.COMMON_OPTIONS)]
        assert len(set(names)) == len(names)


@pytest.mark.parametrize("code", OWN_OPTIONS)
def test_whatever_an_adapter_reads_of_the_options_can_be_set(code: str) -> None:
    sources = [path.read_text(encoding="utf-8") for path in (PROVIDERS / code).glob("*.py")]
    # account.options.get("name"), given.get("name"), and the adapters' helpers text(account, "name"), number(account, "name").
    asked = r'(?:options\.get|given\.get)\("(\w+)"|(?:options\.)?(?:text|number)\(account, "(\w+)"\)'
    read = {first or second for source in sources for first, second in re.findall(asked, source)}
    assert read <= set(credentials.options_of(code))
    assert bool(read) == bool(OWN_OPTIONS[code])

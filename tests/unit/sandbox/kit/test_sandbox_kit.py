"""The parts that the sandbox's providers share."""

import re
from dataclasses import dataclass
from itertools import pairwise

import pytest

from sandbox.app import PROVIDERS
from sandbox.clock import Clock
from sandbox.control import ControlError
from sandbox.kit.calls import Answer, tampered
from sandbox.kit.ledger import Ledger
from sandbox.kit.model import Account, Delivery, Payment, Refund
from sandbox.kit.pages import Brand
from sandbox.kit.provider import KitProvider
from sandbox.kit.scenarios import MAGIC, SCENARIOS, of_amount, scenario
from sandbox.kit.settings import Settings
from sandbox.kit.words import ENGLISH, VIETNAMESE

MADE = [provider(Clock(), lambda: None) for provider in PROVIDERS]
KIT = [one for one in MADE if isinstance(one, KitProvider)]


@dataclass
class Own(Settings):
    strict: bool = True
    most: int = 3


def test_settings_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in {"NOTICE_INTERVALS": "1, 2.5,", "REFUND_DELAY": "7", "STRICT": "no", "MOST": "9"}.items():
        monkeypatch.setenv(f"SANDBOX_ACME_{name}", text)
    settings = Own.from_environment("acme")
    assert (settings.notice_intervals, settings.refund_delay, settings.strict, settings.most) == ([1.0, 2.5], 7.0, False, 9)
    assert settings.notice_timeout == Own().notice_timeout


@pytest.mark.parametrize(
    "body", [{"nobody": 1}, {"most": "9"}, {"most": True}, {"strict": 1}, {"notice_intervals": [1, "2"]}, {"notice_intervals": 1}]
)
def test_a_setting_of_another_kind_changes_nothing(body: dict[str, object]) -> None:
    settings = Own()
    with pytest.raises(ControlError):
        settings.change({"refund_delay": 5} | body)
    assert settings == Own()


def test_an_ordinary_amount_is_paid_and_a_magic_one_goes_its_way() -> None:
    assert of_amount(100_000, {51: "1001"}) == SCENARIOS["paid"]
    assert of_amount(20_051, {51: "1001"}) == scenario("fail", code="1001")
    assert {ending: of_amount(50_000 + ending, {}).name for ending in MAGIC} == MAGIC


@pytest.mark.parametrize("provider", [pytest.param(one, id=one.name) for one in KIT])
def test_a_magic_failure_has_a_text_and_takes_no_scenarios_place(provider: KitProvider[Settings]) -> None:
    assert set(provider.magic_failures.values()) <= set(provider.failures)
    assert not set(provider.magic_failures) & set(MAGIC)
    assert not provider.failures or provider.default_failure in provider.failures
    assert all(vietnamese and english for vietnamese, english in provider.failures.values())


def test_both_languages_have_the_same_words() -> None:
    assert VIETNAMESE.keys() == ENGLISH.keys()
    assert {f"do_{name}" for name in SCENARIOS if name != "fail"} <= ENGLISH.keys()


def luminance(colour: str) -> float:
    """Relative luminance by WCAG 2."""
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("brand", [pytest.param(one.brand, id=one.name) for one in KIT if one.page_path])
def test_the_colours_can_be_read(brand: Brand) -> None:
    pairs = [(brand.accent, brand.on_accent), (brand.accent, brand.tint), (brand.dark_accent, brand.on_dark_accent)]
    pairs.append((brand.dark_accent, brand.dark_tint))
    for pair in pairs:
        assert all(re.fullmatch(r"#([0-9a-f]{3}|[0-9a-f]{6})", one) for one in pair)
        darker, lighter = sorted(luminance(one) for one in pair)
        assert (lighter + 0.05) / (darker + 0.05) >= 4.5, pair


def test_the_ledger_survives_a_restart_with_all_its_ways_to_find() -> None:
    ledger = Ledger()
    ledger.accounts["A"] = Account("A", {"key": "k"}, "http://127.0.0.1:9/")
    payment = Payment("R1", "A", 5_000, transaction_no="77", second_no="78")
    ledger.add(payment)
    ledger.keep_refund(payment, Refund("F1", "9", 1_000))
    ledger.deliveries.append(Delivery(payment.token, tries=1, next_at=5))
    again = Ledger()
    again.load(ledger.dump())
    found = again.find("A", "R1")
    assert found == payment
    assert again.account_of(found)["key"] == "k"
    assert again.by_token(payment.token) is again.newest("R1") is found
    assert again.paid_under("A", "77") is again.paid_under("A", "78") is found
    assert again.find_refund("A", "F1") == (found, found.refunds[0])
    assert again.find_refund("A", "") is again.paid_under("B", "77") is None
    assert again.deliveries == ledger.deliveries
    assert int(again.next_number()) > int(ledger.dump()["last_number"])


def test_a_second_order_for_one_reference_is_counted() -> None:
    ledger = Ledger()
    for expected in (1, 2):
        ledger.add(Payment("R1", "A", 5_000))
        found = ledger.find("A", "R1")
        assert found is not None
        assert found.orders_made == expected


def test_transaction_numbers_only_grow() -> None:
    ledger = Ledger()
    numbers = [int(ledger.next_number()) for _ in range(100)]
    assert all(earlier < later for earlier, later in pairwise(numbers))


def test_a_tampered_answer_says_another_amount_or_signature() -> None:
    assert tampered(Answer({"amount": 5, "signature": "ab"})).body == {"amount": 1_005, "signature": "ab"}
    assert tampered(Answer({"data": {"amount": 5}})).body == {"data": {"amount": 1_005}}
    assert tampered(Answer({"signature": "ab0"})).body == {"signature": "ab1"}

"""The file of a day, from every provider that can be asked for it: what came and went stands in it, and nobody else gets it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, cast

import pytest

from payments_site.kernel import clock
from payments_site.kernel.http import HttpClient, ProviderSilent
from tenants.models import ProviderAccount
from tests.factories.bench import Bench
from transactions.providers import registry
from transactions.providers.base import Capability, CredentialsRefused, FateUnknown
from transactions.providers.optional import FetchesStatement, StatementFile
from transactions.services.accounts import context_of

HTTP = HttpClient(connect_timeout=2, read_timeout=1)


def today() -> date:
    return clock.now().astimezone(clock.VIETNAM).date()


def offers(bench: Bench) -> bool:
    return Capability.STATEMENT in registry.get(bench.words.code).capabilities


def fetch(bench: Bench, *, day: date | None = None, **changed: str) -> StatementFile | None:
    """The adapter's answer for our account; ``changed`` are credentials that are wrong."""
    account = ProviderAccount.objects.get(public_id=bench.account_id)
    context = context_of(account, account.credentials_version)
    context = type(context)(**{**vars(context), "credentials": {**context.credentials, **changed}})
    adapter = cast(FetchesStatement, registry.get(bench.words.code))
    return adapter.fetch_statement(context, day or today(), HTTP, clock.now())


def text_of(file: StatementFile | None) -> str:
    assert file is not None
    return file.content.decode("utf-8-sig")


def number_of(bench: Bench, payment: dict[str, Any]) -> str:
    return str(bench.at_provider(payment)["transaction_no"])


def test_what_was_paid_stands_in_it_once(bench: Bench) -> None:
    if not offers(bench):
        return
    payment, _seen = bench.paid()
    text = text_of(fetch(bench))
    assert text.count(number_of(bench, payment)) >= 1
    assert sum(number_of(bench, payment) in line for line in text.splitlines()) == 1
    assert bench.reference(payment) in text


def test_what_nobody_paid_does_not(bench: Bench) -> None:
    if not offers(bench):
        return
    payment = bench.create()
    assert bench.reference(payment) not in text_of(fetch(bench))


def test_a_refund_stands_in_it_under_our_reference(bench: Bench) -> None:
    if not (offers(bench) and bench.words.refunds):
        return
    payment, _seen = bench.paid()
    bench.refund(payment, 40_000)
    bench.end_refund(payment, "completed")
    [shown] = bench.at_provider(payment)["refunds"]
    assert shown["reference"] in text_of(fetch(bench))
    assert shown["refund_no"] in text_of(fetch(bench))


def test_a_refund_made_by_hand_stands_in_it(bench: Bench) -> None:
    if not (offers(bench) and bench.words.refunds):
        return
    payment, _seen = bench.paid()
    made = bench.control("portal_refunds", reference=bench.reference(payment), amount=30_000)
    assert made["refund_no"] in text_of(fetch(bench))


def test_a_day_to_come_has_none(bench: Bench) -> None:
    if offers(bench):
        assert fetch(bench, day=today() + timedelta(days=1)) is None


def test_a_day_without_payments_is_a_file_without_lines(bench: Bench) -> None:
    if not offers(bench):
        return
    payment, _seen = bench.paid()
    assert bench.reference(payment) not in text_of(fetch(bench, day=today() - timedelta(days=3)))


def test_without_an_address_nothing_is_asked(bench: Bench, settings: Any) -> None:
    if not offers(bench):
        return
    settings.PROVIDER_URLS = {name: url for name, url in settings.PROVIDER_URLS.items() if "STATEMENT" not in name}
    bench.fault("statement", "500")
    assert fetch(bench) is None


def test_a_wrong_secret_is_said_to_be_wrong(bench: Bench) -> None:
    if not offers(bench):
        return
    secrets = {
        name: "wrong" for name in bench.credentials if name not in ("bin", "account_name", "username", bench.words.identifier)
    }
    with pytest.raises(CredentialsRefused):
        fetch(bench, **secrets)


@pytest.mark.parametrize(
    ("mode", "error"),
    [("500", FateUnknown), ("garbage", FateUnknown), *((mode, ProviderSilent) for mode in ("drop", "lost", "slow"))],
)
def test_no_answer_is_no_empty_day(bench: Bench, mode: str, error: type[Exception]) -> None:
    if not offers(bench):
        return
    bench.fault("statement", mode, seconds=2)
    with pytest.raises(error):
        fetch(bench)
    assert fetch(bench) is not None

"""Where notices may come from: an account's list with its provider's known addresses, behind proxies that are trusted or not."""

import pytest

from audit.models import OperationalEvent
from tenants.models import ProviderAccount, SystemConfiguration
from transactions.models import Transaction
from webhooks.inbound import addresses
from webhooks.inbound.models import ProviderNotification

KNOWN = "webhook.addresses.vnpay.sandbox"
OURS, PROXY, THEIRS = "203.0.113.9", "10.0.0.7", "198.51.100.20"


@pytest.fixture
def account(acme):
    return ProviderAccount.objects.select_related("provider").get(public_id=acme.account_id)


@pytest.fixture
def enforced(account):
    """Only listed addresses, and one of its own."""
    account.ip_allowlist, account.ip_allowlist_enforced = [OURS], True
    account.save()
    return account


def came_from(api, acme, signed, peer, forwarded=None):
    """The stored source and the verdict of a real notice that reaches us from ``peer``."""
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    api.get(f"/api/v1/webhooks/vnpay/{acme.account_id}?{signed()}", REMOTE_ADDR=peer, headers=headers)
    notice = ProviderNotification.objects.latest("id")
    return notice.source_ip, str(notice.verdict)


def test_the_known_addresses_of_providers_are_there_and_are_all_networks(db):
    rows = dict(SystemConfiguration.objects.filter(key__startswith="webhook.addresses.").values_list("key", "value"))
    assert sorted(rows) == [
        f"webhook.addresses.{code}.{place}" for code in ("momo", "vnpay") for place in ("production", "sandbox")
    ]
    for entries in rows.values():
        assert entries
        assert all(addresses._is_network(entry) for entry in entries)
    # MoMo's "incoming" addresses are those that we call; no notice comes from them.
    assert not {"210.245.113.71", "118.69.212.158"} & {entry for entries in rows.values() for entry in entries}


def test_an_account_without_a_list_takes_notices_from_everywhere(account):
    assert not addresses.is_checked(account)
    assert addresses.may_send(account, THEIRS)


def test_a_known_address_of_the_provider_counts_as_listed_until_operators_take_it_out(enforced):
    known = SystemConfiguration.objects.get(key=KNOWN).value[0]
    assert addresses.may_send(enforced, known)
    assert addresses.may_send(enforced, OURS)
    assert not addresses.may_send(enforced, THEIRS)
    SystemConfiguration.objects.filter(key=KNOWN).update(value=[THEIRS, "198.51.100.0/29"])
    assert not addresses.may_send(enforced, known)
    assert addresses.may_send(enforced, THEIRS)
    assert addresses.may_send(enforced, "198.51.100.7")


@pytest.mark.parametrize("value", ["203.0.113.1", {"a": 1}, [5, None, "nonsense", "10.0.0.0/99"], []])
def test_a_setting_that_makes_no_sense_allows_nothing_and_breaks_nothing(enforced, value):
    SystemConfiguration.objects.filter(key=KNOWN).update(value=value)
    assert addresses.may_send(enforced, OURS)
    assert not addresses.may_send(enforced, THEIRS)


def test_refusing_others_with_nothing_to_compare_with_costs_no_payment(account):
    account.ip_allowlist, account.ip_allowlist_enforced = [], True
    SystemConfiguration.objects.filter(key=KNOWN).delete()
    assert addresses.may_send(account, THEIRS)


def test_whatever_a_caller_writes_into_the_header_his_own_address_counts(api, acme, signed, payment, enforced):
    for forwarded in (OURS, f"{OURS}, {PROXY}", f"{THEIRS}, {OURS}"):
        assert came_from(api, acme, signed, THEIRS, forwarded) == (THEIRS, "unlisted_address")
    assert Transaction.objects.get(pk=payment.pk).status == "pending"
    assert OperationalEvent.objects.filter(kind="webhook.unlisted_address").count() == 3


def test_behind_a_trusted_proxy_the_last_address_that_is_no_proxy_counts(api, acme, signed, payment, enforced, settings):
    settings.TRUSTED_PROXIES = ["10.0.0.0/8"]
    # The first entry is what the caller liked to write.
    assert came_from(api, acme, signed, PROXY, f"{OURS}, {THEIRS}, 10.0.0.8") == (THEIRS, "unlisted_address")
    assert came_from(api, acme, signed, PROXY, f"{THEIRS}, {OURS}, 10.0.0.8") == (OURS, "applied")
    assert came_from(api, acme, signed, PROXY, f"::ffff:{OURS}") == (OURS, "repeated")
    assert came_from(api, acme, signed, f"::ffff:{PROXY}", OURS) == (OURS, "repeated")


def test_a_header_without_an_address_is_no_address(api, acme, signed, payment, enforced, settings):
    settings.TRUSTED_PROXIES = ["10.0.0.0/8"]
    assert came_from(api, acme, signed, PROXY, "nonsense") == (None, "unlisted_address")

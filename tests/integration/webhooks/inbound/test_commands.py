"""The commands about notices: they call the same services, and say what they found."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from payments_site.kernel import clock
from tenants.models import ProviderAccount, SystemConfiguration
from transactions.models import Receipt, Transaction
from webhooks.inbound.models import ProviderNotification
from webhooks.outbound.models import CallbackDelivery


def run(name, *args, **options):
    """(what it printed, what it ended with)."""
    out = StringIO()
    try:
        call_command(name, *args, stdout=out, **options)
    except CommandError as error:
        return out.getvalue(), str(error)
    return out.getvalue(), ""


def findings(*args):
    said, ended = run("validate_webhook_config", *args, json=True)
    return [json.loads(line) for line in said.splitlines()], ended


def of(found, check):
    return [(one["level"], one["text"]) for one in found if one["check"] == check]


@pytest.fixture
def public(settings):
    settings.PUBLIC_BASE_URL = "https://pay.example"


def test_what_is_due_is_applied_and_what_waits_only_with_all(notify, payment, broken):
    notify()
    broken()
    notice = ProviderNotification.objects.get()
    assert run("process_failed_webhooks") == ("0 notices tried\n", "")
    ProviderNotification.objects.update(next_try_at=clock.now())
    assert run("process_failed_webhooks") == (f"{notice.public_id} applied\n1 notices tried\n", "")
    assert run("process_failed_webhooks", all=True) == ("0 notices tried\n", "")
    assert Transaction.objects.get(pk=payment.pk).status == "completed"


def test_a_limit_is_kept(notify, payment, broken):
    for _ in range(3):
        notify()
    broken()
    said, _ = run("process_failed_webhooks", all=True, limit=2)
    assert said.endswith("2 notices tried\n")
    assert ProviderNotification.objects.filter(verdict="error").count() == 1


def test_a_notice_and_a_callback_are_tried_once_more_by_their_ids(notify, payment):
    notify()
    notice, delivery = ProviderNotification.objects.get(), CallbackDelivery.objects.get()
    said, ended = run("retry_webhook_delivery", notice.public_id, delivery.public_id, "whk_nobody", "cb_nobody")
    assert said.splitlines() == [
        f"{notice.public_id} repeated", f"{delivery.public_id} pending already", "whk_nobody unknown", "cb_nobody unknown",
    ]  # fmt: skip
    assert ended == "nobody knows whk_nobody, cb_nobody"
    CallbackDelivery.objects.update(status="dead", next_attempt_at=None, failed_at=clock.now())
    assert run("retry_webhook_delivery", delivery.public_id) == (f"{delivery.public_id} due now\n", "")
    assert CallbackDelivery.objects.get().status == "pending"
    assert Receipt.objects.count() == 1


def test_an_account_that_is_well_has_no_error(notify, payment, acme, public):
    notify()
    found, ended = findings(acme.account_id)
    assert ended == ""
    assert {one["level"] for one in found} == {"ok"}
    assert {one["check"] for one in found} == {"url", "credentials", "allow-list", "last notice"}
    assert acme.hash_secret not in str(found)


def test_an_address_that_no_provider_reaches_is_an_error_in_production_only(acme, settings):
    for base, word in (("http://127.0.0.1:8000", "private network"), ("http://pay.example", "not https")):
        settings.PUBLIC_BASE_URL = base
        for environment, level in (("sandbox", "warning"), ("production", "error")):
            ProviderAccount.objects.filter(public_id=acme.account_id).update(environment=environment)
            [(found, text)] = of(findings(acme.account_id)[0], "url")
            assert found == level
            assert word in text


def test_an_allow_list_is_judged_by_what_came(notify, payment, acme, public):
    notify()
    account = ProviderAccount.objects.filter(public_id=acme.account_id)
    account.update(ip_allowlist=["203.0.113.9"])
    lines = of(findings(acme.account_id)[0], "allow-list")
    assert ("warning", "signed notices came from 127.0.0.1, which is not listed") in lines
    account.update(ip_allowlist=["nonsense"], ip_allowlist_enforced=True)
    SystemConfiguration.objects.filter(key__startswith="webhook.addresses.").delete()
    found, ended = findings(acme.account_id)
    assert [level for level, _ in of(found, "allow-list")] == ["error", "error"]
    assert ended == "2 errors"


def test_refused_and_failed_notices_are_told(notify, payment, acme, public, broken):
    notify()
    assert of(findings(acme.account_id)[0], "failed notices") == [("warning", "1 wait to be tried again")]
    ProviderNotification.objects.update(next_try_at=None)
    [(level, _)] = of(findings(acme.account_id)[0], "failed notices")
    assert level == "error"
    notify(secret="forged")
    [(level, text)] = of(findings(acme.account_id)[0], "last notice")
    assert level == "warning"
    assert "bad_signature" in text


def test_without_ids_every_active_account_is_checked_and_an_unknown_one_is_said(world, public):
    accounts = {one["account_id"] for one in findings()[0]}
    assert {world.acme.account_id, world.partner.account_id, world.stranger.account_id} <= accounts
    assert findings("acc_nobody")[1] == "no such account: acc_nobody"
    said, _ = run("validate_webhook_config", world.acme.account_id)
    assert said.startswith("OK      vnpay")

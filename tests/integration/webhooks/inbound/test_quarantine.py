"""The quarantine in the back office: what waits, how much of it, what to do, and setting it aside."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from audit.models import AuditEntry
from audit.services import SYSTEM
from payments_site.kernel import clock
from tenants.models import ProviderAccount
from tests.factories.tenants import StaffUserFactory
from transactions.models import Receipt
from webhooks.inbound import desk, quarantine
from webhooks.inbound.models import QUARANTINED, ProviderNotification
from webhooks.inbound.replaying import replay_many, replay_one

LIST = reverse("admin:webhooks_providernotification_changelist")


@pytest.fixture
def site(db):
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(StaffUserFactory(is_superuser=True, is_staff=True, username="truc-ca"))
    return client


@pytest.fixture
def every_kind(api, notify, payment, acme, broken):
    """One notice of every kind that waits for a person, and one that was applied."""
    notify()
    broken()
    notify(secret="forged")
    notify(vnp_TxnRef="ELSE")
    notify(vnp_Amount="1")
    api.get(f"/api/v1/webhooks/vnpay/{acme.account_id}?nonsense=1")
    notify(path="/api/v1/webhooks/vnpay/acc_nobody")
    account = ProviderAccount.objects.filter(public_id=acme.account_id)
    account.update(ip_allowlist=["203.0.113.9"], ip_allowlist_enforced=True)
    notify()
    account.update(ip_allowlist=[], ip_allowlist_enforced=False)
    notify()


def of(verdict):
    return ProviderNotification.objects.get(verdict=verdict)


def test_every_kind_is_counted_and_nothing_that_was_applied(every_kind):
    assert quarantine.counts() == dict.fromkeys(QUARANTINED, 1)
    assert quarantine.waiting().count() == len(QUARANTINED)


def test_the_tabs_show_counts_and_only_what_belongs_there(site, every_kind):
    everything = site.get(LIST).content.decode()
    assert everything.count('class="sp-button') == len(QUARANTINED) + 2
    for verdict in QUARANTINED:
        html = site.get(LIST, {"quarantine": verdict}).content.decode()
        assert of(verdict).public_id in html
        assert of("applied").public_id not in html
        assert html.count('name="_selected_action"') == 1
    waiting = site.get(LIST, {"quarantine": desk.ANY}).content.decode()
    assert waiting.count('name="_selected_action"') == len(QUARANTINED)


def test_each_kind_says_what_to_do_next_on_its_tab_and_on_the_notice(site, every_kind):
    for verdict in QUARANTINED:
        with translation.override("en"):
            step = str(quarantine.NEXT_STEPS[verdict])
        page = reverse("admin:webhooks_providernotification_change", args=[of(verdict).pk])
        for html in (site.get(LIST, {"quarantine": verdict}), site.get(page)):
            assert step in html.content.decode().replace("&#x27;", "'")


def test_many_are_counted_up_to_a_thousand_only():
    assert [desk._shown(count) for count in (None, 0, 999, 1000)] == ["", "0", "999", "999+"]


def test_what_was_looked_at_waits_no_longer_and_the_trail_names_who(site, every_kind):
    forged = of("bad_signature")
    chosen = {"action": "mark_reviewed", "_selected_action": [forged.pk, of("applied").pk]}
    site.post(LIST, chosen, follow=True)
    forged.refresh_from_db()
    assert (forged.verdict, forged.reviewed_by) == ("bad_signature", "truc-ca")
    assert of("applied").reviewed_at is None
    assert quarantine.counts()["bad_signature"] == 0
    entry = AuditEntry.objects.get(action="notice_reviewed")
    assert (entry.user_id, entry.entity_id) == ("truc-ca", forged.public_id)
    assert quarantine.review(notice=forged, actor=SYSTEM, now=clock.now()) is False


def test_what_becomes_something_else_waits_again(every_kind, broken):
    failed = of("error")
    quarantine.review(notice=failed, actor=SYSTEM, now=clock.now())
    failed.refresh_from_db()
    assert replay_one(notice=failed, actor=SYSTEM, now=clock.now()).outcome == "repeated"
    failed.refresh_from_db()
    assert failed.reviewed_at is None


def test_a_selection_is_applied_again_with_what_became_of_each(site, every_kind):
    before = Receipt.objects.count()
    chosen = {"action": "replay_notices", "_selected_action": list(ProviderNotification.objects.values_list("pk", flat=True))}
    html = site.post(LIST, chosen, follow=True).content.decode()
    for notice in ProviderNotification.objects.all():
        assert notice.public_id in html
    assert html.count("<tr>") == ProviderNotification.objects.count() + 1
    assert Receipt.objects.count() == before
    assert of("bad_signature").tries == 2


def test_more_than_one_request_applies_is_said_to_be_left(every_kind):
    rows = ProviderNotification.objects.order_by("pk")
    batch = replay_many(notices=rows, actor=SYSTEM, now=clock.now(), most=3)
    assert (len(batch.outcomes), batch.following) == (3, rows[2].pk)
    assert len(desk.outcomes_page(batch, rows.count())["said"]) == 2


def test_everything_that_a_filter_shows_is_applied_again_and_nothing_else(site, every_kind):
    tomorrow = (clock.vietnam_day(clock.now()) + timedelta(days=1)).isoformat()
    chosen = {"action": "replay_notices", "_selected_action": [of("error").pk], "select_across": "1", "index": "0"}
    site.post(f"{LIST}?from_day={tomorrow}", chosen, follow=True)
    assert set(ProviderNotification.objects.values_list("tries", flat=True)) == {1}
    site.post(f"{LIST}?quarantine=error", chosen, follow=True)
    assert sorted(ProviderNotification.objects.values_list("tries", flat=True)) == [1] * len(QUARANTINED) + [2]

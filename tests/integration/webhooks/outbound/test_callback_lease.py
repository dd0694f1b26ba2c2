"""Two drains at once, and what happens to a lease that was lost."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection

from payments_site.kernel import clock
from tests.factories.callbacks import make_delivery, make_merchant
from webhooks.outbound.claim import claim_due, oldest_due, release
from webhooks.outbound.models import CallbackDelivery, CallbackEndpoint
from webhooks.outbound.parcel import Lane, Result
from webhooks.outbound.record import record
from webhooks.outbound.schedule import Verdict
from webhooks.outbound.window import Shares

pytestmark = pytest.mark.usefixtures("outbox")

URL = "https://shop.example/hook"
LEASE = timedelta(seconds=60)


def claim(*, limit=100, rooms=None, room=100, now=None, **more):
    shares = Shares(limit=limit, rooms=rooms or {}, room=room, **more)
    return claim_due(shares=shares, lease=LEASE, master_keys=settings.FERNET_KEYS, now=now or clock.now())


def save(parcel, verdict, **fields):
    result = Result(parcel, verdict, clock.now(), 5, **fields)
    record([result], now=clock.now(), chance=lambda: 0.5)


def test_a_claimed_delivery_is_not_claimed_again_until_its_lease_ends():
    delivery = make_delivery(make_merchant(), URL)
    [parcel] = claim()
    assert (parcel.delivery_id, parcel.attempt) == (delivery.pk, 1)
    assert claim() == []
    assert claim(now=clock.now() + timedelta(seconds=59)) == []
    assert [again.delivery_id for again in claim(now=clock.now() + timedelta(seconds=61))] == [delivery.pk]


def test_what_is_not_due_yet_is_left_alone():
    make_delivery(make_merchant(), URL, now=clock.now() + timedelta(seconds=5))
    assert claim() == []


def test_ten_claimers_at_once_never_take_the_same_delivery():
    merchant = make_merchant()
    made = {make_delivery(merchant, URL).pk for _ in range(60)}

    def claim_some(_):
        try:
            return [parcel.delivery_id for _ in range(20) for parcel in claim(limit=7)]
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as threads:
        taken = [delivery for part in threads.map(claim_some, range(10)) for delivery in part]
    assert len(taken) == len(set(taken))
    assert set(taken) == made


def test_every_lane_gives_no_more_than_its_share():
    merchant = make_merchant()
    for host in ("a.example", "b.example:8443", "c.example"):
        for _ in range(5):
            make_delivery(merchant, f"https://{host}/hook?x=/y")
    rooms = {Lane("a.example", merchant.tenant.pk): 1, Lane("c.example", merchant.tenant.pk): 0}
    taken = [parcel.host for parcel in claim(rooms=rooms, room=3)]
    assert sorted(taken) == ["a.example", "b.example:8443", "b.example:8443", "b.example:8443"]


def test_tenants_and_endpoints_of_one_host_are_lanes_of_their_own():
    first, second = make_merchant(), make_merchant()
    endpoint = CallbackEndpoint.objects.create(tenant=first.tenant, url="https://shop.example/extra")
    for merchant in (first, second):
        for _ in range(4):
            make_delivery(merchant, URL)
    lanes = [parcel.lane for parcel in claim(room=2)]
    wanted = [Lane("shop.example", first.tenant.pk), Lane("shop.example", first.tenant.pk, endpoint.pk)]
    assert sorted(lanes) == sorted(2 * [*wanted, Lane("shop.example", second.tenant.pk)])


def test_a_lanes_first_comes_before_anothers_second():
    old, young, now = make_merchant(), make_merchant(), clock.now()
    for age in (90, 80, 70):
        make_delivery(old, URL, now=now - timedelta(seconds=age))
    make_delivery(young, URL, now=now - timedelta(seconds=1))
    assert {parcel.tenant_pk for parcel in claim(limit=2)} == {old.tenant.pk, young.tenant.pk}


def test_a_host_gives_no_more_than_its_room_to_all_its_lanes():
    merchants = [make_merchant() for _ in range(3)]
    for merchant in merchants:
        for _ in range(3):
            make_delivery(merchant, URL)
        make_delivery(merchant, "https://free.example/hook")
    taken = [parcel.host for parcel in claim(host_rooms={"shop.example": 4})]
    assert (taken.count("shop.example"), taken.count("free.example")) == (4, 3)


def test_slow_lanes_share_one_room():
    merchants = [make_merchant() for _ in range(4)]
    for merchant in merchants:
        for _ in range(3):
            make_delivery(merchant, f"https://{merchant.tenant.app_code}.example/")
    lanes = [Lane(f"{merchant.tenant.app_code}.example", merchant.tenant.pk) for merchant in merchants]
    rooms = dict.fromkeys(lanes[:3], 3)
    taken = [parcel.lane for parcel in claim(rooms=rooms, slow=frozenset(lanes[:3]), slow_room=3)]
    assert {lane: taken.count(lane) for lane in lanes} == dict(zip(lanes, (1, 1, 1, 3), strict=True))


def test_the_oldest_come_first():
    merchant, now = make_merchant(), clock.now()
    made = [make_delivery(merchant, URL, now=now - timedelta(seconds=age)).pk for age in (1, 30, 10)]
    assert oldest_due() == now - timedelta(seconds=30)
    assert [parcel.delivery_id for _ in range(3) for parcel in claim(limit=1)] == [made[1], made[2], made[0]]


def test_a_lease_given_back_is_due_at_once():
    make_delivery(make_merchant(), URL)
    parcels = claim()
    release(parcels, clock.now())
    assert [parcel.attempt for parcel in claim()] == [1]


def test_a_lease_taken_over_cannot_be_given_back():
    make_delivery(make_merchant(), URL)
    first = claim()
    [second] = claim(now=clock.now() + timedelta(seconds=61))
    release(first, clock.now())
    assert CallbackDelivery.objects.get(pk=second.delivery_id).next_attempt_at == second.lease_until


def test_two_drains_that_sent_the_same_delivery_leave_two_tries_and_one_truth():
    delivery = make_delivery(make_merchant(), URL)
    [lost] = claim()
    [held] = claim(now=clock.now() + timedelta(seconds=61))
    save(lost, Verdict.RETRY, status=500, error="answered 500")
    delivery.refresh_from_db()
    assert (delivery.status, delivery.attempts, delivery.next_attempt_at) == ("pending", 1, held.lease_until)
    save(held, Verdict.DELIVERED, status=200)
    save(lost, Verdict.GONE, status=410)
    delivery.refresh_from_db()
    assert (delivery.status, delivery.attempts, delivery.last_status) == ("delivered", 3, 200)
    assert list(delivery.tries.order_by("number").values_list("number", "response_status")) == [(1, 500), (2, 200), (3, 410)]


def test_results_of_the_same_delivery_in_one_batch_are_counted_one_after_the_other():
    delivery = make_delivery(make_merchant(), URL)
    [parcel] = claim()
    answers = [
        Result(parcel, Verdict.RETRY, clock.now(), 5, status=500),
        Result(parcel, Verdict.DELIVERED, clock.now(), 5, status=200),
    ]
    record(answers, now=clock.now(), chance=lambda: 0.5)
    delivery.refresh_from_db()
    assert (delivery.status, delivery.attempts) == ("delivered", 2)
    assert list(delivery.tries.order_by("number").values_list("number", flat=True)) == [1, 2]

"""The same money told many times at once, over HTTP, is one fact."""

from collections import Counter
from datetime import timedelta
from functools import partial

from django.db import connection

from payments_site.kernel import clock
from tests.factories.live import at_once, sql
from transactions.models import MoneyIssue, Receipt, Transaction
from transactions.services.expire import expire_due

FAILED = {"ResponseCode": "51", "TransactionStatus": "02", "TransactionNo": "0"}


def row(payment):
    return Transaction.objects.get(public_id=payment["transaction_id"])


def deliveries(payment):
    return sql("SELECT count(*) FROM webhooks_callbackdelivery WHERE transaction_id = %s", row(payment).pk)


def events(payment):
    return Counter(row(payment).events.values_list("event_type", flat=True))


def test_sixteen_identical_notices_are_one_event_one_receipt_and_one_callback(live):
    shop = live.shop(callback_path="/sixteen")
    payment = shop.create()
    fields = shop.fields(payment)
    answers = at_once([partial(shop.notify, fields) for _ in range(16)])
    assert {answer.status for answer in answers} == {200}
    assert Counter(answer.json["RspCode"] for answer in answers) == {"00": 1, "02": 15}
    assert events(payment) == {"created": 1, "payment_initiated": 1, "paid": 1}
    assert Receipt.objects.filter(transaction=row(payment)).count() == 1
    assert deliveries(payment) == 1
    notices = "SELECT count(*) FROM webhooks_providernotification WHERE attempt_id = %s"
    assert sql(notices, row(payment).attempts.get().pk) == 16
    live.drain()
    assert len(live.receiver.at("/sixteen")) == 1


def test_a_late_success_told_sixteen_times_opens_one_issue(shop):
    payment = shop.create()
    shop.notify(shop.fields(payment, **FAILED))
    answers = at_once([partial(shop.notify, shop.fields(payment)) for _ in range(16)])
    assert Counter(answer.json["RspCode"] for answer in answers) == {"00": 1, "02": 15}
    assert list(MoneyIssue.objects.filter(transaction=row(payment)).values_list("issue_type", flat=True)) == ["late_success"]


def test_a_wrong_amount_told_sixteen_times_opens_one_issue(shop):
    payment = shop.create()
    answers = at_once([partial(shop.notify, shop.fields(payment, Amount="777700")) for _ in range(16)])
    assert Counter(answer.json["RspCode"] for answer in answers) == {"04": 16}
    assert MoneyIssue.objects.filter(transaction=row(payment)).count() == 1
    assert Receipt.objects.filter(transaction=row(payment)).count() == 0


def test_success_and_failure_that_race_always_end_paid_with_every_fact_once(shop):
    for _ in range(5):
        payment = shop.create()
        told = [shop.fields(payment), shop.fields(payment, **FAILED)] * 4
        answers = at_once([partial(shop.notify, fields) for fields in told])
        assert {answer.json["RspCode"] for answer in answers} <= {"00", "02"}
        counted = events(payment)
        assert row(payment).status == "completed"
        assert counted["paid"] == 1
        assert counted["payment_failed"] == int(row(payment).late)
        assert Receipt.objects.filter(transaction=row(payment)).count() == 1
        volume = "SELECT sum(amount) FROM transactions_dailyvolume WHERE tenant_id = %s"
        paid = "SELECT sum(amount) FROM transactions_transaction WHERE tenant_id = %s"
        assert sql(volume, row(payment).tenant_id) == sql(paid, row(payment).tenant_id)


def test_expiry_that_races_with_the_money_never_loses_it(shop):
    def expire():
        expire_due(now=clock.now() + timedelta(minutes=2))
        connection.close()

    for _ in range(4):
        payment = shop.create(expires_in_minutes=1)
        answers = at_once([expire, *[partial(shop.notify, shop.fields(payment))] * 3])[1:]
        assert sorted(answer.json["RspCode"] for answer in answers) == ["00", "02", "02"]
        paid, counted = row(payment), events(payment)
        assert (paid.status, counted["paid"], counted["expired"]) == ("completed", 1, int(paid.late))
        assert MoneyIssue.objects.filter(transaction=paid).count() == int(paid.late)


def test_every_event_of_a_payment_has_its_own_number_in_a_row(shop):
    payment = shop.create()
    at_once([partial(shop.notify, shop.fields(payment, **changes)) for changes in ({}, FAILED, {}, FAILED)])
    numbers = list(row(payment).events.order_by("sequence").values_list("sequence", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))

"""Money that comes when nobody expects it any more: recorded, marked, put before a person; never dropped."""

from datetime import timedelta

from audit.services import SYSTEM
from payments_site.kernel import clock
from payments_site.kernel.rows import insert, next_numbers
from tenants.models import ProviderAccount
from tenants.selectors import context_of_tenant
from tenants.services.fees import schedule_fee
from tests.factories.live import sql
from transactions.models import MoneyIssue, PaymentAttempt, Transaction
from transactions.services.accounts import route_for
from transactions.services.attempts import initiate, new_attempt
from transactions.services.expire import expire_due


def row(payment):
    return Transaction.objects.get(public_id=payment["transaction_id"])


def issues(*payments):
    found = MoneyIssue.objects.filter(transaction__public_id__in=[one["transaction_id"] for one in payments])
    return sorted(found.values_list("issue_type", flat=True))


def expire(payment):
    expire_due(now=clock.now() + timedelta(minutes=2))
    assert row(payment).status == "expired"


def second_attempt(payment):
    """Another attempt of the same payment, made as the hosted page would at another provider."""
    transaction, now = row(payment), clock.now()
    route = route_for(context_of_tenant(transaction.tenant_id), "vnpay")
    [number] = next_numbers(PaymentAttempt)
    attempt = new_attempt(transaction, route, number=number, payer_ip="203.0.113.9", method=None, now=now)
    insert(attempt)
    initiate(transaction, attempt, route, actor=SYSTEM, now=now)
    return attempt.provider_reference


def volume(payment):
    return sql("SELECT sum(amount) FROM transactions_dailyvolume WHERE tenant_id = %s", row(payment).tenant_id)


def test_a_success_after_a_failure_completes_late_with_one_issue(shop):
    payment = shop.create()
    shop.pay(payment, "fail", code="51")
    assert volume(payment) == 0
    assert shop.notify(shop.fields(payment)).json["RspCode"] == "00"
    shown = shop.show(payment["transaction_id"])
    assert (shown["status"], shown["late"], shown["failure_code"]) == ("completed", True, None)
    assert issues(payment) == ["late_success"]
    assert volume(payment) == payment["amount"]
    assert shop.notify(shop.fields(payment)).json["RspCode"] == "02"
    assert issues(payment) == ["late_success"]


def test_a_success_after_expiry_completes_late_with_one_issue(shop):
    payment = shop.create(expires_in_minutes=1)
    expire(payment)
    assert shop.notify(shop.fields(payment)).json["RspCode"] == "00"
    shown = shop.show(payment["transaction_id"])
    assert (shown["status"], shown["late"]) == ("completed", True)
    assert [event["event_type"] for event in shown["events"]] == ["created", "payment_initiated", "expired", "paid"]
    assert issues(payment) == ["late_success"]


def test_an_order_created_again_after_expiry_may_be_paid_twice_and_both_are_kept(shop):
    first = shop.create(order_id="ORD-1", expires_in_minutes=1)
    expire(first)
    second = shop.create(order_id="ORD-1")
    assert second["transaction_id"] != first["transaction_id"]
    assert shop.pay(second)["ipn"][0]["rsp_code"] == "00"
    assert shop.notify(shop.fields(first)).json["RspCode"] == "00"
    shown = [shop.show(one["transaction_id"]) for one in (first, second)]
    assert [(one["status"], one["late"]) for one in shown] == [("completed", True), ("completed", False)]
    assert issues(first, second) == ["late_success"]
    receipts = "SELECT count(*) FROM transactions_receipt WHERE transaction_id IN (%s, %s)"
    assert sql(receipts, row(first).pk, row(second).pk) == 2


def test_a_suspicion_after_expiry_goes_under_review_and_is_marked_late(shop):
    payment = shop.create(expires_in_minutes=1)
    expire(payment)
    fields = shop.fields(payment, ResponseCode="07", TransactionStatus="07")
    assert shop.notify(fields).json["RspCode"] == "00"
    shown = shop.show(payment["transaction_id"])
    assert (shown["status"], shown["late"]) == ("under_review", True)


def test_a_failure_after_expiry_changes_nothing(shop):
    payment = shop.create(expires_in_minutes=1)
    expire(payment)
    fields = shop.fields(payment, ResponseCode="11", TransactionStatus="02", TransactionNo="0")
    assert shop.notify(fields).json["RspCode"] == "02"
    assert shop.show(payment["transaction_id"])["status"] == "expired"


def test_two_paid_attempts_are_a_double_payment_and_the_status_stays(shop):
    payment = shop.create()
    other = second_attempt(payment)
    assert shop.pay(payment)["ipn"][0]["rsp_code"] == "00"
    assert shop.notify(shop.fields(payment, TxnRef=other, TransactionNo="777001")).json["RspCode"] == "00"
    shown = shop.show(payment["transaction_id"])
    assert (shown["status"], shown["received_amount"]) == ("completed", 200_000)
    assert [event["event_type"] for event in shown["events"]][-2:] == ["paid", "double_payment"]
    assert issues(payment) == ["double_payment"]
    assert [attempt["status"] for attempt in shown["attempts"]] == ["paid", "paid"]
    assert shop.notify(shop.fields(payment, TxnRef=other, TransactionNo="777001")).json["RspCode"] == "02"
    assert issues(payment) == ["double_payment"]


def test_the_failure_of_one_attempt_leaves_the_payment_open_for_the_other(shop):
    payment = shop.create()
    other = second_attempt(payment)
    failed = shop.fields(payment, ResponseCode="51", TransactionStatus="02", TransactionNo="0")
    assert shop.notify(failed).json["RspCode"] == "00"
    assert shop.show(payment["transaction_id"])["status"] == "pending"
    assert shop.notify(shop.fields(payment, TxnRef=other)).json["RspCode"] == "00"
    shown = shop.show(payment["transaction_id"])
    assert (shown["status"], shown["late"]) == ("completed", False)
    assert issues(payment) == []


def test_the_failure_of_one_attempt_does_not_end_the_review_of_another(shop):
    payment = shop.create()
    other = second_attempt(payment)
    assert shop.pay(payment, "suspicious")["ipn"][0]["rsp_code"] == "00"
    failed = shop.fields(payment, TxnRef=other, ResponseCode="51", TransactionStatus="02", TransactionNo="0")
    assert shop.notify(failed).json["RspCode"] == "00"
    assert shop.show(payment["transaction_id"])["status"] == "under_review"


def test_a_fee_agreed_in_the_second_of_the_payment_counts(shop):
    account = ProviderAccount.objects.get(public_id=shop.role.account_id)
    schedule_fee(account=account, fee={"percent": "2", "fixed": 300}, actor=SYSTEM, now=clock.now())
    payment = shop.create()
    assert shop.notify(shop.fields(payment, PayDate="20200101000000")).json["RspCode"] == "00"
    assert shop.show(payment["transaction_id"])["transaction_fee"] == 2_300

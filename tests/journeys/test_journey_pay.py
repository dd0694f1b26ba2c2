"""A payment from create to callback, through HTTP, with the provider in its own process."""

import json

from standardwebhooks import Webhook

from audit.services import SYSTEM
from payments_site.kernel import clock
from tenants.models import ProviderAccount
from tenants.services.fees import schedule_fee
from tests.factories.live import sql, wait_until

COUNT = {
    "receipts": "SELECT count(*) FROM transactions_receipt r JOIN transactions_transaction t ON t.id = r.transaction_id"
    " WHERE t.public_id = %s",
    "issues": "SELECT count(*) FROM transactions_moneyissue r JOIN transactions_transaction t ON t.id = r.transaction_id"
    " WHERE t.public_id = %s",
    "deliveries": "SELECT count(*) FROM webhooks_callbackdelivery r JOIN transactions_transaction t ON t.id = r.transaction_id"
    " WHERE t.public_id = %s",
}


def types(shown):
    return [event["event_type"] for event in shown["events"]]


def test_a_payment_is_paid_at_the_provider_and_the_shop_is_called_back_once(live):
    shop = live.shop(callback_path="/journey")
    account = ProviderAccount.objects.get(public_id=shop.role.account_id)
    fee = {"percent": "1.10", "fixed": 1650, "vat_percent": "10"}
    schedule_fee(account=account, fee=fee, actor=SYSTEM, now=clock.now())
    payment = shop.create(metadata={"đơn": "số 1"})
    paid = shop.pay(payment)
    assert [one["rsp_code"] for one in paid["ipn"]] == ["00"]
    shown = shop.show(payment["transaction_id"])
    assert shown["status"] == "completed"
    assert shown["provider_transaction_id"] == paid["transaction_no"]
    assert (shown["received_amount"], shown["transaction_fee"], shown["net_amount"]) == (100_000, 3_025, 96_975)
    assert types(shown) == ["created", "payment_initiated", "paid"]
    assert {name: sql(query, payment["transaction_id"]) for name, query in COUNT.items()} == {
        "receipts": 1, "issues": 0, "deliveries": 1,
    }  # fmt: skip

    live.drain()
    [seen] = live.receiver.at("/journey")
    message = Webhook(shop.role.callback_secret).verify(seen.body, seen.headers)
    assert message["event_type"] == "transaction.completed"
    assert seen.headers["webhook-id"] == message["event_id"]
    assert message["data"]["metadata"] == {"đơn": "số 1"}
    assert message["data"]["net_amount"] == 96_975
    shown = shop.show(payment["transaction_id"])
    assert (shown["callback_status"], shown["callback_attempts"]) == ("delivered", 1)
    assert shown["callback_response"] == {"status": 200, "body": "ok"}


def test_a_callback_url_of_the_payment_takes_the_place_of_the_tenants(live):
    shop = live.shop(callback_path="/default")
    payment = shop.create(callback_url=live.receiver.url("/own"))
    shop.pay(payment, "fail", code="51")
    live.drain()
    [seen] = live.receiver.at("/own")
    assert json.loads(seen.body)["event_type"] == "transaction.failed"
    assert live.receiver.at("/default") == []


def test_a_refused_card_fails_the_payment_with_the_providers_reason(shop):
    payment = shop.create(locale="en")
    told = shop.pay(payment, "fail", code="51")
    assert told["ipn"][0]["rsp_code"] == "00"
    shown = shop.show(payment["transaction_id"])
    assert (shown["status"], shown["failure_code"], shown["failure_reason"]) == ("failed", "51", "Not enough balance")
    assert types(shown) == ["created", "payment_initiated", "payment_failed"]
    assert sql(COUNT["receipts"], payment["transaction_id"]) == 0


def test_a_payer_who_cancels_fails_the_payment_with_code_24(shop):
    payment = shop.create()
    shop.pay(payment, "cancel")
    shown = shop.show(payment["transaction_id"])
    assert (shown["status"], shown["failure_code"]) == ("failed", "24")


def test_a_suspicious_payment_goes_under_review_and_a_later_success_completes_it(shop):
    payment = shop.create()
    told = shop.pay(payment, "suspicious")
    assert told["ipn"][0]["rsp_code"] == "00"
    assert shop.show(payment["transaction_id"])["status"] == "under_review"
    answer = shop.notify(shop.fields(payment))
    assert answer.json["RspCode"] == "00"
    shown = shop.show(payment["transaction_id"])
    assert (shown["status"], shown["late"]) == ("completed", False)
    assert types(shown)[-2:] == ["under_review", "paid"]


def test_a_notice_that_was_lost_is_sent_again_and_settles(shop):
    shop.control("faults", target="ipn", mode="drop", times=1)
    payment = shop.create()
    shop.pay(payment, wait_ipn=True)
    wait_until(lambda: shop.show(payment["transaction_id"])["status"] == "completed")
    assert sql(COUNT["receipts"], payment["transaction_id"]) == 1

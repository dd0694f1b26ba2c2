"""Many refunds of one payment at once, over HTTP: never more goes back than came in, here and at the provider."""

from __future__ import annotations

from collections import Counter
from functools import partial

from rest_framework.test import APIClient

from tests.factories import truth
from tests.factories.live import at_once, call, sql
from tests.factories.transfers import open_bank

RESERVED = (
    "SELECT coalesce(sum(a.amount), 0)::bigint FROM transactions_refundallocation a"
    " JOIN transactions_refund f ON f.id = a.refund_id JOIN transactions_receipt r ON r.id = a.receipt_id"
    " JOIN transactions_transaction t ON t.id = r.transaction_id WHERE f.status <> 'failed' AND t.public_id = %s"
)
RECEIVED = "SELECT received_amount FROM transactions_transaction WHERE public_id = %s"


def refunds_at_once(shop, transaction_id, amount):
    path = f"{shop.role.base}/transactions/{transaction_id}/refund"
    bodies = [{"refund_amount": amount, "internal_refund_id": f"R-{number}"} for number in range(50)]
    return at_once([partial(shop.live.web.call, "POST", path, body, shop.role.headers) for body in bodies])


def outcomes(answers):
    return Counter(answer.json.get("error_code") or answer.data["status"] for answer in answers)


def test_fifty_refunds_at_once_never_give_back_more_than_came_in(shop):
    payment = shop.create()
    shop.pay(payment)
    answers = refunds_at_once(shop, payment["transaction_id"], 3_000)
    assert {answer.status for answer in answers} <= {200, 422}
    counted = outcomes(answers)
    assert counted["INSUFFICIENT_BALANCE"] >= 50 - 33
    assert counted["INSUFFICIENT_BALANCE"] + counted["processing"] + counted["failed"] == 50
    reserved = sql(RESERVED, payment["transaction_id"])
    assert 0 < reserved <= sql(RECEIVED, payment["transaction_id"]) == 100_000
    assert reserved == 3_000 * counted["processing"]
    reference = shop.show(payment["transaction_id"])["provider_order_id"]
    url = f"{shop.live.sandbox}/_control/vnpay/payments/{reference}?tmn_code={shop.role.tmn_code}"
    at_provider = call("GET", url).json["refunds"]
    assert 0 < sum(one["amount"] for one in at_provider) <= 100_000
    truth.check(shop.role.tenant_id)


def test_fifty_refunds_at_once_of_two_transfers_take_from_both_and_no_more(shop):
    payment = open_bank(APIClient(), shop.role).paid(60_000, 40_000)
    counted = outcomes(refunds_at_once(shop, payment.public_id, 7_000))
    # 8 x 7.000 of the one, 5 x 7.000 of the other, and one out of what is left of both.
    assert counted == {"awaiting_manual": 14, "INSUFFICIENT_BALANCE": 36}
    assert sql(RESERVED, payment.public_id) == 98_000
    parts = "SELECT max(n) FROM (SELECT count(*) AS n FROM transactions_refundallocation a JOIN transactions_refund f"
    parts += " ON f.id = a.refund_id JOIN transactions_transaction t ON t.id = f.transaction_id WHERE t.public_id = %s"
    assert sql(parts + " GROUP BY f.id) x", payment.public_id) == 2
    truth.check(shop.role.tenant_id)

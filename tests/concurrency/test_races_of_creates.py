"""Creates that come at once, over HTTP."""

import re
import secrets
from collections import Counter
from functools import partial
from urllib.parse import urlencode

from audit.services import SYSTEM
from payments_site.kernel import clock
from tenants.services.limits import set_limits
from tests.factories.live import at_once, call, sql, wait_until

OF_TENANT = "JOIN tenants_tenant s ON s.id = t.tenant_id WHERE s.public_id = %s"


def payments(shop):
    return sql("SELECT count(*) FROM transactions_transaction t " + OF_TENANT, shop.role.tenant_id)  # noqa: S608


def attempts(shop):
    query = "SELECT count(*) FROM transactions_paymentattempt a JOIN transactions_transaction t ON t.id = a.transaction_id "
    return sql(query + OF_TENANT, shop.role.tenant_id)


def settled(create):
    """The answer of a create that is repeated while a twin is being worked on."""

    def finished():
        answer = create()
        return answer if answer.status != 409 else None

    return wait_until(finished)


def test_sixteen_creates_with_one_key_make_one_payment(shop):
    create = partial(shop.post, key=secrets.token_hex(8), order_id="ORD-1")
    answers = at_once([create] * 16)
    assert {answer.status for answer in answers} <= {201, 409}
    for refused in (answer for answer in answers if answer.status == 409):
        assert refused.json["error_code"] == "IDEMPOTENCY_IN_PROGRESS"
        assert int(refused.headers["retry-after"]) >= 1
    made = [answer for answer in answers if answer.status == 201]
    assert Counter(answer.headers["x-idempotency-cache"] for answer in made)["MISS"] == 1
    final = [answer if answer.status == 201 else settled(create) for answer in answers]
    assert len({answer.data["transaction_id"] for answer in final}) == 1
    assert len({answer.json["request_id"] for answer in final}) == 16
    assert (payments(shop), attempts(shop)) == (1, 1)


def test_sixteen_creates_without_a_key_make_one_payment(shop):
    create = partial(shop.post, order_id="ORD-1")
    answers = at_once([create] * 16)
    assert {answer.status for answer in answers} <= {201, 409}
    final = [answer if answer.status == 201 else settled(create) for answer in answers]
    assert len({answer.data["transaction_id"] for answer in final}) == 1
    assert (payments(shop), attempts(shop)) == (1, 1)


def test_sixteen_creates_of_one_order_with_different_keys_make_one_payment(shop):
    answers = at_once([partial(shop.post, key=secrets.token_hex(8), order_id="ORD-1") for _ in range(16)])
    codes = Counter(answer.json.get("error_code", answer.status) for answer in answers)
    assert codes == {201: 1, "DUPLICATE_ORDER_ID": 15}
    assert {answer.status for answer in answers} == {201, 400}
    assert (payments(shop), attempts(shop)) == (1, 1)


def test_a_key_with_different_bodies_at_once_makes_one_payment(shop):
    key = secrets.token_hex(8)
    answers = at_once([partial(shop.post, key=key, order_id=f"ORD-{number}") for number in range(8)])
    codes = Counter(answer.json.get("error_code", answer.status) for answer in answers)
    assert codes[201] == 1
    assert set(codes) <= {201, "IDEMPOTENCY_KEY_REUSED", "IDEMPOTENCY_IN_PROGRESS"}
    assert payments(shop) == 1


def test_a_payer_who_presses_eight_times_gets_one_attempt_and_one_event(shop):
    payment = shop.create(provider_code=None)
    page = call("GET", payment["payment_url"])
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)[1]
    headers = {"Cookie": page.headers["set-cookie"].partition(";")[0]}
    form = urlencode({"csrfmiddlewaretoken": token, "provider_code": "vnpay"})
    answers = at_once([partial(call, "POST", payment["payment_url"], form, headers)] * 8)
    assert {answer.status for answer in answers} == {302}
    assert len({answer.headers["location"] for answer in answers}) == 1
    shown = shop.show(payment["transaction_id"])
    assert [event["event_type"] for event in shown["events"]] == ["created", "payment_initiated"]
    assert attempts(shop) == 1


def test_the_daily_limit_is_never_exceeded_by_a_race(shop):
    limits = {"daily_amount": 350_000}
    set_limits(tenant_id=shop.role.tenant_id, changes=limits, actor=SYSTEM, now=clock.now())
    answers = at_once([partial(shop.post, key=secrets.token_hex(8)) for _ in range(12)])
    codes = Counter(answer.json.get("error_code", answer.status) for answer in answers)
    assert codes == {201: 3, "TENANT_LIMIT_EXCEEDED": 9}
    assert {answer.status for answer in answers} == {201, 429}
    counted = "SELECT sum(t.amount) FROM transactions_dailyvolume t " + OF_TENANT  # noqa: S608
    assert sql(counted, shop.role.tenant_id) == 300_000 == 100_000 * payments(shop)

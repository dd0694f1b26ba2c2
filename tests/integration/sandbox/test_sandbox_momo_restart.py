"""What the sandbox's providers know survives the end of its process: orders, answers given, refunds and open deliveries."""

import signal
from pathlib import Path

from sandbox_hook import Hook
from sandbox_merchant import call
from sandbox_momo import Partner
from sandbox_process import Process, wait_until
from sandbox_zalopay import App


def test_a_restart_forgets_nothing(tmp_path: Path) -> None:
    hook = Hook(default=(204, ""))
    environment = {"SANDBOX_PORT": "0", "SANDBOX_STATE": str(tmp_path / "state.json"), "SANDBOX_MOMO_NOTICE_INTERVALS": "2,2"}
    first = Process("sandbox", **environment)
    partner, app = Partner(first.base), App(first.base)
    partner.ipn_url = hook.url
    assert partner.register().status == 201
    assert app.register().status == 201
    ids = partner.ids()
    made = partner.order(**ids)
    hook.answers = [(500, "")]
    paid = partner.pay(made, outcome="paid")
    refund = partner.refund(paid, 10_000).json
    order = app.order()
    wait_until(lambda: len(partner.payment(ids["orderId"])["notices"]) == 1)
    assert first.stop(signal.SIGTERM) == 0

    second = Process("sandbox", **environment)
    partner.base = app.base = second.base
    again = partner.payment(ids["orderId"])
    assert (again["state"], again["transaction_no"], again["orders_made"]) == ("paid", paid["transaction_no"], 1)
    assert partner.create(**ids).json == made
    assert partner.ask_refund(refund["orderId"]).json["transId"] == refund["transId"]
    assert partner.refund(paid, 90_001).json["resultCode"] == 1081
    assert app.ask(order["app_trans_id"]).json["return_code"] == 3
    hook.wait_for(2)
    wait_until(lambda: [one["acknowledged"] for one in partner.payment(ids["orderId"])["notices"]] == [False, True])
    assert call("POST", f"{second.base}/_control/reset").status == 200
    assert partner.payment(ids["orderId"]) == {"error": "no such payment"}
    assert second.stop() == 0
    hook.stop()

"""`make run`: the stack in the foreground until Ctrl-C."""

import time
from collections.abc import Mapping

from payments_site.devstack.environment import given_environment, var_dir_of
from payments_site.devstack.output import Output
from payments_site.devstack.seed import Demo
from payments_site.devstack.stack import Stack
from payments_site.devstack.stopping import StopRequested, StopSwitch

_GUIDE = """
SmartPost Payments runs.

  API docs      {base}/api/docs/
  Back office   {base}/admin/
                {admin.username} / {admin.password}
                {approver.username} / {approver.password}  (the second pair of eyes)
  Demo shop     http://127.0.0.1:{shop_port}/
  Sandbox       http://127.0.0.1:{sandbox_port}  (plays VNPay; payments lead to its pages)

  Create a payment:

  curl -sS {base}/api/v1/{demo.project_code}/{demo.app_code}/transactions \\
    -H 'X-Api-Key: {demo.api_key}' -H 'Content-Type: application/json' \\
    -d '{{"order_id": "ORD-{stamp}", "amount": 100000, "currency": "VND", "provider_code": "vnpay",
         "description": "Thanh toán đơn hàng", "return_url": "http://127.0.0.1:{shop_port}/"}}'

  Open the payment_url of the answer to pay. Ctrl-C stops everything; the data stays in {var_dir}.
"""


def guide(environ: Mapping[str, str], demo: Demo) -> str:
    """Where to go, who to be, and one call that works."""
    base = f"http://127.0.0.1:{environ['PORT']}"
    return _GUIDE.format(
        base=base,
        admin=demo.admin,
        approver=demo.approver,
        demo=demo,
        stamp=int(time.time()),
        shop_port=environ["SHOP_PORT"],
        sandbox_port=environ["SANDBOX_PORT"],
        var_dir=environ["VAR_DIR"],
    )


def run(environ: Mapping[str, str]) -> int:
    """Run until told to stop; returns the exit code (130 after Ctrl-C). DevstackError if it cannot start."""
    switch = StopSwitch()
    switch.install()
    output = Output()
    given = given_environment(environ)
    stack = Stack(given, var_dir_of(given), output, switch)
    try:
        demo = stack.up()
        output.say(guide(stack.environ, demo))
        while True:
            switch.check()
            stack.tick()
            time.sleep(0.1)
    except StopRequested as request:
        output.say("\nStopping ...")
        return request.exit_code
    finally:
        stack.down()

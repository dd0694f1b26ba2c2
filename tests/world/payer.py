"""What payers do at the providers, and what providers do by themselves: all of it through the sandboxes' control API."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

from tests.factories.live import call
from tests.world import web
from tests.world.model import Order
from tests.world.scene import Act, Scene
from tests.world.stage import BASE_URL

# How often each way of ending a payment is chosen. ``pending`` is a bank that answers when the payer is tried again.
_WAYS = {
    "paid": 50, "fail": 12, "cancel": 5, "pay_twice": 5, "notice_twice": 5, "silent": 6, "wrong_amount": 4, "bad_signature": 3,
    "pending": 6,
}  # fmt: skip
_TRANSFER_WAYS = {"paid": 60, "pay_twice": 6, "notice_twice": 6, "part": 30, "over": 12}
_FAULTS = ("500", "garbage", "drop", "lost", "tampered")
_TARGETS = ("create", "query", "refund")


def learn(scene: Scene, order: Order) -> bool:
    """The reference under which the provider knows the order, as the client's GET tells it; whether there is one."""
    if not order.reference:
        path = f"{order.shop.role.base}/transactions/{order.transaction_id}"
        status, body = web.request("GET", path, headers=order.shop.role.headers)
        if status != 200:
            scene.false(f"GET {path} was answered {status}")
        order.reference = str(json.loads(body)["data"]["provider_order_id"] or "")
    return bool(order.reference)


def visit(order: Order) -> Act:
    """The payer opens what the client was given: our page, or the provider's."""

    def work() -> int:
        order.is_visited = True
        if order.payment_url.startswith(BASE_URL):
            return web.request("GET", urlsplit(order.payment_url).path)[0]
        return call("GET", order.payment_url).status

    return Act(f"visit {order.create.body['order_id']}", work)


def pay(scene: Scene, order: Order) -> None:
    """The payer ends it in one way or another; where the provider lets them."""
    if not learn(scene, order):
        return
    by_transfer = order.words.transfers
    ways = _TRANSFER_WAYS if by_transfer else _WAYS
    way = scene.chance.choices(list(ways), list(ways.values()))[0]
    if order.words.code == "vnpay" and scene.chance.random() < 0.1:
        way = "suspicious"
    body: dict[str, Any] = {"outcome": {"part": "paid", "over": "paid"}.get(way, way)}
    if by_transfer:
        share = {"part": scene.chance.choice([2, 3, 4]), "over": 1}.get(way, 1)
        body["amount"] = order.amount // share + (7_000 if way == "over" else 0)
    if way == "fail" and order.words.fail_with:
        body["code"] = order.words.fail_with
    if order.words.code == "vietqr":
        if not order.qr_code:
            return
        body["qr"] = order.qr_code
    else:
        body["reference"] = order.reference
    answer = scene.stage.sandboxes.control(order.words.code, "pay", **body)
    scene.story.append(f"{scene.now:%d %H:%M:%S} pay {order.create.body['order_id']} {order.words.code} {way}: {answer.status}")
    scene.counts[f"pay {way}" if answer.status < 300 else "pay refused"] += 1


def trouble(scene: Scene) -> None:
    """A provider is about to do one of its calls badly."""
    code = scene.chance.choice(["vnpay", "momo", "zalopay", "napas", "payos"])
    body = {"target": scene.chance.choice(_TARGETS), "mode": scene.chance.choice(_FAULTS), "times": scene.chance.randint(1, 3)}
    answer = scene.stage.sandboxes.control(code, "faults", **body)
    scene.story.append(f"{scene.now:%d %H:%M:%S} trouble {code} {body}: {answer.status}")
    scene.counts["trouble"] += answer.status < 300


def no_more_trouble(scene: Scene) -> None:
    """Every provider is well again, and refunds come to their end at once."""
    for code in ("vnpay", "momo", "zalopay", "napas", "payos", "vietqr"):
        scene.stage.sandboxes.provider(code).faults.clear()
    set_refund_delay(scene, 0)


def set_refund_delay(scene: Scene, seconds: int) -> None:
    """How long a refund is in work at the providers, by the machine's clock: 0, or longer than any seed."""
    for code in ("vnpay", "momo", "zalopay", "napas"):
        scene.stage.sandboxes.control(code, "settings", refund_delay=seconds)


def end_refunds(scene: Scene, *, everything: bool = False) -> None:
    """Refunds that providers work on end well or badly."""
    for code in ("vnpay", "momo", "zalopay", "napas"):
        for reference in waiting_refunds(scene, code):
            if everything or scene.chance.random() < 0.6:
                state = "completed" if scene.chance.random() < 0.8 else "failed"
                scene.stage.sandboxes.control(code, f"refunds/{reference}", state=state)
                scene.counts[f"refund {state} later"] += 1


def waiting_refunds(scene: Scene, code: str) -> list[str]:
    """References of refunds in work at a provider."""
    provider = scene.stage.sandboxes.provider(code)
    if code == "vnpay":
        payments = provider.ledger.payments.values()
        return [one.request_id for payment in payments for one in payment.refunds if one.status == "05" and one.request_id]
    payments = provider.ledger.payments()
    return [one.reference for payment in payments for one in payment.refunds if one.state == "processing" and one.reference]


def refund_in_portal(scene: Scene, order: Order) -> None:
    """Somebody gives money back by hand in the provider's portal."""
    if not learn(scene, order) or not order.words.shows_portal_refunds or not order.words.refunds:
        return
    amount = scene.chance.choice([order.amount, order.amount // 4])
    answer = scene.stage.sandboxes.control(order.words.code, "portal_refunds", reference=order.reference, amount=amount)
    if answer.status < 300:
        order.portal_refunds += 1
        scene.counts["portal refund"] += 1
        scene.story.append(f"{scene.now:%d %H:%M:%S} portal refund {order.create.body['order_id']} {amount}")

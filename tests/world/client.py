"""What client systems do: create, repeat, cancel, refund, read. Every answer is held against what may be answered."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from tests.factories.bench import ORDER
from tests.factories.provider_words import ProviderWords
from tests.world import web
from tests.world.model import Heard, Order, Request, Shop
from tests.world.process import End
from tests.world.scene import Act, Scene

# After so long a key is no longer the same key: twenty-four hours less what the world may move at once.
_KEY_LIVES = timedelta(hours=20)
_FINE = {
    "create": {201, 409, 502, 503},
    "cancel": {200, 400, 409},
    "refund": {200, 409, 422, 502, 503},
    "read": {200},
}
_FINE_CODES = {
    "create": {"DUPLICATE_ORDER_ID", "IDEMPOTENCY_KEY_REUSED"},
    "refund": {"IDEMPOTENCY_KEY_REUSED"},
}


def new_order(scene: Scene, shop: Shop, words: ProviderWords) -> Order:
    """An order as a client writes it down before it asks for anything."""
    chance = scene.chance
    amount = chance.choice([100_000, 123_000, 200_000, 1_500_000, 35_000 + 1_000 * chance.randrange(50)])
    number = len(scene.truth.orders) + 1
    body = {
        **ORDER, "order_id": f"ORD-{number}", "amount": amount, "provider_code": words.code,
        "expires_in_minutes": chance.choice([15, 15, 30, 60, 1440]),
    }  # fmt: skip
    key = scene.name("key") if chance.random() < 0.7 else None
    request = Request(shop, "create", f"{shop.role.base}/transactions", body, key)
    order = Order(shop, words, amount, request)
    scene.truth.orders.append(order)
    scene.truth.requests.append(request)
    return order


def ask_to_create(scene: Scene, order: Order) -> Act:
    """The create, or the same one again."""

    def heard(answer: Heard) -> None:
        details = answer.data.get("details") or {}
        given = answer.data.get("transaction_id") or (details.get("transaction_id") if isinstance(details, dict) else None)
        if answer.status in (201, 502) and given:
            _is_now(order, str(given))
        if answer.status == 201:
            order.payment_url, order.qr_code = str(answer.data["payment_url"]), str(answer.data["qr_code"] or "")

    return ask(scene, order.create, heard)


def _is_now(order: Order, payment: str) -> None:
    """The order's payment; one that it had before is not forgotten, only left."""
    if payment == order.transaction_id or payment in order.earlier:
        return
    if order.transaction_id:
        order.earlier.append(order.transaction_id)
    order.transaction_id, order.reference, order.is_visited = payment, "", False


def with_another_body(scene: Scene, order: Order) -> Act:
    """The key of an order for something else: refused, and nothing happens."""
    body = {**order.create.body, "amount": order.amount + 1_000}
    request = Request(order.shop, "create", order.create.path, body, order.create.key)

    def judged(answer: Heard) -> None:
        known = [one for one in order.create.answers if one.status == 201]
        if answer.status == 201:
            _is_now(order, str(answer.data["transaction_id"]))
            if known:
                scene.false(f"{order.create.key} took another body: {answer.data['transaction_id']}")

    return ask(scene, request, judged)


def cancel(scene: Scene, order: Order) -> Act:
    """The client gives up on it."""
    path = f"{order.shop.role.base}/transactions/{order.transaction_id}/cancel"
    return ask(scene, Request(order.shop, "cancel", path, {}))


def new_refund(scene: Scene, order: Order) -> Request:
    """A refund as the client writes it down; whole or part, named by a key, by a number of its own, or by both."""
    chance = scene.chance
    amount = chance.choice([order.amount, order.amount // 2, order.amount // 3, 10_000, order.amount * 2])
    body: dict[str, Any] = {"refund_amount": amount, "reason": "Trả hàng"}
    way = chance.choice(["key", "id", "both"])
    key = scene.name("rkey") if way != "id" else None
    if way != "key":
        body["internal_refund_id"] = scene.name("R")
    path = f"{order.shop.role.base}/transactions/{order.transaction_id}/refund"
    request = Request(order.shop, "refund", path, body, key)
    order.refunds.append(request)
    scene.truth.requests.append(request)
    return request


def read(scene: Scene, order: Order) -> Act:
    """GET, which brings an old question forward."""
    path = f"{order.shop.role.base}/transactions/{order.transaction_id}"
    return ask(scene, Request(order.shop, "read", path, {}))


def read_list(scene: Scene, shop: Shop) -> Act:
    """The list of the shop's payments."""
    return ask(scene, Request(shop, "read", f"{shop.role.base}/transactions", {}))


def may_be_repeated(scene: Scene, request: Request) -> bool:
    """Whether the same request still means the same."""
    return request.began is None or scene.now - request.began < _KEY_LIVES


def ask(scene: Scene, request: Request, then: Any = None) -> Act:
    """One try of the request; its answer is judged when it has come."""

    def work() -> tuple[int, bytes]:
        return send(request)

    def ended(end: End) -> None:
        request.began = request.began or scene.now
        status, raw = end.value if end.ok else (0, b"")
        body = json.loads(raw) if raw else {}
        data = body.get("data") if status < 300 else body
        answer = Heard(status, str(body.get("error_code", "")), data if isinstance(data, dict) else {}, scene.now)
        request.answers.append(answer)
        if end.ok:
            _judge(scene, request, answer)
            if then is not None:
                then(answer)

    return Act(f"{request.kind} {request.body.get('order_id', '')}".strip(), work, ended)


def send(request: Request) -> tuple[int, bytes]:
    """The request over HTTP, in this process."""
    method = "GET" if request.kind == "read" else "POST"
    headers = {**request.shop.role.headers, **({"X-Idempotency-Key": request.key} if request.key else {})}
    body = json.dumps(request.body) if method == "POST" else ""
    return web.request(method, request.path, body, headers)


def _judge(scene: Scene, request: Request, answer: Heard) -> None:
    fine = answer.status in _FINE[request.kind] or answer.code in _FINE_CODES.get(request.kind, ())
    if not fine:
        scene.false(f"{request.kind} {request.path} was answered {answer.status} {answer.code}")
    if request.key is None or not may_be_repeated(scene, request):
        return
    name = "transaction_id" if request.kind == "create" else "refund_id"
    ids = {str(one.data[name]) for one in request.good() if name in one.data}
    if len(ids) > 1:
        scene.false(f"key {request.key} made {sorted(ids)}")
    if answer.code == "DUPLICATE_ORDER_ID" and _is_first_of_its_order(scene, request):
        scene.false(f"key {request.key}: its own order {request.body['order_id']} is called a duplicate")


def _is_first_of_its_order(scene: Scene, request: Request) -> bool:
    return next(one for one in scene.truth.orders if one.create.body["order_id"] == request.body["order_id"]).create is request

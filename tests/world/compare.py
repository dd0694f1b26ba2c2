"""The books against the world's own record: đồng by đồng, refund by refund, event by event, answer by answer."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator

from tests.world import web
from tests.world.ledger import Given, Money, money_taken, refunds_made
from tests.world.model import Order, Request, Shop
from tests.world.scene import Scene
from transactions.invariants import check
from transactions.lifecycle import PAID
from transactions.messages import CALLED_BACK
from transactions.models import MoneyIssue, PaymentAttempt, Receipt, Refund, Transaction, TransactionEvent

# Issues that stand for money which is in no receipt: a person looks for it.
_STANDS_FOR_MONEY = ("wrong_amount", "unknown_fate", "unidentified_money", "failure_after_success", "double_payment")


def compare(scene: Scene) -> None:
    """Raises ``Falsehood`` with everything that is not true."""
    found = [f"law {one.law.name}: {one.rows[0]}" for one in check(now=scene.now)]
    for part in (_money, _refunds, _payments, _requests, _callbacks):
        found += part(scene)
    if found:
        scene.false("; ".join(found[:6]))


def _money(scene: Scene) -> Iterator[str]:
    facts = money_taken(scene.stage.sandboxes)
    scene.counts["amounts taken"] += len(facts)
    receipts = Counter(
        (one.account.public_id, one.provider_transaction_no, one.amount)
        for one in Receipt.objects.select_related("account").all()
    )
    known = {identifier: ours for shop in scene.truth.shops for ours, identifier in shop.accounts.values()}
    nameless = Counter(
        (one.account.public_id, one.attempt.provider_reference if one.attempt else "", one.amount)
        for one in Receipt.objects.select_related("account", "attempt").filter(provider_transaction_no=None)
    )
    wanted: Counter[tuple[str, str | None, int]] = Counter()
    for fact in facts:
        # VNPay does not always tell the number of a payment that was refunded: its order tells which money it is.
        told = (known[fact.account], fact.number, fact.amount) in receipts
        by_order = (known[fact.account], fact.reference, fact.amount)
        nameless[by_order] -= not told
        number = fact.number if told or nameless[by_order] < 0 else None
        wanted[known[fact.account], number, fact.amount] += 1
    for key, times in (wanted - receipts).items():
        fact = next(one for one in facts if (known[one.account], one.number) == key[:2])
        if not _is_left_to_a_person(fact):
            yield f"{fact} was taken {times} times more than there are receipts"
    for key, times in (receipts - wanted).items():
        yield f"receipt {key} stands {times} times for money that nobody has taken"


def _is_left_to_a_person(fact: Money) -> bool:
    attempt = PaymentAttempt.objects.filter(provider_code=fact.code, provider_reference=fact.reference).first()
    issues = MoneyIssue.objects.filter(issue_type__in=_STANDS_FOR_MONEY)
    if attempt is None:
        return issues.filter(data__number=fact.number).exists()
    return issues.filter(transaction_id=attempt.transaction_id).exists()


def _refunds(scene: Scene) -> Iterator[str]:
    made: dict[str, list[Given]] = defaultdict(list)
    for one in refunds_made(scene.stage.sandboxes):
        scene.counts["refunds at providers"] += 1
        made[one.reference.rpartition("_")[2]].append(one)  # ZaloPay's begins with the day and the app
    ours = {one.provider_reference: one for one in Refund.objects.filter(manual=False).exclude(source="portal")}
    for reference, there in made.items():
        if not reference:
            continue
        refund = ours.get(reference)
        unknown = refund is not None and refund.issues.filter(issue_type="unknown_fate").exists()
        if refund is None or (refund.status != "completed" and not unknown):
            yield f"{there[0]} was made at the provider, and here it is {refund and refund.status}"
        elif [one.amount for one in there] != [refund.amount]:
            yield f"refund {refund.public_id} of {refund.amount} was made as {there}"
    # Made in the portal, and seen while ours of the same amount was not known to have arrived: one refund there, one here.
    nameless = {(one.code, one.number, one.amount) for one in made[""]}
    for reference, refund in ours.items():
        named = refund.account.provider.code, refund.provider_refund_id, refund.amount
        if refund.status == "completed" and reference not in made and named not in nameless:
            yield f"refund {refund.public_id} is completed, and the provider has none"
    by_hand = set(Refund.objects.filter(manual=True, status="completed").values_list("public_id", flat=True))
    if wrong := (scene.truth.by_hand - by_hand) | (by_hand - scene.truth.by_hand - scene.truth.perhaps_by_hand):
        yield f"transferred by hand, as only one side says: {sorted(wrong)}"


def _payments(scene: Scene) -> Iterator[str]:
    known = {payment: order for order in scene.truth.orders for payment in (order.transaction_id, *order.earlier) if payment}
    rows = {row.public_id: row for row in Transaction.objects.all()}
    unheard = {order.create.body["order_id"]: order for order in scene.truth.orders if order.create.was_unheard}
    for row in rows.values():
        if row.public_id not in known and row.order_id in unheard:
            known[row.public_id] = unheard[row.order_id]
    if set(rows) != set(known):
        yield f"payments that no client was told of, or that are gone: {sorted(set(rows) ^ set(known))}"
    scene.counts["payments"] += len(rows)
    for public_id in set(rows) & set(known):
        yield from _payment(known[public_id], rows[public_id])


def _payment(order: Order, row: Transaction) -> Iterator[str]:
    _, body = web.request("GET", f"{order.shop.role.base}/transactions/{row.public_id}", headers=order.shop.role.headers)
    shown = json.loads(body)["data"]
    received = sum(row.receipts.values_list("amount", flat=True))
    refunded = sum(row.refunds.filter(status="completed").values_list("amount", flat=True))
    if (shown["status"], shown["received_amount"], shown["refunded_amount"]) != (row.status, received, refunded):
        yield f"{row.public_id} is shown as {shown['status']}, received {shown['received_amount']}, not {row.status}, {received}"
    wanted = _status(row, received, refunded)
    if row.status not in wanted:
        yield f"{row.public_id} of {row.amount} with {received} received and {refunded} refunded is {row.status}, not {wanted}"


def _status(row: Transaction, received: int, refunded: int) -> set[str]:
    closed = {"failed", "expired", "cancelled"}
    if received < row.amount:
        return closed
    rejected = row.events.filter(event_type="review_rejected").exists()
    more = closed | {"refunded"} if rejected else set()
    if refunded == 0:
        return {"completed"} | more
    return {"refunded" if refunded >= received else "partially_refunded"} | more


def _requests(scene: Scene) -> Iterator[str]:
    told = {str(one.data["refund_id"]) for request in scene.truth.requests if request.kind == "refund" for one in request.good()}
    asked_for = Refund.objects.filter(source="api").select_related("transaction")
    # A client whose every try died with the process that served it learns of its refund by the callback.
    unheard = {_wish(one.path, one.body["refund_amount"]) for one in scene.truth.requests if _never_heard(one)}
    untold = {one.public_id for one in asked_for if _wish(one.transaction.public_id, one.amount) not in unheard} - told
    if wrong := untold | (told - {one.public_id for one in asked_for}):
        yield f"refunds that no client was told of, or that are gone: {sorted(wrong)}"
    for request in scene.truth.requests:
        if request.kind == "refund" and len({str(one.data["refund_id"]) for one in request.good()}) > 1:
            yield f"{request.key or request.body} made more than one refund"


def _never_heard(request: Request) -> bool:
    return request.kind == "refund" and request.was_unheard and not request.good()


def _wish(where: str, amount: int) -> tuple[str, int]:
    """A refund as its client wants it: of which payment (its id, or a path that holds it), and how much."""
    return next(part for part in where.split("/") if part.startswith("txn_")), amount


def _callbacks(scene: Scene) -> Iterator[str]:
    events = list(TransactionEvent.objects.filter(message_type__in=CALLED_BACK).values_list("public_id", "tenant__public_id"))
    for shop in scene.truth.shops:
        mine = {event for event, tenant in events if tenant == shop.role.tenant_id}
        yield from _heard(scene, shop, mine)


def _heard(scene: Scene, shop: Shop, events: set[str]) -> Iterator[str]:
    for receiver in (shop.default, *shop.extra):
        scene.counts["callbacks heard"] += len(receiver.arrivals)
        delivered = receiver.delivered()
        lost = events - delivered - (set() if receiver.is_endpoint else receiver.refused_for_good())
        if lost:
            yield f"{receiver.url} never heard of {sorted(lost)[:3]} ({len(lost)} of {len(events)})"
        if invented := delivered - events:
            yield f"{receiver.url} heard of {sorted(invented)[:3]}, which never happened"
    newest = {one.transaction_id: one for one in sorted(shop.default.arrivals, key=lambda one: one.sequence)}
    for order in scene.truth.alive():
        last = newest.get(order.transaction_id)
        if order.shop is shop and last is not None and not shop.default.was_gone:
            yield from _last_word(order, last.body["data"]["status"])


def _last_word(order: Order, told: str) -> Iterator[str]:
    status = Transaction.objects.values_list("status", flat=True).get(public_id=order.transaction_id)
    if told != status and not (told in PAID and status in PAID):
        yield f"{order.transaction_id} is {status}, and the last that its client heard was {told}"

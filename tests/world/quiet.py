"""After the steps everybody is well again, and time passes until nothing is left to do: no question, no notice, no callback."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection

from tests.world import client, payer, provider_mail, workers
from tests.world.endpoint_steps import switch_on_again
from tests.world.scene import Scene
from tests.world.staff import Office
from transactions.models import Refund, Transaction

# Past a callback's longest wait, past the resolver's last question; then a few more, for what those have set going.
_JUMPS = (timedelta(minutes=12), timedelta(hours=30), timedelta(days=8), *[timedelta(hours=25)] * 7)
_MOST_RUNS = 60
_LEFT = """
SELECT 'callback ' || public_id FROM webhooks_callbackdelivery WHERE status = 'pending'
UNION ALL SELECT 'question about attempt ' || public_id FROM transactions_paymentattempt WHERE next_query_at IS NOT NULL
UNION ALL SELECT 'question about refund ' || public_id FROM transactions_refund WHERE next_query_at IS NOT NULL
UNION ALL SELECT 'pending ' || public_id FROM transactions_transaction WHERE status IN ('pending', 'under_review')
UNION ALL SELECT 'notice ' || public_id FROM webhooks_providernotification WHERE next_try_at IS NOT NULL
UNION ALL SELECT 'approval ' || public_id FROM audit_approvalrequest WHERE state = 'pending'
UNION ALL SELECT 'refund ' || f.public_id || ', ' || f.status FROM transactions_refund f
    WHERE f.status NOT IN ('completed', 'failed')
    AND NOT EXISTS (SELECT FROM transactions_moneyissue i WHERE i.refund_id = f.id AND i.issue_type = 'unknown_fate')
LIMIT 5
"""


def let_it_end(scene: Scene, office: Office) -> None:
    """Until everything is quiet. Raises ``Falsehood`` where something never comes to an end."""
    scene.is_calm = True
    for receiver in scene.stage.receivers.known.values():
        receiver.mood = "well"
    payer.no_more_trouble(scene)
    scene.stage.forget_redis()
    for jump in _JUMPS:
        _everybody_works(scene, office)
        if not _left():
            return
        scene.pass_time(jump)
    _everybody_works(scene, office)
    if left := _left():
        scene.false(f"never comes to an end: {left}")


def settle_the_unsure(scene: Scene) -> None:
    """Clients that never heard how something ended ask once more, while their keys still count."""
    for request in scene.truth.requests:
        if request.unsure and client.may_be_repeated(scene, request):
            order = next((one for one in scene.truth.orders if one.create is request), None)
            scene.do(client.ask(scene, request) if order is None else client.ask_to_create(scene, order))


def _everybody_works(scene: Scene, office: Office) -> None:
    settle_the_unsure(scene)
    payer.end_refunds(scene, everything=True)
    for mail in provider_mail.waiting(scene):
        scene.do(provider_mail.deliver(mail))
    _office_hours(scene, office)
    switch_on_again(scene)
    for act in workers.schedule(scene)[:3]:
        _until_nothing(scene, act.name)
    scene.do(workers.drain(scene))
    for act in workers.schedule(scene)[4:]:
        scene.do(act)


def _until_nothing(scene: Scene, name: str) -> None:
    for _ in range(_MOST_RUNS):
        act = next(one for one in workers.schedule(scene) if one.name == name)
        done: list[object] = []
        work = act.work
        scene.do(type(act)(name, lambda work=work, done=done: done.append(work())))  # type: ignore[misc]
        if not done[0]:
            return
    scene.false(f"{name} never finds an end")


def _office_hours(scene: Scene, office: Office) -> None:
    for order in scene.truth.alive():
        if order.portal_refunds:  # nothing but a question shows them
            scene.do(office.ask_provider(order))
            order.portal_refunds = 0
    suspected = set(Transaction.objects.filter(status="under_review").values_list("public_id", flat=True))
    for order in scene.truth.alive():
        if order.transaction_id in suspected:
            scene.do(office.review(order))
    while Refund.objects.filter(status="awaiting_approval").exists() or office.has_waiting():
        scene.do(office.decide(agree=scene.chance.random() < 0.8))
    for _ in range(Refund.objects.filter(status="awaiting_transfer").count()):
        scene.do(office.transfer_by_hand())
        while office.has_waiting():
            scene.do(office.decide(agree=True))


def _left() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(_LEFT)
        return [row[0] for row in cursor.fetchall()]

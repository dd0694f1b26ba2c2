"""About two hundred steps, each chosen by the seed: who does something, and what comes in between."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import ClassVar

from tests.factories.provider_words import WORDS
from tests.world import client, payer, provider_mail, workers
from tests.world.endpoint_steps import bad_mood, switch_on_again
from tests.world.model import Order
from tests.world.quiet import settle_the_unsure
from tests.world.scene import Act, Scene
from tests.world.staff import Office

STEPS = 200


class Steps:
    """The seed's own choice of what happens next."""

    def __init__(self, scene: Scene, office: Office) -> None:
        self.scene, self.office, self.chance = scene, office, scene.chance

    def run(self, steps: int = STEPS) -> None:
        """All of them."""
        for _ in range(steps):
            way = self.chance.choices(list(self.WAYS), list(self.WAYS.values()))[0]
            self.scene.counts[way.__name__] += 1
            way(self)

    # -- clients ---------------------------------------------------------------------------------------------------------

    def create(self) -> None:
        shop = self.chance.choice(self.scene.truth.shops)
        words = WORDS[self.chance.choice(sorted(shop.accounts))]
        order = client.new_order(self.scene, shop, words)
        twin = self.chance.random() < 0.25
        beside = client.ask_to_create(self.scene, order) if twin else None
        self.scene.do(client.ask_to_create(self.scene, order), beside=beside)

    def repeat(self) -> None:
        orders = [one for one in self.scene.truth.orders if client.may_be_repeated(self.scene, one.create)]
        if not orders:
            return
        order = self.chance.choice(orders)
        if order.create.key and order.create.good() and self.chance.random() < 0.2:
            self.scene.do(client.with_another_body(self.scene, order))
        else:
            self.scene.do(client.ask_to_create(self.scene, order))

    def cancel(self) -> None:
        if order := self._order():
            self.scene.do(client.cancel(self.scene, order), beside=self._rival(order))

    def refund(self) -> None:
        order = self._paid_order()
        if order is None:
            return
        old = [one for one in order.refunds if client.may_be_repeated(self.scene, one)]
        request = self.chance.choice(old) if old and self.chance.random() < 0.3 else client.new_refund(self.scene, order)
        act = client.ask(self.scene, request)
        draw = self.chance.random()
        if draw < 0.3:  # the same once more, at the same moment
            self.scene.do(act, beside=client.ask(self.scene, request))
        elif draw < 0.6:  # another one
            self.scene.do(act, beside=client.ask(self.scene, client.new_refund(self.scene, order)))
        else:
            self.scene.do(act, beside=self._rival(order) if draw < 0.8 else None)

    def read(self) -> None:
        if order := self._order():
            act = client.read(self.scene, order) if self.chance.random() < 0.8 else client.read_list(self.scene, order.shop)
            self.scene.do(act)

    # -- payers and providers ----------------------------------------------------------------------------------------------

    def visit_and_pay(self) -> None:
        orders = [one for one in self.scene.truth.alive() if one.payment_url]
        if not orders:
            return
        order = self.chance.choice(orders[-8:])
        if not order.is_visited or self.chance.random() < 0.1:
            self.scene.do(payer.visit(order))
        payer.pay(self.scene, order)

    def notice(self) -> None:
        mails = provider_mail.waiting(self.scene)
        if self.chance.random() < 0.15:
            mails = self.scene.stage.sandboxes.mail  # one that was taken in long ago comes again
        if not mails:
            return
        mail = self.chance.choice(mails)
        draw = self.chance.random()
        beside: Act | None = None
        if draw < 0.25:
            beside = provider_mail.deliver(mail)
        elif draw < 0.45:
            beside = provider_mail.deliver(self.chance.choice(mails))
        elif draw < 0.6:
            beside = self.chance.choice(workers.often(self.scene))
        elif draw < 0.7 and (order := self._order()):
            beside = client.cancel(self.scene, order)
        self.scene.do(provider_mail.deliver(mail), beside=beside)

    def forge(self) -> None:
        if mails := self.scene.stage.sandboxes.mail:
            self.scene.do(provider_mail.forged(self.scene, self.chance.choice(mails)))

    def trouble(self) -> None:
        draw = self.chance.random()
        if draw < 0.8:
            payer.trouble(self.scene)
        else:
            payer.set_refund_delay(self.scene, self.chance.choice([0, 10**9]))

    def provider_refunds(self) -> None:
        payer.end_refunds(self.scene)

    def portal(self) -> None:
        if order := self._paid_order():
            payer.refund_in_portal(self.scene, order)

    # -- our own processes -------------------------------------------------------------------------------------------------

    def jobs(self) -> None:
        acts = workers.schedule(self.scene)
        act = self.chance.choice(acts[:3] if self.chance.random() < 0.8 else acts)
        beside = self.chance.choice(workers.often(self.scene)) if self.chance.random() < 0.2 else None
        self.scene.do(act, beside=beside)

    def drain(self) -> None:
        beside = workers.drain(self.scene) if self.chance.random() < 0.2 else None
        self.scene.do(workers.drain(self.scene), beside=beside)

    def lose_redis(self) -> None:
        self.scene.stage.forget_redis()

    def pass_time(self) -> None:
        draw = self.chance.random()
        seconds = 40 if draw < 0.5 else 900 if draw < 0.85 else 7_200 if draw < 0.97 else 60_000
        if seconds > 900:
            settle_the_unsure(self.scene)
        self.scene.pass_time(timedelta(seconds=self.chance.randint(1, seconds)))

    # -- receivers and staff -----------------------------------------------------------------------------------------------

    def mood(self) -> None:
        bad_mood(self.scene)

    def switch_on(self) -> None:
        switch_on_again(self.scene)

    def office_work(self) -> None:
        office, order = self.office, self._paid_order()
        ways: list[Callable[[], Act]] = [office.decide, office.decide, office.transfer_by_hand, office.resend]
        if order is not None:
            one = order
            ways += [lambda: office.ask_for_refund(one), lambda: office.ask_provider(one), lambda: office.review(one)]
        beside = self._rival(order) if order is not None and self.chance.random() < 0.2 else None
        self.scene.do(self.chance.choice(ways)(), beside=beside)

    # -- choices -----------------------------------------------------------------------------------------------------------

    def _order(self) -> Order | None:
        alive = self.scene.truth.alive()
        return self.chance.choice(alive[-12:]) if alive else None

    def _paid_order(self) -> Order | None:
        """One that money may have come for."""
        alive = [order for order in self.scene.truth.alive() if order.reference]
        return self.chance.choice(alive[-15:]) if alive else None

    def _rival(self, order: Order) -> Act | None:
        """Something else that touches the same payment."""
        ways: list[Act] = [*workers.often(self.scene), client.cancel(self.scene, order), self.office.ask_provider(order)]
        mails = provider_mail.waiting(self.scene)
        if mails:
            ways += [provider_mail.deliver(self.chance.choice(mails))] * 3
        return self.chance.choice(ways)

    WAYS: ClassVar[dict[Callable[[Steps], None], int]] = {
        create: 22, repeat: 8, visit_and_pay: 34, notice: 34, forge: 4, cancel: 5, refund: 16, read: 5, jobs: 18, drain: 18,
        trouble: 8, mood: 7, switch_on: 3, pass_time: 18, office_work: 14, portal: 2, lose_redis: 2, provider_refunds: 4,
    }  # fmt: skip

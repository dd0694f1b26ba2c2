"""What members of staff do in the back office, each with a second person where the service wants one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import Permission

from audit import approvals
from audit.models import ApprovalRequest
from audit.services import Actor
from payments_site.kernel import clock
from payments_site.kernel.errors import DomainError
from tenants.models import StaffUser
from tests.world.model import Order
from tests.world.process import End
from tests.world.scene import Act, Scene
from transactions.models import Refund, Transaction
from transactions.services import manual_refund, review, staff, staff_refund
from transactions.transfers.account import BankAccount
from webhooks.outbound.models import CallbackDelivery
from webhooks.outbound.resend import StillPendingError, resend

ELSEWHERE = BankAccount("970422", "", "0123456789", "LE VAN CUONG")
_RIGHTS = ("pay_refund", "request_refund", "review_transaction", "decide_approvalrequest")


def hire(name: str) -> StaffUser:
    """Somebody with every right that money needs."""
    user = StaffUser.objects.create_user(name, is_staff=True, is_superuser=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=_RIGHTS))
    return StaffUser.objects.get(pk=user.pk)


class Office:
    """Two people, and what waits for them."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.maker, self.checker = hire("maker"), hire("checker")

    def ask_for_refund(self, order: Order) -> Act:
        """The maker wants money to go back."""
        amount = self.scene.chance.choice([order.amount, order.amount // 2, 20_000])

        def work() -> Any:
            payment = Transaction.objects.get(public_id=order.transaction_id)
            return staff_refund.ask_for_refund(
                payment=payment, amount=amount, reason="Khiếu nại", person=self.maker, actor=_actor(self.maker),
                now=clock.now(), payee=ELSEWHERE,
            )  # fmt: skip

        return _tolerant(f"staff asks for a refund of {order.create.body['order_id']}", work)

    def decide(self, *, agree: bool | None = None) -> Act:
        """The checker decides on what has waited longest."""
        yes = self.scene.chance.random() < 0.7 if agree is None else agree
        waiting = ApprovalRequest.objects.filter(state="pending", expires_at__gt=self.scene.now).order_by("id")
        choice = [one.public_id for one in waiting]
        chosen = choice[0] if choice and agree is not None else self.scene.chance.choice(choice) if choice else ""

        def work() -> Any:
            if not chosen:
                return None
            actor, now = _actor(self.checker), clock.now()
            if yes:
                return approvals.approve(approval_id=chosen, person=self.checker, actor=actor, now=now)
            return approvals.reject(approval_id=chosen, person=self.checker, actor=actor, now=now, note="Không")

        def ended(end: End) -> None:
            if yes and chosen and end.crash:
                self.scene.truth.perhaps_by_hand.add(ApprovalRequest.objects.get(public_id=chosen).subject_id)
            elif yes and isinstance(end.value, ApprovalRequest) and end.value.action == manual_refund.MARK_PAID:
                self.scene.truth.by_hand.add(end.value.subject_id)

        return _tolerant(f"staff {'agrees' if yes else 'refuses'}", work, ended)

    def has_waiting(self) -> bool:
        """Whether the checker has anything to decide."""
        return ApprovalRequest.objects.filter(state="pending", expires_at__gt=self.scene.now).exists()

    def review(self, order: Order, *, accept: bool | None = None) -> Act:
        """Suspected money is accepted, or its rejection put before the checker."""
        yes = self.scene.chance.random() < 0.5 if accept is None else accept

        def work() -> Any:
            if yes:
                actor = _actor(self.maker)
                return review.accept_review(transaction_id=order.transaction_id, note="Đã kiểm tra", actor=actor, now=clock.now())
            payment = Transaction.objects.get(public_id=order.transaction_id)
            return staff.ask_to_reject_review(
                payment=payment, note="Nghi ngờ", person=self.maker, actor=_actor(self.maker), now=clock.now()
            )

        return _tolerant(f"staff reviews {order.create.body['order_id']}", work)

    def transfer_by_hand(self) -> Act:
        """The maker has transferred a manual refund, or says that it can not be done."""
        rows = list(Refund.objects.filter(status=Refund.Status.AWAITING_TRANSFER).order_by("id"))
        chosen = self.scene.chance.choice(rows) if rows else None
        reference, done = self.scene.name("FT").upper(), self.scene.chance.random() < 0.8

        def work() -> Any:
            if chosen is None:
                return None
            actor, now = _actor(self.maker), clock.now()
            if not done:
                return manual_refund.report_unpaid(refund_id=chosen.pk, reason="Sai tài khoản", actor=actor, now=now)
            manual_refund.change_account(refund_id=chosen.pk, account=ELSEWHERE, actor=actor, now=now)
            return manual_refund.report_paid(
                refund_id=chosen.pk, bank_reference=reference, person=self.maker, actor=actor, now=now
            )

        return _tolerant("staff transfers", work)

    def ask_provider(self, order: Order) -> Act:
        """Somebody wants to know now."""

        def work() -> Any:
            payment = Transaction.objects.get(public_id=order.transaction_id)
            return staff.ask_provider(payment=payment, actor=_actor(self.maker), now=clock.now())

        return _tolerant(f"staff asks the provider of {order.create.body['order_id']}", work)

    def resend(self) -> Act:
        """A callback is sent once more by hand; its receiver is ready for that."""
        rows = list(CallbackDelivery.objects.exclude(status="pending").filter(event__isnull=False).order_by("id"))
        chosen = self.scene.chance.choice(rows) if rows else None
        if chosen is not None and chosen.event is not None:
            self.scene.stage.receivers.excused.add((chosen.event.public_id, chosen.url))

        def work() -> Any:
            if chosen is None:
                return None
            try:
                return resend(delivery=chosen, now=clock.now(), actor=_actor(self.maker))
            except StillPendingError as error:
                return error

        return _tolerant("staff resends", work)


def _actor(person: StaffUser) -> Actor:
    return Actor(user_id=person.get_username(), user_type="staff")


def _tolerant(name: str, work: Callable[[], Any], ended: Callable[[End], None] = lambda _end: None) -> Act:
    """What the service refuses in its own words is no fault: staff see the words."""

    def refused() -> Any:
        try:
            return work()
        except DomainError as error:
            return error

    return Act(name, refused, ended)

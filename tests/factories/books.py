"""A shop whose books are kept by the real services: every act that moves money, by number, without any provider being asked."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from audit.models import AuditEntry
from audit.services import SYSTEM, Actor
from payments_site.kernel import clock
from payments_site.kernel.errors import DomainError
from payments_site.kernel.rows import insert, next_numbers
from tenants.models import ProviderAccount, Tenant
from tenants.selectors import context_of_tenant
from tenants.services.accounts import create_account
from tests.factories.provider_words import WORDS
from tests.factories.world import Role
from transactions.models import PaymentAttempt, Receipt, Refund, Transaction
from transactions.providers.base import Outcome, RefundReport, SeenRefund, StatusReport, Transfer
from transactions.services import idempotency, review
from transactions.services._refunds import UNSETTLED, apply_report, fail
from transactions.services._transition import lock_payment
from transactions.services.accounts import route_for
from transactions.services.attempts import new_attempt
from transactions.services.cancel import cancel_payment
from transactions.services.create import NewPayment, create_payment
from transactions.services.expire import expire_one
from transactions.services.manual_refund import apply_paid
from transactions.services.portal_refund import take_in_portal_refunds
from transactions.services.refund import NewRefund, request_refund
from transactions.services.settle import Source, settle
from transactions.services.unidentified import keep_unidentified

BY_WHOLE, BY_TRANSFERS = ("vnpay", "momo", "napas"), ("vietqr", "payos")
AMOUNT = 100_000
_TELLER = Source(Receipt.Source.NOTICE.value, Actor(user_id="provider", user_type=AuditEntry.UserType.PROVIDER), is_notice=True)


@dataclass
class Books:
    """A tenant with accounts at providers of both kinds, and what can happen to its payments. Refusals are part of the story."""

    role: Role
    now: datetime = field(default_factory=clock.now)
    refusals: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        for code in (*BY_WHOLE, *BY_TRANSFERS):
            if code != "vnpay" or not self.role.account_id:
                create_account(
                    provider_code=code, environment="sandbox", credentials=WORDS[code].credentials(),
                    tenant_id=self.role.tenant_id, actor=SYSTEM, now=self.now,
                )  # fmt: skip
        self.tenant = Tenant.objects.get(public_id=self.role.tenant_id)

    def order(self, code: str = "vnpay", *, amount: int = AMOUNT, key: str = "") -> Transaction:
        """A pending payment with an attempt at a provider that makes orders without being asked (VNPay, NAPAS, vietqr)."""
        new = NewPayment(
            order_id=f"ORD-{secrets.token_hex(6)}", amount=amount, currency="VND", description="Sổ sách", provider_code=code,
            return_url="https://shop.example/done",
        )  # fmt: skip
        made = create_payment(
            tenant=context_of_tenant(self.tenant.pk), new=new, key=self._key("create", key), actor=SYSTEM, now=self.now
        )
        return Transaction.objects.get(public_id=made.data["transaction_id"])

    def attempt(self, payment: Transaction, code: str = "vnpay") -> PaymentAttempt:
        """Another attempt, as if the provider was not asked yet: the payer chose, and the process died."""
        with transaction.atomic():
            locked = lock_payment(payment.pk)
            [number] = next_numbers(PaymentAttempt)
            route = route_for(context_of_tenant(self.tenant.pk), code)
            made = new_attempt(locked, route, number=number, payer_ip=None, method=None, now=self.now)
            insert(made)
        return made

    def tell(self, attempt: PaymentAttempt, outcome: Outcome = Outcome.PAID, *, amount: int = AMOUNT, number: str = "") -> None:
        """The provider's word about an attempt: of the whole, or of one transfer."""
        number = number or secrets.token_hex(6)
        transfers = (Transfer(number, amount),) if attempt.provider_code in BY_TRANSFERS and outcome is Outcome.PAID else ()
        report = StatusReport(
            outcome, attempt.provider_reference, amount, number, response_code="00", failure_code="24", failure_vi="Huỷ",
            failure_en="Given up", transfers=transfers,
        )  # fmt: skip
        settle(attempt_id=attempt.pk, report=report, source=_TELLER, now=self.now)

    def paid(self, code: str = "vnpay", *, amount: int = AMOUNT) -> Transaction:
        """A payment that one attempt has paid."""
        payment = self.order(code, amount=amount)
        self.tell(payment.attempts.get(), amount=amount)
        return self.fresh(payment)

    def fresh(self, payment: Transaction) -> Transaction:
        """The payment as it is now."""
        return Transaction.objects.get(pk=payment.pk)

    def expire(self, payment: Transaction) -> None:
        """Its time runs out."""
        expire_one(payment.pk, payment.expires_at + timedelta(seconds=1))

    def cancel(self, payment: Transaction) -> None:
        """The client gives it up."""
        cancel_payment(payment_id=payment.pk, reason="", actor=SYSTEM, now=self.now)

    def refund(self, payment: Transaction, amount: int, *, key: str = "", url: str = "") -> Refund:
        """The client wants money back; the provider can not be reached."""
        new = NewRefund(amount, internal_refund_id=secrets.token_hex(6), notification_url=url)
        shown = request_refund(
            payment_id=payment.pk, new=new, key=self._key("refund", key) if key else None, actor=SYSTEM, now=self.now
        )
        return Refund.objects.get(public_id=shown["refund_id"])

    def end(self, refund: Refund, outcome: Outcome | None) -> None:
        """What became of a refund: told by the provider, or by the people who made the transfer. None: nobody understood."""
        refund.refresh_from_db()
        if refund.status == Refund.Status.AWAITING_TRANSFER:
            self._end_by_hand(refund, paid=outcome is Outcome.PAID)
            return
        report = RefundReport(outcome, refund_no=secrets.token_hex(6), response_code="09") if outcome is not None else None
        apply_report(refund_id=refund.pk, report=report, actor=SYSTEM, now=self.now)

    def portal(self, attempt: PaymentAttempt, amount: int) -> None:
        """Somebody gave money back in the provider's portal, and a question shows it."""
        seen = [SeenRefund(secrets.token_hex(6), amount)]
        take_in_portal_refunds(attempt_id=attempt.pk, refunds=seen, refunded_total=None, actor=SYSTEM, now=self.now)

    def accept(self, payment: Transaction) -> None:
        """Staff take the money of a suspected payment."""
        review.accept_review(transaction_id=payment.public_id, note="", actor=SYSTEM, now=self.now)

    def reject(self, payment: Transaction) -> None:
        """Two people give it back."""
        review.reject_review(transaction_id=payment.public_id, note="", actor=SYSTEM, now=self.now)

    def nobodys(self, code: str = "vietqr", *, amount: int = AMOUNT, number: str = "") -> str:
        """Money that names no order; the bank's number of it."""
        number = number or secrets.token_hex(6)
        account = ProviderAccount.objects.get(tenant=self.tenant, provider__code=code)
        report = StatusReport(Outcome.PAID, "", amount, number, transfers=(Transfer(number, amount),))
        keep_unidentified(account=account, report=report, source=_TELLER, now=self.now)
        return number

    def act(self, what: int, which: int, amount: int) -> None:
        """One act of all there are, chosen by number; what the services refuse is counted and changes nothing."""
        acts = (
            self._order_some, self._another_try, self._told_paid, self._told_paid, self._told_paid, self._told_else,
            self._told_else, self._ended, self._ended, self._refunded, self._refunded, self._answered, self._answered,
            self._reviewed, self._portal, self._stray,
        )  # fmt: skip
        self.now += timedelta(seconds=7)
        try:
            acts[what % len(acts)](which, amount)
        except DomainError as error:
            self.refusals.append(type(error).__name__)

    # -- acts by number --------------------------------------------------------------------------------------------------

    def _order_some(self, which: int, amount: int) -> None:
        self.order(("vnpay", "napas", "vietqr")[which % 3])

    def _another_try(self, which: int, amount: int) -> None:
        if payment := self._one(Transaction.objects.filter(tenant=self.tenant), which):
            self.attempt(payment, (*BY_WHOLE, *BY_TRANSFERS)[amount % 5])

    def _told_paid(self, which: int, amount: int) -> None:
        if attempt := self._one(self._attempts(), which):
            by_transfers = attempt.provider_code in BY_TRANSFERS
            again = attempt.provider_transaction_no if amount % 5 == 0 else None
            self.tell(attempt, amount=(amount % 13 + 1) * 10_000 if by_transfers else AMOUNT, number=again or "")

    def _told_else(self, which: int, amount: int) -> None:
        if attempt := self._one(self._attempts(), which):
            outcome = (Outcome.FAILED, Outcome.SUSPECTED, Outcome.PENDING, Outcome.PAID)[amount % 4]
            self.tell(attempt, outcome, amount=AMOUNT if outcome is not Outcome.PAID else AMOUNT + 1)

    def _ended(self, which: int, amount: int) -> None:
        if payment := self._one(Transaction.objects.filter(tenant=self.tenant), which):
            (self.expire, self.cancel)[amount % 2](payment)

    def _refunded(self, which: int, amount: int) -> None:
        if payment := self._one(Transaction.objects.filter(tenant=self.tenant, received_amount__gt=0), which):
            url = "https://shop.example/refund-hook" if amount % 3 == 0 else ""
            self.refund(payment, AMOUNT if amount % 2 else (amount % 12 + 1) * 10_000, url=url, key=str(amount))

    def _answered(self, which: int, amount: int) -> None:
        open_still = (*UNSETTLED, Refund.Status.AWAITING_TRANSFER)
        if refund := self._one(Refund.objects.filter(tenant=self.tenant, status__in=open_still), which):
            self.end(refund, (Outcome.PAID, Outcome.PAID, Outcome.FAILED, None)[amount % 4])

    def _reviewed(self, which: int, amount: int) -> None:
        if payment := self._one(Transaction.objects.filter(tenant=self.tenant, status="under_review"), which):
            (self.accept, self.reject)[amount % 2](payment)

    def _portal(self, which: int, amount: int) -> None:
        if attempt := self._one(self._attempts().filter(status="paid", provider_code__in=BY_WHOLE), which):
            self.portal(attempt, AMOUNT if amount % 2 else 30_000)

    def _stray(self, which: int, amount: int) -> None:
        number = self.nobodys(BY_TRANSFERS[which % 2], amount=(amount % 9 + 1) * 10_000)
        attempt = self._one(self._attempts().filter(provider_code=BY_TRANSFERS[which % 2]), which)
        if attempt is not None and amount % 2:
            self.tell(attempt, amount=(amount % 9 + 1) * 10_000, number=number)  # whose it was is found out later

    # -- pieces ----------------------------------------------------------------------------------------------------------

    def _attempts(self) -> Any:
        return PaymentAttempt.objects.filter(transaction__tenant=self.tenant)

    def _one(self, rows: Any, which: int) -> Any:
        found = list(rows.order_by("-id")[:6])
        return found[which % len(found)] if found else None

    def _end_by_hand(self, refund: Refund, *, paid: bool) -> None:
        with transaction.atomic():
            if paid:
                apply_paid({"refund_id": refund.public_id, "bank_reference": secrets.token_hex(8).upper()}, SYSTEM, self.now)
            else:
                payment = lock_payment(refund.transaction_id)
                refund.transaction = payment
                fail(payment, refund, code="X", texts=("Không được", "Not possible"), actor=SYSTEM, now=self.now)

    def _key(self, endpoint: str, key: str) -> idempotency.Key:
        return idempotency.make_key(
            offered=f"{key}-{secrets.token_hex(8)}", endpoint=endpoint, tenant_id=self.tenant.pk, body={"key": key}
        )

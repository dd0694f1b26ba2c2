"""Paying, at every provider: what its notices do, whatever their order, number and truth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from audit.services import SYSTEM
from payments_site.kernel import clock
from tenants.models import ProviderAccount
from tenants.services.accounts import update_account
from tests.factories.bench import Bench
from tests.factories.receiver import Seen
from tests.factories.world import make_world
from transactions.models import PaymentAttempt, Receipt, Transaction
from transactions.services.expire import expire_due
from webhooks.inbound.models import ProviderNotification
from webhooks.inbound.receive import replay

Verdict = ProviderNotification.Verdict


def verdict() -> str:
    """What the newest notice was found to be."""
    return str(ProviderNotification.objects.latest("id").verdict)


def spoilt(seen: Seen) -> Iterator[Seen]:
    """The same notice with one digit of hope changed, wherever the provider puts its signature."""
    for old, new in ((b"100000", b"100001"), (b"10000000", b"10000100")):
        if old in seen.body:
            yield replace(seen, body=seen.body.replace(old, new, 1))
    if seen.query:
        yield replace(seen, query=seen.query.replace("00", "01", 1))
    if seen.body:
        middle = len(seen.body) // 2
        byte = b"1" if seen.body[middle : middle + 1] != b"1" else b"2"
        yield replace(seen, body=seen.body[:middle] + byte + seen.body[middle + 1 :])


def test_a_paid_notice_completes_the_payment(bench: Bench) -> None:
    payment = bench.create()
    [seen] = bench.pay(payment, "paid")
    reply = bench.give(seen)
    assert bench.words_of(reply) == bench.words.good
    shown = bench.show(payment)
    assert (shown["status"], shown["received_amount"], shown["late"]) == ("completed", 100_000, False)
    assert shown["provider_transaction_id"]
    assert shown["paid_at"] is not None
    assert verdict() == Verdict.APPLIED


def test_the_same_notice_again_changes_nothing(bench: Bench) -> None:
    paid, seen = bench.paid()
    reply = bench.give(seen)
    assert bench.words_of(reply) == bench.words.repeat
    again = bench.show(paid)
    assert (again["received_amount"], len(again["events"])) == (100_000, len(paid["events"]))
    assert Receipt.objects.filter(transaction__public_id=paid["transaction_id"]).count() == 1
    assert verdict() == Verdict.REPEATED


def test_the_address_without_an_account_takes_it_as_well(bench: Bench) -> None:
    payment = bench.create()
    [seen] = bench.pay(payment, "paid")
    assert bench.words_of(bench.give(seen, account=None)) == bench.words.good
    assert bench.show(payment)["status"] == "completed"


def test_a_changed_notice_is_refused_and_kept(bench: Bench) -> None:
    payment = bench.create()
    [seen] = bench.pay(payment, "paid")
    for forged in spoilt(seen):
        known = ProviderNotification.objects.count()
        assert bench.words_of(bench.give(forged)) != bench.words.good
        assert ProviderNotification.objects.count() == known + 1
        assert verdict() in (Verdict.BAD_SIGNATURE, Verdict.UNREADABLE)
    assert bench.show(payment)["status"] == "pending"
    bench.give(seen)
    assert bench.show(payment)["status"] == "completed"


def test_a_notice_signed_with_another_key_is_refused(bench: Bench) -> None:
    payment = bench.create()
    stolen = {**bench.credentials, bench.words.secret: bench.words.credentials()[bench.words.secret]}
    bench.register(stolen, bench.path)
    [seen] = bench.pay(payment, "paid")
    reply = bench.give(seen)
    status, meaning = bench.words.bad_signature
    assert reply.status == status
    assert not meaning or bench.words_of(reply) == (status, meaning)
    assert bench.show(payment)["status"] == "pending"


def test_a_notice_to_another_tenants_account_does_not_pay(bench: Bench) -> None:
    payment = bench.create()
    [seen] = bench.pay(payment, "paid")
    stranger = bench.add_account(make_world().stranger, bench.words.credentials())
    bench.give(seen, account=stranger)
    assert bench.show(payment)["status"] == "pending"
    assert verdict() == Verdict.BAD_SIGNATURE


def test_a_notice_of_an_order_nobody_knows_is_kept(bench: Bench) -> None:
    payment = bench.create()
    [seen] = bench.pay(payment, "paid")
    PaymentAttempt.objects.filter(pk=bench.attempt(payment).pk).update(provider_reference="ELSE", provider_session_id="")
    assert bench.words_of(bench.give(seen)) == bench.words.unknown_order
    assert verdict() == Verdict.UNKNOWN_ORDER
    assert bench.show(payment)["status"] == "pending"


def test_another_amount_never_completes_by_itself(bench: Bench) -> None:
    payment = bench.create()
    if bench.words.transfers:
        [seen] = bench.pay(payment, "paid", amount=60_000)
        assert bench.words_of(bench.give(seen)) == bench.words.good
        shown = bench.show(payment)
        assert (shown["status"], shown["received_amount"]) == ("pending", 60_000)
        return
    seen = bench.pay(payment, "paid", notice="wrong_amount")[0]
    assert bench.words_of(bench.give(seen)) == bench.words.wrong_amount
    shown = bench.show(payment)
    assert (shown["status"], shown["received_amount"]) == ("pending", 0)
    assert bench.issues(payment) == ["wrong_amount"]
    assert not Receipt.objects.filter(transaction__public_id=payment["transaction_id"]).exists()


def test_two_notices_of_one_payment_are_one_payment(bench: Bench) -> None:
    payment = bench.create()
    seen = bench.pay(payment, "paid", notice="twice")
    assert len(seen) == 2
    for one in seen:
        bench.give(one)
    shown = bench.show(payment)
    assert (shown["status"], shown["received_amount"]) == ("completed", 100_000)
    assert bench.issues(payment) == []


def test_money_after_the_deadline_is_late_and_not_lost(bench: Bench) -> None:
    payment = bench.create()
    [seen] = bench.pay(payment, "paid")
    Transaction.objects.filter(public_id=payment["transaction_id"]).update(expires_at=clock.now() - timedelta(seconds=1))
    assert expire_due(now=clock.now()) >= 1
    assert bench.show(payment)["status"] == "expired"
    assert bench.words_of(bench.give(seen)) == bench.words.good
    shown = bench.show(payment)
    assert (shown["status"], shown["late"]) == ("completed", True)
    assert bench.issues(payment) == ["late_success"]


def test_money_after_a_cancel_is_late_and_not_lost(bench: Bench) -> None:
    payment = bench.create()
    [seen] = bench.pay(payment, "paid")
    assert bench.cancel(payment).data["status"] == "cancelled"
    assert bench.words_of(bench.give(seen)) == bench.words.good
    shown = bench.show(payment)
    assert (shown["status"], shown["late"]) == ("completed", True)
    assert bench.issues(payment) == ["late_success"]


def test_money_for_an_inactive_account_is_applied(bench: Bench) -> None:
    payment = bench.create()
    [seen] = bench.pay(payment, "paid")
    ProviderAccount.objects.filter(public_id=bench.account_id).update(is_active=False)
    bench.give(seen)
    assert bench.show(payment)["status"] == "completed"


def test_a_failed_payment_says_why_in_both_languages(bench: Bench) -> None:
    if not bench.words.can_fail:
        payment = bench.create()
        assert bench.pay(payment, "fail") == []
        assert bench.show(payment)["status"] == "pending"
        return
    for locale in ("vi", "en"):
        payment = bench.create(locale=locale)
        for seen in bench.pay(payment, "fail"):
            bench.give(seen)
        bench.ask(payment)
        shown = bench.show(payment)
        assert shown["status"] == "failed"
        assert shown["failure_code"]
        assert shown["failure_reason"]
        assert shown["failure_reason"].isascii() == (locale == "en")


def test_a_failure_after_the_success_unpays_nothing(bench: Bench) -> None:
    paid, _ = bench.paid()
    if bench.words.can_fail:
        other = bench.create()
        failed = bench.pay(other, "fail")
        for seen in failed:
            bench.give(seen)
        assert bench.show(other)["received_amount"] == 0
    bench.ask(paid) if bench.words.queries else None
    assert bench.show(paid)["status"] == "completed"


def test_a_second_order_paid_for_the_same_payment_is_a_double_payment(bench: Bench) -> None:
    """The payer pays at one provider and then, by an attempt of before, at this one."""
    payment = bench.create()
    [seen] = bench.pay(payment, "paid")
    row = Transaction.objects.get(public_id=payment["transaction_id"])
    Transaction.objects.filter(pk=row.pk).update(status="completed", received_amount=100_000, paid_at=clock.now())
    assert bench.words_of(bench.give(seen)) == bench.words.good
    shown = bench.show(payment)
    assert (shown["status"], shown["received_amount"]) == ("completed", 200_000)
    assert bench.issues(payment) == ["double_payment"]


def test_nothing_of_the_payer_lies_open_in_the_record(bench: Bench) -> None:
    payer = {"name": "Nguyễn Văn Bí Mật", "email": "bimat@example.vn", "phone": "0901234567"}
    paid, _ = bench.paid(customer_info=payer)
    attempt = bench.attempt(paid)
    kept = f"{attempt.raw_data} {attempt.order_info} {attempt.error_message}"
    assert not any(word in kept for word in (*payer.values(), "NGUYEN VAN A", "Bí Mật"))


def test_the_providers_words_stay_on_the_attempt(bench: Bench) -> None:
    paid, _ = bench.paid()
    attempt = bench.attempt(paid)
    assert attempt.status == "paid"
    assert attempt.raw_data
    assert attempt.provider_transaction_no == paid["provider_transaction_id"]
    assert attempt.notice_received_at is not None


def test_a_replay_of_the_stored_notice_is_a_repeat(bench: Bench) -> None:
    paid, _ = bench.paid()
    notice = ProviderNotification.objects.latest("id")
    assert replay(notice=notice, now=clock.now()).verdict == Verdict.REPEATED
    assert bench.show(paid)["received_amount"] == 100_000


def test_the_key_of_before_verifies_for_two_days(bench: Bench) -> None:
    payment = bench.create()
    [seen] = bench.pay(payment, "paid")
    fresh = {**bench.credentials, bench.words.secret: bench.words.credentials()[bench.words.secret]}
    update_account(account_id=bench.account_id, changes={"credentials": fresh}, actor=SYSTEM, now=clock.now())
    bench.give(seen)
    assert bench.show(payment)["status"] == "completed"

"""What becomes of a provider's notice besides its answer: stored, judged, told to the audit trail, applied again."""

from datetime import timedelta

import pytest
from django.core.management import call_command

from audit.models import AuditEntry, OperationalEvent
from audit.services import SYSTEM
from payments_site.kernel import clock
from tenants.models import ProviderAccount, ProviderCredentials
from tenants.services.accounts import deactivate_account, update_account
from tenants.services.tenants import deactivate_tenant
from tests.integration.webhooks.inbound.conftest import ORDER
from tests.payloads.vnpay_sign import ipn_fields, sign
from transactions.models import DataKey, MoneyIssue, Receipt, Transaction
from webhooks.inbound.models import ProviderNotification


def code(answer):
    assert answer.status_code == 200
    return answer.json()["RspCode"]


def verdicts():
    return list(ProviderNotification.objects.order_by("id").values_list("verdict", flat=True))


def status(payment):
    return Transaction.objects.get(pk=payment.pk).status


def test_our_own_failure_is_99_is_told_to_operators_and_the_repeat_settles(notify, payment, broken):
    assert code(notify()) == "99"
    assert (verdicts(), status(payment)) == (["error"], "pending")
    assert OperationalEvent.objects.filter(kind="webhook.failed").count() == 1
    assert Receipt.objects.count() == 0
    broken()
    assert code(notify()) == "00"
    assert (verdicts(), status(payment)) == (["error", "applied"], "completed")


def test_a_notice_that_failed_is_applied_by_the_replay_command_and_only_once(notify, payment, broken, capsys):
    notify()
    broken()
    notice = ProviderNotification.objects.get()
    for expected in ("applied", "repeated"):
        call_command("replay_notices", notice.public_id)
        assert capsys.readouterr().out == f"{notice.public_id} {expected}\n"
    notice.refresh_from_db()
    assert (notice.tries, status(payment), Receipt.objects.count()) == (3, "completed", 1)


def test_a_range_replays_what_was_never_applied(notify, payment, broken, capsys):
    notify()
    broken()
    notify(vnp_Amount="1")
    call_command("replay_notices", since=(clock.now() - timedelta(hours=1)).isoformat())
    assert capsys.readouterr().out.count("applied") == 1
    assert status(payment) == "completed"


def test_the_audit_trail_tells_of_each_notice_with_hash_and_size_and_no_secret(notify, payment, acme):
    notify()
    notice = ProviderNotification.objects.get()
    entries = list(AuditEntry.objects.filter(entity_type="webhook", entity_id=notice.public_id).order_by("id"))
    assert [entry.action for entry in entries] == ["webhook_received", "webhook_processed"]
    for entry in entries:
        assert (entry.user_type, entry.user_id) == ("provider", "vnpay")
        assert entry.new_values["payload_hash"] == notice.payload_hash
        assert len(notice.payload_hash) == 64
        assert entry.additional_data["payload_size"] == notice.payload_size > 0
    paid = AuditEntry.objects.get(entity_type="transaction", entity_id=payment.public_id, action="paid")
    assert (paid.old_values["status"], paid.new_values["status"]) == ("pending", "completed")
    assert acme.hash_secret not in str([entry.additional_data for entry in AuditEntry.objects.all()])


def test_a_rotated_secret_is_believed_for_48_hours_and_then_no_more(notify, payment, acme):
    old = acme.hash_secret
    changed = {"credentials": {"tmn_code": acme.tmn_code, "hash_secret": "N" * 32}}
    update_account(account_id=acme.account_id, tenant_id=acme.tenant_id, changes=changed, actor=SYSTEM, now=clock.now())
    credentials = ProviderCredentials.objects.filter(account__public_id=acme.account_id, version=1)
    credentials.update(superseded_at=clock.now() - timedelta(hours=48, seconds=1))
    assert code(notify(secret=old)) == "97"
    credentials.update(superseded_at=clock.now() - timedelta(hours=47))
    assert code(notify(secret=old)) == "00"
    assert code(notify(secret="N" * 32)) == "02"


def test_money_does_not_ask_whether_tenant_and_account_are_active(notify, payment, acme):
    deactivate_tenant(tenant_id=acme.tenant_id, actor=SYSTEM, now=clock.now())
    deactivate_account(account_id=acme.account_id, tenant_id=acme.tenant_id, actor=SYSTEM, now=clock.now())
    assert code(notify()) == "00"
    assert status(payment) == "completed"


@pytest.mark.parametrize(("enforced", "expected", "state"), [(False, "00", "completed"), (True, "97", "pending")])
def test_a_signed_notice_from_an_unlisted_address_is_alerted_and_refused_only_where_told(
    notify, payment, acme, enforced, expected, state
):
    account = ProviderAccount.objects.filter(public_id=acme.account_id)
    account.update(ip_allowlist=["203.0.113.9"], ip_allowlist_enforced=enforced)
    assert code(notify()) == expected
    assert status(payment) == state
    assert OperationalEvent.objects.filter(kind="webhook.unlisted_address").count() == 1


def test_money_for_an_erased_payer_is_still_recorded(notify, payment):
    DataKey.objects.filter(pk=payment.data_key_id).update(wrapped=None, destroyed_at=clock.now())
    assert code(notify()) == "00"
    assert status(payment) == "completed"
    assert Receipt.objects.filter(transaction=payment, amount=100_000).count() == 1


def test_a_number_that_was_seen_before_is_kept_apart_and_put_before_a_person(api, acme, notify, payment):
    assert code(notify(number="555001")) == "00"
    again = api.post(f"{acme.base}/transactions", {**ORDER, "order_id": "ORD-2"}, format="json", headers=acme.headers)
    second = Transaction.objects.get(public_id=again.json()["data"]["transaction_id"])
    reference = second.attempts.get().provider_reference
    fields = ipn_fields(tmn_code=acme.tmn_code, reference=reference, amount=100_000, number="555001")
    url = f"/api/v1/webhooks/vnpay/{acme.account_id}?{sign(fields, acme.hash_secret)}"
    assert [code(api.get(url)) for _ in range(2)] == ["00", "02"]
    assert list(MoneyIssue.objects.values_list("issue_type", flat=True)) == ["reused_number"]


def test_a_provider_or_method_that_does_not_exist_has_no_address(api, acme):
    for path in ("paypal", "VNPAY", "vnpay/a/b/c"):
        assert api.get(f"/api/v1/webhooks/{path}").status_code == 404
    for method in (api.put, api.delete, api.patch):
        assert method(f"/api/v1/webhooks/vnpay/{acme.account_id}").status_code == 405
    assert ProviderNotification.objects.count() == 0


def test_a_flood_of_forged_notices_is_stopped_and_a_real_one_still_gets_through(notify, payment, settings):
    settings.RATE_LIMIT_WEBHOOK = "3/h"
    answers = [notify(secret="forged") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429, 429]
    assert ProviderNotification.objects.count() == 3
    assert code(notify()) == "00"
    assert status(payment) == "completed"


def test_right_notices_are_never_counted(notify, payment, settings):
    settings.RATE_LIMIT_WEBHOOK = "3/h"
    assert [code(notify()) for _ in range(8)] == ["00"] + ["02"] * 7

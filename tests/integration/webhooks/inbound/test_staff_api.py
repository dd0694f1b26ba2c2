"""Staff and notices over the API: the log, a dry run that leaves nothing behind, and applying again."""

from datetime import timedelta

import pytest

from audit.models import AuditEntry, OperationalEvent
from payments_site.kernel import clock
from tenants.models import ProviderAccount
from tests.factories.tenants import StaffUserFactory, staff_client
from transactions.models import DataKey, MoneyIssue, Receipt, Transaction
from webhooks.inbound.models import ProviderNotification
from webhooks.outbound.models import CallbackDelivery

LOGS, RETRY, TEST = "/api/v1/webhooks/logs", "/api/v1/webhooks/retry", "/api/v1/webhooks/vnpay/test"


@pytest.fixture
def staff(db):
    rights = ["webhooks.view_providernotification", "webhooks.change_providernotification"]
    return staff_client(StaffUserFactory(permissions=rights))


def facts():
    """Everything that a notice could leave behind."""
    models = (ProviderNotification, Receipt, MoneyIssue, OperationalEvent, CallbackDelivery, DataKey, AuditEntry)
    return [model.objects.count() for model in models], list(Transaction.objects.values_list("status", "received_amount"))


def told(client, **body):
    answer = client.post(TEST, body, format="json")
    assert answer.status_code == 200, answer.content
    return answer.json()["data"]


def test_a_dry_run_tells_what_a_signed_notice_would_do_and_leaves_nothing(staff, signed, payment, acme):
    before = facts()
    found = told(staff, account_id=acme.account_id, query=signed())
    assert (found["verdict"], found["is_signed"], found["account_id"]) == ("applied", True, acme.account_id)
    assert found["transaction_id"] == payment.public_id
    assert found["before"] == {"status": "pending", "received_amount": 0}
    assert found["after"] == {"status": "completed", "received_amount": 100_000}
    assert found["answer"]["status"] == 200
    assert '"RspCode":"00"' in found["answer"]["body"].replace(" ", "")
    assert facts() == before


def test_a_dry_run_of_what_nobody_signed_says_whom_it_claims_and_that_it_is_refused(staff, signed, payment, acme):
    before = facts()
    found = told(staff, query=signed(secret="forged"))
    assert (found["verdict"], found["is_signed"]) == ("bad_signature", False)
    assert (found["account_id"], found["transaction_id"]) == (acme.account_id, payment.public_id)
    assert found["before"] == found["after"] == {"status": "pending", "received_amount": 0}
    assert told(staff, query=signed(vnp_Amount="1"))["verdict"] == "wrong_amount"
    assert told(staff, query=signed(vnp_TxnRef="ELSE"))["transaction_id"] is None
    assert told(staff, payload={"hello": "world"})["verdict"] in ("unknown_account", "unreadable")
    assert facts() == before


def test_a_dry_run_judges_the_address_that_it_is_told(staff, signed, payment, acme):
    account = ProviderAccount.objects.filter(public_id=acme.account_id)
    account.update(ip_allowlist=["203.0.113.9"], ip_allowlist_enforced=True)
    assert told(staff, query=signed(), source_ip="203.0.113.9")["verdict"] == "applied"
    assert told(staff, query=signed(), source_ip="203.0.113.8")["verdict"] == "unlisted_address"


@pytest.mark.parametrize(
    "body",
    [
        {"body": "a", "payload": {}}, {"headers": {"X-A": 1}}, {"method": "PUT"}, {"body": 5}, {"source_ip": "nowhere"},
        {"payload": []}, {"account_id": "x" * 41}, {"body": "x" * 70_000},
    ],
)  # fmt: skip
def test_a_dry_run_refuses_what_is_no_request(staff, body):
    assert staff.post(TEST, body, format="json").status_code == 400


def test_a_provider_that_does_not_exist_can_not_be_tried(staff):
    assert staff.post("/api/v1/webhooks/paypal/test", {}, format="json").status_code == 404


def test_more_than_a_megabyte_is_not_read(staff):
    answer = staff.post(TEST, {"body": "x" * 1_100_000}, format="json")
    assert (answer.status_code, answer.json()["error_code"]) == (413, "PAYLOAD_TOO_LARGE")


def test_the_log_shows_each_notice_and_never_its_content(staff, notify, payment, acme):
    notify()
    notify(secret="forged")
    answer = staff.get(LOGS)
    refused, applied = answer.json()["data"]
    assert (applied["verdict"], applied["transaction_id"], applied["account_id"]) == (
        "applied", payment.public_id, acme.account_id,
    )  # fmt: skip
    assert (refused["verdict"], refused["error_code"]) == ("bad_signature", "WEBHOOK_INVALID_SIGNATURE")
    assert refused["answer"]["status"] == 200
    assert "vnp_" not in answer.content.decode()


def test_the_log_is_filtered_and_paged(staff, notify, payment, acme):
    notify()
    for _ in range(2):
        notify(secret="forged")

    def ids(**query):
        return [row["verdict"] for row in staff.get(LOGS, query).json()["data"]]

    assert ids(verdict="applied") == ["applied"]
    assert ids(provider_code="momo") == []
    assert ids(transaction_id=payment.public_id, account_id=acme.account_id) == ["bad_signature"] * 2 + ["applied"]
    assert ids(since=(clock.now() + timedelta(hours=1)).isoformat()) == []
    assert ids(until=clock.iso(clock.now() + timedelta(hours=1)), limit=1) == ["bad_signature"]
    first = staff.get(LOGS, {"limit": 2}).json()
    second = staff.get(LOGS, {"limit": 2, "cursor": first["pagination"]["next"]}).json()
    assert [len(page["data"]) for page in (first, second)] == [2, 1]
    assert second["pagination"]["next"] is None
    for wrong in ({"verdict": "fine"}, {"provider_code": "paypal"}, {"since": "yesterday"}, {"since": "2026-11-21"}):
        assert staff.get(LOGS, wrong).status_code == 400


def test_one_notice_is_applied_again_and_the_trail_names_who_asked(staff, notify, payment, broken):
    notify()
    broken()
    notice = ProviderNotification.objects.get()
    for before, outcome in (("error", "applied"), ("applied", "repeated")):
        answer = staff.post(f"/api/v1/webhooks/{notice.public_id}/retry")
        assert answer.json()["data"] == {"webhook_id": notice.public_id, "before": before, "outcome": outcome}
    assert Receipt.objects.count() == 1
    assert AuditEntry.objects.filter(action="notice_replayed", user_type="staff", entity_id=notice.public_id).count() == 2
    assert staff.post("/api/v1/webhooks/whk_nobody/retry").status_code == 404


def test_an_erased_notice_says_so_and_stays_as_it_was(staff, notify, payment):
    notify()
    notice = ProviderNotification.objects.get()
    DataKey.objects.filter(pk=notice.data_key_id).update(wrapped=None, destroyed_at=clock.now())
    answer = staff.post(f"/api/v1/webhooks/{notice.public_id}/retry")
    assert answer.json()["data"] == {"webhook_id": notice.public_id, "before": "applied", "outcome": "erased"}
    assert AuditEntry.objects.filter(action="notice_replayed").count() == 0


def test_a_selection_and_a_range_are_applied_again_in_pages(staff, notify, payment, broken):
    for _ in range(3):
        notify()
    notify(secret="forged")
    broken()
    known = list(ProviderNotification.objects.order_by("id").values_list("public_id", flat=True))
    since = (clock.now() - timedelta(hours=1)).isoformat()
    body = {"since": since, "limit": 2}
    first = staff.post(RETRY, body, format="json").json()
    assert [one["outcome"] for one in first["data"]] == ["applied", "repeated"]
    second = staff.post(RETRY, {**body, "cursor": first["pagination"]["next"]}, format="json").json()
    assert [one["webhook_id"] for one in second["data"]] == [known[2]]
    assert second["pagination"]["next"] is None
    chosen = staff.post(RETRY, {"webhook_ids": [known[3], known[0], "whk_nobody"]}, format="json").json()["data"]
    assert [(one["webhook_id"], one["outcome"]) for one in chosen] == [(known[0], "repeated"), (known[3], "bad_signature")]
    forged = staff.post(RETRY, {"since": since, "verdicts": ["bad_signature"]}, format="json").json()["data"]
    assert [one["webhook_id"] for one in forged] == [known[3]]
    assert Receipt.objects.count() == 1


@pytest.mark.parametrize(
    "body",
    [
        {}, {"verdicts": ["error"]}, {"webhook_ids": [], "since": "2026-11-21T00:00:00+07:00"}, {"since": "soon"},
        {"webhook_ids": ["x"] * 201}, {"since": "2026-11-21T00:00:00+07:00", "limit": 201},
        {"since": "2026-11-21T00:00:00+07:00", "cursor": "nonsense"},
        {"since": "2026-11-21T00:00:00+07:00", "provider_code": "paypal"},
    ],
)  # fmt: skip
def test_everything_is_never_applied_by_mistake(staff, body):
    assert staff.post(RETRY, body, format="json").status_code == 400


def test_looking_is_no_right_to_apply_again_or_to_try(notify, payment):
    notify()
    notice = ProviderNotification.objects.get()
    looker = staff_client(StaffUserFactory(permissions=["webhooks.view_providernotification"]))
    assert looker.get(LOGS).status_code == 200
    for path in (TEST, RETRY, f"/api/v1/webhooks/{notice.public_id}/retry"):
        assert looker.post(path, {}, format="json").status_code == 403

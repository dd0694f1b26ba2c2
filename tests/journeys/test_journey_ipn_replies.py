"""VNPay's reply table, over HTTP, for every way in which a notice can come. The answer is HTTP 200, always."""

import pytest

from tests.factories.live import as_json, call, sql
from tests.payloads.vnpay_sign import sign
from transactions.models import MoneyIssue, Receipt, Transaction
from transactions.personal import key_of, unseal_json
from webhooks.inbound.models import ProviderNotification
from webhooks.inbound.raw import from_json

METHODS = ["GET", "POST_FORM", "POST_JSON"]
FAILED = {"ResponseCode": "51", "TransactionStatus": "02", "TransactionNo": "0", "BankTranNo": ""}

pytestmark = pytest.mark.parametrize("method", METHODS)


def code(answer):
    assert answer.status == 200, answer.text
    assert answer.headers["content-type"].startswith("application/json")
    assert set(answer.json) == {"RspCode", "Message"}
    return answer.json["RspCode"]


def facts(payment):
    """Everything that a notice could have changed, as rows."""
    row = Transaction.objects.get(public_id=payment["transaction_id"])
    return {
        "status": row.status,
        "received": row.received_amount,
        "events": list(row.events.order_by("sequence").values_list("event_type", flat=True)),
        "receipts": Receipt.objects.filter(transaction=row).count(),
        "issues": MoneyIssue.objects.filter(transaction=row).count(),
        "attempts": list(row.attempts.order_by("id").values_list("status", "provider_transaction_no")),
        "deliveries": sql("SELECT count(*) FROM webhooks_callbackdelivery WHERE transaction_id = %s", row.pk),
    }


def verdicts(shop):
    rows = ProviderNotification.objects.filter(account__public_id=shop.role.account_id)
    return list(rows.order_by("id").values_list("verdict", flat=True))


def test_a_success_is_00_and_its_repeat_02(shop, method):
    payment = shop.create()
    assert [code(shop.notify(shop.fields(payment), method=method)) for _ in range(3)] == ["00", "02", "02"]
    after = facts(payment)
    assert (after["status"], after["events"].count("paid"), after["receipts"]) == ("completed", 1, 1)
    assert verdicts(shop) == ["applied", "repeated", "repeated"]


def test_a_failure_is_00_and_its_repeat_02(shop, method):
    payment = shop.create()
    assert [code(shop.notify(shop.fields(payment, **FAILED), method=method)) for _ in range(2)] == ["00", "02"]
    after = facts(payment)
    assert (after["status"], after["events"].count("payment_failed"), after["receipts"]) == ("failed", 1, 0)


def test_a_failure_after_a_success_is_02_and_changes_nothing_but_opens_an_issue(shop, method):
    payment = shop.create()
    shop.notify(shop.fields(payment))
    before = facts(payment)
    assert [code(shop.notify(shop.fields(payment, **FAILED), method=method)) for _ in range(2)] == ["02", "02"]
    assert facts(payment) == before | {"issues": 1}


def test_response_00_with_status_02_is_00_and_fails_the_payment(shop, method):
    payment = shop.create()
    assert code(shop.notify(shop.fields(payment, TransactionStatus="02"), method=method)) == "00"
    assert facts(payment)["status"] == "failed"


@pytest.mark.parametrize("changes", [{"TransactionStatus": "01"}, {"ResponseCode": "99", "TransactionStatus": "01"}])
def test_a_state_that_is_not_final_is_00_and_stays_pending(shop, method, changes):
    payment = shop.create()
    assert code(shop.notify(shop.fields(payment, **changes), method=method)) == "00"
    after = facts(payment)
    assert (after["status"], after["receipts"], after["issues"]) == ("pending", 0, 0)
    assert code(shop.notify(shop.fields(payment), method=method)) == "00"
    assert facts(payment)["status"] == "completed"


def test_a_code_that_nobody_knows_is_00_and_stays_pending(shop, method):
    payment = shop.create()
    assert code(shop.notify(shop.fields(payment, ResponseCode="88", TransactionStatus="77"), method=method)) == "00"
    assert facts(payment)["status"] == "pending"


def test_07_is_00_and_goes_under_review(shop, method):
    payment = shop.create()
    fields = shop.fields(payment, ResponseCode="07", TransactionStatus="07")
    assert [code(shop.notify(fields, method=method)) for _ in range(2)] == ["00", "02"]
    assert facts(payment)["status"] == "under_review"


def test_a_bad_signature_is_97_is_stored_and_changes_nothing(shop, method):
    payment = shop.create()
    before = facts(payment)
    assert code(shop.notify(shop.fields(payment), method=method, secret="not the terminal's key")) == "97"
    right = sign(shop.fields(payment), shop.role.hash_secret)
    assert code(shop.notify_raw(right.replace("vnp_Amount=10000000", "vnp_Amount=10000100"), method=method)) == "97"
    assert code(shop.notify_raw(right[:-1] + "g", method=method)) == "97"
    assert facts(payment) == before
    assert verdicts(shop) == ["bad_signature"] * 3


def test_an_order_that_nobody_made_is_01(shop, method):
    payment = shop.create()
    for reference in ("ZZZZZZZZZZZZZ", "1", "không có", ""):
        fields = shop.fields(payment, TxnRef=reference)
        assert code(shop.notify(fields, method=method)) == "01"
    assert verdicts(shop) == ["unknown_order"] * 4


@pytest.mark.parametrize("amount", ["10000100", "9999900", "10000001", "0", "-10000000", "100000", "abc", "1" * 30])
def test_a_wrong_amount_is_04_makes_no_receipt_and_does_not_use_up_the_number(shop, method, amount):
    payment = shop.create()
    assert code(shop.notify(shop.fields(payment, Amount=amount), method=method)) == "04"
    after = facts(payment)
    assert (after["status"], after["receipts"], after["issues"], after["received"]) == ("pending", 0, 1, 0)
    assert MoneyIssue.objects.get(transaction__public_id=payment["transaction_id"]).issue_type == "wrong_amount"
    assert verdicts(shop) == ["wrong_amount"]
    assert code(shop.notify(shop.fields(payment), method=method)) == "00"
    after = facts(payment)
    assert (after["status"], after["receipts"], after["issues"]) == ("completed", 1, 1)


def test_a_wrong_amount_told_twice_opens_one_issue(shop, method):
    payment = shop.create()
    assert [code(shop.notify(shop.fields(payment, Amount="500000"), method=method)) for _ in range(2)] == ["04", "04"]
    assert facts(payment)["issues"] == 1


def test_without_signature_or_without_input_the_answer_is_99(shop, method):
    payment = shop.create()
    unsigned = sign(shop.fields(payment), "x").partition("&vnp_SecureHash=")[0]
    assert code(shop.notify_raw(unsigned, method=method)) == "99"
    assert code(shop.notify_raw("", method=method)) == "99"
    assert code(shop.notify_raw("", method=method, path="/api/v1/webhooks/vnpay")) == "99"
    assert facts(payment)["status"] == "pending"


def test_a_terminal_that_nobody_has_is_97(shop, method):
    payment = shop.create()
    fields = shop.fields(payment, TmnCode="NOBODY99")
    assert code(shop.notify(fields, method=method, path="/api/v1/webhooks/vnpay")) == "97"
    assert code(shop.notify(fields, method=method)) == "97"
    assert facts(payment)["status"] == "pending"


def test_the_address_without_the_account_works_as_well(shop, method):
    payment = shop.create()
    path = "/api/v1/webhooks/vnpay"
    assert [code(shop.notify(shop.fields(payment), method=method, path=path)) for _ in range(2)] == ["00", "02"]
    assert facts(payment)["status"] == "completed"


def test_the_address_of_another_account_does_not_take_acmes_signature(shop, method):
    payment = shop.create()
    for foreign in (shop.world.partner.account_id, shop.world.stranger.account_id, "acc_nobody", "%00"):
        path = f"/api/v1/webhooks/vnpay/{foreign}"
        assert code(shop.notify(shop.fields(payment), method=method, path=path)) == "97"
    assert facts(payment)["status"] == "pending"


def test_another_accounts_right_signature_does_not_pay_acmes_order(shop, method):
    payment = shop.create()
    stranger = shop.world.stranger
    fields = shop.fields(payment, TmnCode=stranger.tmn_code)
    path = f"/api/v1/webhooks/vnpay/{stranger.account_id}"
    assert code(shop.notify(fields, method=method, path=path, secret=stranger.hash_secret)) == "01"
    assert facts(payment)["status"] == "pending"


def test_a_repeated_parameter_is_never_believed(shop, method):
    payment = shop.create()
    query = sign(shop.fields(payment), shop.role.hash_secret)
    for twice in (query + "&vnp_Amount=10000000", "vnp_ResponseCode=00&" + query):
        assert code(shop.notify_raw(twice, method=method)) == "97"
    assert facts(payment)["status"] == "pending"


def test_what_can_not_be_read_at_all_is_99(shop, method):
    url = shop.live.web.base + shop.notify_path
    if method == "GET":
        answers = [call("GET", f"{url}?%ff=%fe"), call("GET", f"{url}?&&&==")]
    else:
        kind = {"Content-Type": "application/json"} if method == "POST_JSON" else None
        bodies = (b"\xff\xfe\x00", b"{", b'["vnp_TxnRef"]', b'{"vnp_Amount": {"a": 1}}', b"{" * 100_000)
        answers = [call("POST", url, body, kind) for body in bodies]
    assert {code(answer) for answer in answers} <= {"99", "97"}


def test_the_notice_is_kept_sealed_byte_for_byte(shop, method):
    payment = shop.create()
    query = sign(shop.fields(payment), shop.role.hash_secret)
    shop.notify_raw(query, method=method)
    notice = ProviderNotification.objects.get(account__public_id=shop.role.account_id)
    assert query.encode() not in bytes(notice.raw_sealed)
    raw = from_json(unseal_json(notice.raw_sealed, key_of(notice.data_key)))
    expected = {"GET": (query, b""), "POST_FORM": ("", query.encode()), "POST_JSON": ("", as_json(query))}
    assert (raw.query, raw.body) == expected[method]
    assert (notice.reply_status, notice.error_code, notice.tries) == (200, "", 1)

"""The payer's data can be read through the API and nowhere else: not in a table, not in the audit trail, not in a log."""

import logging

import pytest
from django.db import connection

from tests.payloads.vnpay_sign import ipn_fields, sign
from transactions.models import DataKey, PaymentAttempt, Transaction
from transactions.personal import email_index, phone_index

PAYER = {
    "name": "Trần Thị Ngọc Hân",
    "email": "ngoc.han.1987@example.vn",
    "phone": "0987654321",
    "address": "12 ngõ Tràng Tiền, Hoàn Kiếm",
}
DEVICE = "device-4711-of-han"


def readable_rows(text):
    """(table, row) of every row of the database in which ``text`` can be read: as text, or in the bytes of a bytea."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
        for (table,) in cursor.fetchall():
            name = connection.ops.quote_name(table)
            cursor.execute(
                f"SELECT t::text FROM {name} t WHERE t::text ILIKE %s OR t::text ILIKE %s",  # noqa: S608
                [f"%{text}%", f"%{text.encode().hex()}%"],
            )
            found += [(table, row[0][:200]) for row in cursor.fetchall()]
    return found


@pytest.fixture
def paid(api, acme, post, caplog):
    """A payment with a payer, created and repeated under a key, paid by notice, read."""
    caplog.set_level(logging.DEBUG)
    changes = {"customer_info": PAYER, "device_id": DEVICE, "user_agent": "Mozilla of Han"}
    answers = [post(key="k-1", order_id="ORD-1", **changes) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    refused = post(customer_info={**PAYER, "email": PAYER["email"] + "@"})
    assert refused.status_code == 400
    data = answers[0].json()["data"]
    reference = PaymentAttempt.objects.get(transaction__public_id=data["transaction_id"]).provider_reference
    fields = ipn_fields(tmn_code=acme.tmn_code, reference=reference, amount=data["amount"])
    assert api.get(f"/api/v1/webhooks/vnpay/{acme.account_id}?{sign(fields, acme.hash_secret)}").json()["RspCode"] == "00"
    return data


def test_the_search_of_the_tables_would_find_what_is_readable(post):
    post(description="Mua hàng của Hân")
    assert "transactions_transaction" in {table for table, _ in readable_rows("Mua hàng của Hân")}


@pytest.mark.parametrize("text", [*PAYER.values(), "Ngọc Hân", DEVICE, "Mozilla of Han", "84987654321"])
def test_no_table_holds_the_payers_data_in_the_clear(paid, text):
    assert readable_rows(text) == []


def test_no_log_line_holds_the_payers_data_or_a_secret(paid, caplog, acme):
    text = caplog.text + "".join(str(record.args) for record in caplog.records)
    for secret in (*PAYER.values(), "Ngọc Hân", acme.api_key, acme.hash_secret, acme.callback_secret):
        assert secret not in text


def test_keys_and_provider_secrets_are_in_no_table_in_the_clear(paid, acme):
    for secret in (acme.api_key, acme.hash_secret, acme.callback_secret):
        assert readable_rows(secret) == []


def test_the_client_who_gave_it_reads_it_back(api, acme, paid):
    shown = api.get(f"{acme.base}/transactions/{paid['transaction_id']}", headers=acme.headers).json()["data"]
    assert shown["customer_info"] == PAYER


def test_the_payer_is_found_by_keyed_hashes_however_they_are_spelt(paid):
    assert Transaction.objects.filter(email_index=email_index(" NGOC.HAN.1987@Example.VN ")).count() == 1
    for spelling in ("0987654321", "+84 987 654 321", "84-987-654-321", "(0987) 654.321"):
        assert Transaction.objects.filter(phone_index=phone_index(spelling)).count() == 1
    assert Transaction.objects.filter(phone_index=phone_index("0987654322")).count() == 0


def test_destroying_the_key_erases_the_payer_and_leaves_the_money(api, acme, paid):
    row = Transaction.objects.get(public_id=paid["transaction_id"])
    DataKey.objects.filter(pk=row.data_key_id).update(wrapped=None, destroyed_at=row.created_at)
    shown = api.get(f"{acme.base}/transactions/{paid['transaction_id']}", headers=acme.headers).json()["data"]
    assert shown["customer_info"] == {"erased": True}
    assert (shown["status"], shown["received_amount"]) == ("completed", 100_000)

"""Every vector of the file, against the adapter. There is no SDK: they prove the public formulas, not NAPAS's own behaviour."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from payments_site.kernel.http import HttpClient
from tests.unit.transactions.providers.napas.napas_helpers import (
    DOCUMENT,
    NAPAS,
    SECRET,
    VECTORS,
    VPC_ACCOUNT,
    VPC_SECRET,
    FakeHttp,
    account,
    answer,
    order,
    posted,
    refund_order,
    vector,
    vpc_hash_of,
    vpc_text,
)
from transactions.providers.base import InvalidSignature, Outcome, PaymentRef, RawRequest
from transactions.providers.napas import reading, signing


def secure_hash(vector: dict[str, Any]) -> None:
    fields = vector["input"]
    kept = {name: value for name, value in fields.items() if value}
    assert VPC_SECRET + "".join(kept[name] for name in sorted(kept)) == vector["canonical_string"]
    assert signing.secure_hash(fields, VPC_SECRET) == vector["expected_vpc_SecureHash"]
    assert signing.is_secure_hash(vector["expected_vpc_SecureHash"].lower(), fields, VPC_SECRET)


def napas_result(vector: dict[str, Any]) -> None:
    assert vector["data"] + "<clientSecret>" == vector["canonical_string"]
    assert signing.checksum(vector["data"], SECRET) == vector["expected_checksum"]
    assert signing.is_checksum(vector["expected_checksum"].lower(), vector["data"], SECRET)
    assert reading.decode(vector["data"]) == reading.parse(vector["decoded_data"])
    notice = NAPAS.read_notification(account(), RawRequest("POST", "", vector["napasResult"].encode(), "application/json"))
    view = NAPAS.read_return(account(), posted(vector["napasResult"]))
    paid = vector["name"] == "result_success"
    assert (notice.report.outcome is Outcome.PAID, view.outcome is Outcome.PAID) == (paid, paid)
    assert (notice.report.reference, notice.report.amount) == (("ORD000001", 50_000) if paid else ("", None))


KINDS: dict[tuple[str, str], Callable[[dict[str, Any]], None]] = {
    ("legacy_vpc", "secure_hash"): secure_hash,
    ("dps_rest", "napasResult_checksum"): napas_result,
}


@pytest.mark.parametrize("vector", VECTORS, ids=[item["name"] for item in VECTORS])
def test_a_vector_holds(vector: dict[str, Any]) -> None:
    KINDS[vector["profile"], vector["operation"]](vector)


def test_every_vector_is_of_a_kind_that_is_tried() -> None:
    assert len(DOCUMENT["vectors"]) == 7
    assert {(item["profile"], item["operation"]) for item in VECTORS} == set(KINDS)


@pytest.mark.parametrize("vector", VECTORS, ids=[item["name"] for item in VECTORS])
def test_a_vector_with_one_changed_character_is_refused(vector: dict[str, Any]) -> None:
    if vector["profile"] == "legacy_vpc":
        fields = {name: value for name, value in vector["input"].items() if value}
        for name, value in fields.items():
            for index, character in enumerate(value):
                other = {**fields, name: f"{value[:index]}{'y' if character == 'x' else 'x'}{value[index + 1 :]}"}
                assert not signing.is_secure_hash(vector["expected_vpc_SecureHash"], other, VPC_SECRET)
        return
    data = vector["data"]
    for index, character in enumerate(data):
        other = f"{data[:index]}{'B' if character == 'A' else 'A'}{data[index + 1 :]}"
        body = vector["napasResult"].replace(data, other).encode()
        with pytest.raises(InvalidSignature):
            NAPAS.read_notification(account(), RawRequest("POST", "", body))


def test_the_adapter_makes_the_url_of_the_vector() -> None:
    given = vector("pay_ascii")
    fields = given["input"]
    made = order(
        reference=fields["vpc_MerchTxnRef"], amount=50_000, description=fields["vpc_OrderInfo"],
        return_url=fields["vpc_ReturnURL"], payer_ip=fields["vpc_TicketNo"],
    )  # fmt: skip
    url = urlsplit(NAPAS.create_payment(VPC_ACCOUNT, made, HttpClient()).payment_url)
    assert f"{url.scheme}://{url.netloc}{url.path}" == "https://sandbox.napas.com.vn/gateway/vpcpay.do"
    # We have one address for both ways back.
    ours = {**fields, "vpc_BackURL": fields["vpc_ReturnURL"]}
    assert dict(parse_qsl(url.query)) == {**ours, "vpc_SecureHash": vpc_hash_of(ours)}


def test_the_adapter_asks_for_the_very_refund_of_the_vector() -> None:
    given = vector("refund")
    payment = PaymentRef(given["input"]["vpc_MerchTxnRef"], "", order().created_at, given["input"]["vpc_TransactionNo"])
    http = FakeHttp(answer(vpc_text({"vpc_TxnResponseCode": "0", "vpc_MerchTxnRef": "ORD000001", "vpc_Amount": None}).encode()))
    NAPAS.refund(VPC_ACCOUNT, replace(refund_order(amount=10_000), payment=payment), http)
    [(method, url)] = http.calls
    asked = dict(parse_qsl(urlsplit(url).query))
    assert method == "GET"
    assert asked == {**given["input"], "vpc_SecureHash": given["expected_vpc_SecureHash"]}

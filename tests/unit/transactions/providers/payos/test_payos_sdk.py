"""payOS's own SDK for Python signs webhooks that are accepted here, and refuses what is refused here; its faults are named."""

from __future__ import annotations

import pytest
from payos import PayOS
from payos._core.exceptions import WebhookError
from payos.types import CreatePaymentLinkRequest

from tests.payloads import payos_sign
from tests.unit.transactions.providers.payos.payos_helpers import ACCOUNT, CODE, KEY, ORDER, PAYOS, FakeHttp, created, post
from transactions.providers.base import InvalidSignature

SDK = PayOS(client_id="client-1", api_key="api-1", checksum_key=KEY)


def test_a_webhook_that_the_sdk_signed_is_accepted() -> None:
    data = payos_sign.transfer(order_code=CODE, amount=100_000, desc="Thành công", counterAccountBankName="Ngân hàng A & B")
    body = {"code": "00", "desc": "success", "data": data, "signature": SDK.crypto.create_signature_from_object(data, KEY)}
    assert SDK.webhooks.verify(body).amount == 100_000
    notice = PAYOS.read_notification(ACCOUNT, post(body))
    assert [transfer.amount for transfer in notice.report.transfers] == [100_000]
    forged = {**body, "data": {**data, "amount": 100_001}}
    with pytest.raises(WebhookError):
        SDK.webhooks.verify(forged)
    with pytest.raises(InvalidSignature):
        PAYOS.read_notification(ACCOUNT, post(forged))


def test_our_request_for_a_link_is_signed_as_the_sdk_signs_it() -> None:
    http = FakeHttp(created())
    PAYOS.create_payment(ACCOUNT, ORDER, http)
    body = http.calls[0][2]
    request = CreatePaymentLinkRequest(
        order_code=body["orderCode"], amount=body["amount"], description=body["description"],
        cancel_url=body["cancelUrl"], return_url=body["returnUrl"], expired_at=body["expiredAt"],
    )  # fmt: skip
    assert body["signature"] == SDK.crypto.create_signature_of_payment_request(request, KEY)


@pytest.mark.parametrize("what", ["an optional field is absent", "payOS adds a field"])
def test_a_valid_webhook_that_the_sdk_wrongly_refuses_is_accepted(what: str) -> None:
    data = payos_sign.transfer(order_code=CODE, amount=100_000)
    if what == "payOS adds a field":
        data["newField"] = "x"
    else:
        del data["virtualAccountName"]
    body = payos_sign.answer(data, KEY)
    with pytest.raises(WebhookError):  # fault of PyPI payos 1.1.0
        SDK.webhooks.verify(body)
    assert PAYOS.read_notification(ACCOUNT, post(body)).report.amount == 100_000

"""payOS's own Python SDK (PyPI `payos` 1.1.0) believes the sandbox: it signs, calls, and verifies what comes back.

Its faults are named here and not worked around: it refuses a rightly signed webhook in which optional fields are absent, and one
with a field that it does not know. payOS's Node SDK takes both, so our own reader must look at what really came.
"""

from collections.abc import Iterator

import pytest
from payos import APIError, InvalidSignatureError, PayOS, PayOSError, UnauthorizedError, WebhookError
from payos.types import CreatePaymentLinkRequest, ItemData
from sandbox_hook import Hook
from sandbox_merchant import call
from sandbox_payos import Channel
from sandbox_process import Process


@pytest.fixture
def hook() -> Iterator[Hook]:
    hook = Hook()
    yield hook
    hook.stop()


@pytest.fixture
def channel(sandbox_process: Process, hook: Hook) -> Channel:
    assert call("POST", f"{sandbox_process.base}/_control/reset").status == 200
    channel = Channel(sandbox_process.base)
    assert channel.register(hook.url).status == 201
    return channel


@pytest.fixture
def sdk(channel: Channel) -> Iterator[PayOS]:
    with sdk_of(channel) as sdk:
        yield sdk


def sdk_of(channel: Channel, checksum_key: str = "") -> PayOS:
    keys = {"client_id": channel.client_id, "api_key": channel.api_key}
    # The address needs its slash: the SDK joins paths as a browser does.
    base = f"{channel.base}/payos/"
    return PayOS(**keys, checksum_key=checksum_key or channel.checksum_key, base_url=base, max_retries=0)


def order(channel: Channel, **more: object) -> CreatePaymentLinkRequest:
    return CreatePaymentLinkRequest(**(channel.body() | more))


def test_the_sdk_makes_reads_and_cancels_a_link(channel: Channel, sdk: PayOS) -> None:
    items = [ItemData(name="Trà sen", quantity=1, price=100_000)]
    made = sdk.payment_requests.create(order(channel, items=items, buyer_name="Nguyễn Thị Ánh"))
    assert (made.amount, made.status) == (100_000, "PENDING")
    found = sdk.payment_requests.get(made.order_code)
    assert (found.id, found.amount_remaining) == (made.payment_link_id, 100_000)
    cancelled = sdk.payment_requests.cancel(made.payment_link_id, "hết hàng")
    assert (cancelled.status, cancelled.cancellation_reason) == ("CANCELLED", "hết hàng")


def test_the_sdk_cancels_without_a_reason(channel: Channel, sdk: PayOS) -> None:
    made = sdk.payment_requests.create(order(channel))
    assert sdk.payment_requests.cancel(made.order_code).status == "CANCELLED"


@pytest.mark.parametrize("form", ["full", "null", "empty"])
def test_the_sdk_verifies_the_answers_and_webhooks_of_a_paid_link(channel: Channel, sdk: PayOS, hook: Hook, form: str) -> None:
    channel.control("settings", counter_fields=form)
    made = sdk.payment_requests.create(order(channel))
    channel.pay(made.order_code, amount=60_000)
    channel.pay(made.order_code)
    told = [sdk.webhooks.verify(post.raw) for post in hook.posts]
    assert [(one.order_code, one.amount) for one in told] == [(made.order_code, 60_000), (made.order_code, 40_000)]
    found = sdk.payment_requests.get(made.payment_link_id)
    assert (found.status, found.amount_paid) == ("PAID", 100_000)
    assert [one.reference for one in found.transactions] == [one.reference for one in told]


def test_the_sdk_refuses_a_webhook_with_a_wrong_signature_or_amount(channel: Channel, sdk: PayOS, hook: Hook) -> None:
    channel.pay(channel.link()["orderCode"], notice="bad_signature")
    with pytest.raises(WebhookError, match="integrity"):
        sdk.webhooks.verify(hook.posts[0].raw)
    channel.pay(channel.link()["orderCode"])
    with pytest.raises(WebhookError, match="integrity"):
        sdk.webhooks.verify(hook.posts[1].raw.replace(b"100000", b"900000"))


def test_the_sdk_refuses_absent_optional_fields_which_is_its_fault(channel: Channel, sdk: PayOS, hook: Hook) -> None:
    channel.control("settings", counter_fields="absent")
    channel.pay(channel.link()["orderCode"])
    assert channel.is_signed(hook.posts[0].json)
    with pytest.raises(WebhookError, match="integrity"):
        sdk.webhooks.verify(hook.posts[0].raw)


def test_the_sdk_refuses_a_field_it_does_not_know_which_is_its_fault(channel: Channel, sdk: PayOS, hook: Hook) -> None:
    reference = str(channel.link()["orderCode"])
    channel.control("notify", reference=reference, overrides={"settlementDay": "2026-11-23"})
    assert channel.is_signed(hook.posts[0].json)
    with pytest.raises(WebhookError, match="schema"):
        sdk.webhooks.verify(hook.posts[0].raw)


def test_the_sdk_refuses_an_answer_that_was_changed_on_its_way(channel: Channel, sdk: PayOS) -> None:
    made = sdk.payment_requests.create(order(channel))
    channel.control("faults", target="query", mode="tampered")
    with pytest.raises(InvalidSignatureError):
        sdk.payment_requests.get(made.order_code)


def test_the_sdk_hears_the_codes(channel: Channel, sdk: PayOS) -> None:
    request = order(channel)
    sdk.payment_requests.create(request)
    for asked, code in ((request, "231"), (order(channel, description="x" * 26), "20")):
        with pytest.raises(APIError) as refused:
            sdk.payment_requests.create(asked)
        assert refused.value.error_code == code
    with sdk_of(channel, "another key") as stranger, pytest.raises(PayOSError) as refused:
        stranger.payment_requests.create(order(channel))
    assert getattr(refused.value, "error_code", None) == "201"
    channel.api_key = "wrong"
    with sdk_of(channel) as stranger, pytest.raises(UnauthorizedError):
        stranger.payment_requests.get(1)


def test_the_sdk_confirms_a_webhook_and_verifies_the_probe(channel: Channel, sdk: PayOS, hook: Hook) -> None:
    assert sdk.webhooks.confirm(hook.url).webhook_url == hook.url
    probe = sdk.webhooks.verify(hook.posts[0].raw)
    assert (probe.order_code, probe.amount, probe.description) == (123, 3000, "VQRIO123")
    hook.answers = [(404, "")]
    with pytest.raises(WebhookError):
        sdk.webhooks.confirm(hook.url)

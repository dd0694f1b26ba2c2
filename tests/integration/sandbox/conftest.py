"""A merchant with a terminal at a running sandbox."""

from collections.abc import Callable, Iterator

import pytest
from sandbox_merchant import Answer, Merchant, call
from sandbox_process import Process, Receiver

QUICK = {"SANDBOX_VNPAY_SLOW_SECONDS": "0.4", "SANDBOX_VNPAY_LATE_AFTER": "0.2"}


@pytest.fixture(scope="session")
def sandbox_process() -> Iterator[Process]:
    process = Process("sandbox", SANDBOX_PORT="0", SANDBOX_VNPAY_IPN_INTERVAL="0.2", **QUICK)
    yield process
    assert process.stop() == 0


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.stop()


@pytest.fixture
def merchant(sandbox_process: Process, receiver: Receiver) -> Merchant:
    """A merchant with a fresh terminal in an otherwise empty sandbox."""
    assert call("POST", f"{sandbox_process.base}/_control/reset").status == 200
    merchant = Merchant(sandbox_process.base)
    assert merchant.register(receiver.url).status == 201
    return merchant


@pytest.fixture
def control(merchant: Merchant) -> Callable[..., Answer]:
    """Calls the control API of VNPay: control("pay", outcome="pay", ...)."""
    return lambda path, **body: call("POST", f"{merchant.base}/_control/vnpay/{path}", body)

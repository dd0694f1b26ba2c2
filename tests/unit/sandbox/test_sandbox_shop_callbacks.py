"""The shop verifies what PyPI `standardwebhooks` signed."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook

from sandbox.shop.callbacks import RejectedCallbackError, verify_callback

KEY = bytes(range(32))
SECRET = "whsec_" + base64.b64encode(KEY).decode()
OLD_SECRET = "whsec_" + base64.b64encode(b"o" * 32).decode()
NOW = datetime(2026, 11, 22, 1, 30, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
BODY = json.dumps(
    {
        "event_id": "evt_1",
        "event_type": "transaction.completed",
        "sequence": 3,
        "data": {"transaction_id": "txn_1", "metadata": {"ghi chú": "nón lá"}},
    },
    ensure_ascii=False,
)


def headers(**changes: str) -> dict[str, str]:
    signed = {
        "webhook-id": "evt_1",
        "webhook-timestamp": str(SECONDS),
        "webhook-signature": Webhook(SECRET).sign("evt_1", NOW, BODY),
        "X-Callback-Signature": hmac.new(KEY, BODY.encode(), hashlib.sha256).hexdigest(),
    }
    return signed | {name.replace("_", "-"): value for name, value in changes.items()}


def test_a_genuine_callback_is_accepted_by_both_schemes() -> None:
    callback = verify_callback(SECRET, headers(), BODY.encode(), now=SECONDS)
    assert (callback.webhook_id, callback.event_type, callback.sequence) == ("evt_1", "transaction.completed", 3)
    assert callback.data["transaction_id"] == "txn_1"
    assert callback.simple_signature_ok


def test_any_changed_byte_of_the_body_is_rejected() -> None:
    raw = BODY.encode()
    for position in range(len(raw)):
        changed = raw[:position] + bytes([raw[position] ^ 1]) + raw[position + 1 :]
        with pytest.raises(RejectedCallbackError, match="wrong signature"):
            verify_callback(SECRET, headers(), changed, now=SECONDS)


def test_a_signature_of_another_secret_or_id_is_rejected() -> None:
    for changes in ({"webhook_signature": Webhook(OLD_SECRET).sign("evt_1", NOW, BODY)}, {"webhook_id": "evt_2"}):
        with pytest.raises(RejectedCallbackError, match="wrong signature"):
            verify_callback(SECRET, headers(**changes), BODY.encode(), now=SECONDS)


def test_during_a_change_of_secret_the_old_one_still_verifies() -> None:
    both = f"{headers()['webhook-signature']} {Webhook(OLD_SECRET).sign('evt_1', NOW, BODY)}"
    callback = verify_callback(OLD_SECRET, headers(webhook_signature=both), BODY.encode(), now=SECONDS)
    assert not callback.simple_signature_ok


@pytest.mark.parametrize("shift", [-301, 301])
def test_a_replayed_or_future_callback_is_rejected(shift: int) -> None:
    with pytest.raises(RejectedCallbackError, match="too old"):
        verify_callback(SECRET, headers(), BODY.encode(), now=SECONDS + shift)


@pytest.mark.parametrize("name", ["webhook_id", "webhook_timestamp", "webhook_signature"])
def test_a_missing_header_is_rejected(name: str) -> None:
    with pytest.raises(RejectedCallbackError):
        verify_callback(SECRET, headers(**{name: ""}), BODY.encode(), now=SECONDS)


def test_a_wrong_simple_signature_is_reported_but_does_not_decide() -> None:
    wrong = headers() | {"X-Callback-Signature": "0" * 64}
    assert not verify_callback(SECRET, wrong, BODY.encode(), now=SECONDS).simple_signature_ok

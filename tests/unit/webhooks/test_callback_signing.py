"""Signatures of callbacks, against vectors made with openssl and against the reference library of Standard Webhooks.

The vectors: printf '%s' "$id.$timestamp.$body" | openssl dgst -sha256 -mac HMAC -macopt hexkey:$key -binary | base64, and the
same over the body alone, in hex; the keys are the bytes behind whsec_.
"""

import json
import time

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from webhooks.outbound.signing import UnusableSecretError, sign

BODY = '{"event_id":"evt_1","note":"Đã trả"}'.encode()
NEW = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OLD = "whsec_c2Vjb25kIGtleSBvZiAyNCBieXRlcyEh"
BY_NEW = "v1,D2MbqEZogBT7hxOKnE+Q88lqlmmJCu7uWT/CBiKXrvA="
BY_OLD = "v1,vdmBgQixpw3bYd25Fh/3ed9fqWunQAeHH0L5yUhLpI4="
BODY_BY_NEW = "fb099a498fc29939d7f7a5bbbc5715c996f69475e47b14fda5b732a8170d8297"
BODY_BY_OLD = "67ce4111d52a7063ebc7514d1d876941a4bef1d7b510234377527860a7f63457"
MOMENT = 1767225600


def test_the_headers_of_a_try_are_those_of_the_contract():
    assert sign(BODY, [NEW], "evt_1", MOMENT, 3, "0.1.0") == {
        "Content-Type": "application/json",
        "User-Agent": "SmartPost-Payment-Service/0.1.0",
        "webhook-id": "evt_1",
        "webhook-timestamp": "1767225600",
        "webhook-signature": BY_NEW,
        "X-Callback-Signature": BODY_BY_NEW,
        "X-Callback-Timestamp": "1767225600",
        "X-Callback-Attempt": "3",
    }


def test_every_live_secret_signs_newest_first_and_the_plain_signature_is_by_the_newest():
    headers = sign(BODY, [NEW, OLD], "evt_1", MOMENT, 1, "0.1.0")
    assert headers["webhook-signature"] == f"{BY_NEW} {BY_OLD}"
    assert headers["X-Callback-Signature"] == BODY_BY_NEW
    assert sign(BODY, [OLD, NEW], "evt_1", MOMENT, 1, "0.1.0")["X-Callback-Signature"] == BODY_BY_OLD


@pytest.mark.parametrize("secret", [NEW, OLD])
def test_the_reference_library_verifies_with_either_secret(secret):
    headers = sign(BODY, [NEW, OLD], "evt_1", int(time.time()), 1, "0.1.0")
    assert Webhook(secret).verify(BODY, headers) == json.loads(BODY)


def test_the_reference_library_refuses_a_changed_body():
    headers = sign(BODY, [NEW], "evt_1", int(time.time()), 1, "0.1.0")
    with pytest.raises(WebhookVerificationError):
        Webhook(NEW).verify(BODY.replace(b"evt_1", b"evt_2"), headers)


@pytest.mark.parametrize("secrets", [[], ["whsec_"], ["whsec_not base64!"], [NEW, "whsec_abc"]])
def test_without_usable_secrets_nothing_is_signed(secrets):
    with pytest.raises(UnusableSecretError):
        sign(BODY, secrets, "evt_1", MOMENT, 1, "0.1.0")

"""The demo's merchant checks signatures by itself."""

from payments_site.devstack.readiness import ask
from payments_site.devstack.receiver import CallbackReceiver, is_genuine

SECRET = "whsec_c2VjcmV0"
# echo -n '{"a":1}' | openssl dgst -sha256 -hmac secret
SIGNATURE = "aa9e2e3575f5d7098b6caccd790888c36d5fdb63342a73bada2d6a51747a8494"


def test_a_genuine_signature_holds_and_a_changed_body_does_not():
    assert is_genuine(b'{"a":1}', SIGNATURE, SECRET)
    assert not is_genuine(b'{"a":2}', SIGNATURE, SECRET)
    assert not is_genuine(b'{"a":1}', "", SECRET)


def test_a_callback_is_kept_and_found_by_transaction_and_type():
    body = {"event_type": "transaction.completed", "data": {"transaction_id": "txn_1"}}
    with CallbackReceiver(SECRET) as receiver:
        assert ask("POST", receiver.url, body, {"X-Callback-Signature": "forged"}).status == 204
    found = receiver.of("txn_1", "transaction.completed")
    assert found is not None
    assert not found.genuine
    assert receiver.of("txn_1", "transaction.failed") is None
    assert receiver.of("txn_2", "transaction.completed") is None

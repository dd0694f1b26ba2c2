"""Verifying callbacks of the payment service. Copy this: it is all that is needed, and only the standard library.

Every callback is signed twice over its raw bytes, with the bytes behind `whsec_` as key:
- `webhook-signature`: the Standard Webhooks scheme (https://www.standardwebhooks.com), base64 HMAC-SHA256 of
  `webhook-id.webhook-timestamp.body`; several signatures may stand side by side while a secret is being changed;
- `X-Callback-Signature`: hex HMAC-SHA256 of the body alone, always by the newest secret.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_TOLERANCE_SECONDS = 300


class RejectedCallbackError(Exception):
    """The callback is not from the payment service, too old, or not readable; says which."""


@dataclass(frozen=True)
class Callback:
    """A verified callback: `body` is all of it, `data` its transaction. `simple_signature_ok` is about X-Callback-Signature."""

    webhook_id: str
    event_type: str
    sequence: int
    data: dict[str, Any]
    body: dict[str, Any]
    simple_signature_ok: bool


@dataclass
class Received:
    """A callback kept, and how often it was delivered: at least once means sometimes twice."""

    callback: Callback
    deliveries: int = 1


def verify_callback(secret: str, headers: Mapping[str, str], body: bytes, *, now: int) -> Callback:
    """The callback, if its Standard Webhooks signature is right and fresh; else RejectedCallbackError.

    X-Callback-Signature is checked and reported, but does not decide: for a day after a change of secret it is made
    with the new one only, while webhook-signature holds both. `now` is in Unix seconds.
    """
    key = base64.b64decode(secret.removeprefix("whsec_") + "==")  # padded or not
    webhook_id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not webhook_id or not (timestamp.isascii() and timestamp.isdigit()):
        raise RejectedCallbackError("headers missing")
    if abs(now - int(timestamp)) > _TOLERANCE_SECONDS:
        raise RejectedCallbackError("too old or too new")
    expected = hmac.new(key, f"{webhook_id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    if not _any_matches(headers.get("webhook-signature", ""), base64.b64encode(expected)):
        raise RejectedCallbackError("wrong signature")
    simple = hmac.new(key, body, hashlib.sha256).hexdigest()
    simple_ok = hmac.compare_digest(simple.encode(), headers.get("X-Callback-Signature", "").encode())
    return _read(webhook_id, body, simple_ok)


def _any_matches(header: str, expected: bytes) -> bool:
    given = [part.removeprefix("v1,").encode() for part in header.split() if part.startswith("v1,")]
    return any(hmac.compare_digest(one, expected) for one in given)


def _read(webhook_id: str, body: bytes, simple_ok: bool) -> Callback:
    try:
        event = json.loads(body)
        return Callback(webhook_id, event["event_type"], event["sequence"], event["data"], event, simple_ok)
    except (ValueError, KeyError, TypeError):
        raise RejectedCallbackError("not a callback") from None

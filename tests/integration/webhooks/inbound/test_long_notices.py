"""Requests that are too long, or that do not say how long they are."""

import http.client
import json
from urllib.parse import urlsplit

import pytest

from audit.services import SYSTEM
from tests.factories.live import _live_stack, live, shop
from tests.factories.provider_words import WORDS
from tests.payloads.vnpay_sign import sign
from transactions.personal import key_of, unseal_json
from webhooks.inbound import raw as raw_form
from webhooks.inbound.models import ProviderNotification
from webhooks.inbound.replaying import replay_one

__all__ = ["_live_stack", "live", "shop"]

MOST = raw_form.MAX_NOTICE_BYTES


def kept(notice):
    return raw_form.from_json(unseal_json(notice.raw_sealed, key_of(notice.data_key)))


@pytest.mark.parametrize("code", sorted(WORDS))
def test_what_is_too_long_is_answered_in_the_providers_words_and_kept_up_to_the_limit(api, db, code):
    body = json.dumps({"a": "x" * (3 * MOST)})
    answer = api.post(f"/api/v1/webhooks/{code}", body, content_type="application/json")
    words = WORDS[code]
    assert answer.status_code < 500
    assert answer.status_code != 413
    assert words.says(answer.status_code, answer.content) not in (words.good, words.repeat)
    assert b"error_code" not in answer.content
    notice = ProviderNotification.objects.get()
    assert (notice.verdict, notice.next_try_at) == ("unreadable", None)
    assert kept(notice).body == body.encode()[: MOST + 1]
    assert replay_one(notice=notice, actor=SYSTEM, now=notice.received_at).outcome == "unreadable"


def test_a_notice_of_exactly_the_limit_is_read_whole(api, db):
    body = b'{"a":"' + b"x" * (MOST - 8) + b'"}'
    assert len(body) == MOST
    api.post("/api/v1/webhooks/momo", body, content_type="application/json")
    notice = ProviderNotification.objects.get()
    assert kept(notice).body == body
    assert notice.payload_size == MOST


def test_a_notice_in_chunks_without_a_length_is_taken_in(live, shop):
    payment = shop.create()
    query = sign(shop.fields(payment), shop.role.hash_secret)
    parts = urlsplit(live.web.base)
    link = http.client.HTTPConnection(parts.hostname, parts.port, timeout=20)
    try:
        pieces = (query[start : start + 40].encode() for start in range(0, len(query), 40))
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        link.request("POST", shop.notify_path, body=pieces, headers=headers, encode_chunked=True)
        answer = link.getresponse()
        assert (answer.status, json.loads(answer.read())["RspCode"]) == (200, "00")
    finally:
        link.close()
    assert shop.show(payment["transaction_id"])["status"] == "completed"

"""Thousands of notices at once over HTTP, many told twice, out of order, and some forged: none lost, none doubled, no forgery
believed. What is true is written down before the first one is sent, and compared with the database afterwards."""

from __future__ import annotations

import hashlib
import http.client
import json
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection

from tests.factories.copied import copies
from tests.factories.in_order import disorder
from tests.factories.live import Live, Shop, Web, _live_stack, live, shop
from tests.payloads.vnpay_sign import ipn_fields, sign
from transactions.invariants import LAWS
from transactions.models import Transaction
from webhooks.inbound.models import QUARANTINED

__all__ = ["_live_stack", "live", "shop"]

SENDERS = 8
TOLD_TWICE, FORGED, PAID_AFTER_FAILURE, ONLY_FAILED = 30, 5, 30, 20  # per cent
# The payments are copies: their creation was neither counted nor audited.
NOT_COPIED = {"volume_of_a_day_is_what_is_open_or_paid", "each_move_has_one_audit_entry"}
HELD = [law.name for law in LAWS if law.name not in NOT_COPIED]
FAILURE = {"vnp_ResponseCode": "51", "vnp_TransactionStatus": "02", "vnp_TransactionNo": "0"}


@dataclass
class Storm:
    """What will be sent, and what has to be true afterwards. ``fate`` is the final status by our reference."""

    queries: list[str] = field(default_factory=list)
    forged: set[str] = field(default_factory=set)
    fate: dict[str, str] = field(default_factory=dict)


def hash_of(query: str) -> str:
    return hashlib.sha256(query.encode()).hexdigest()


def brewed(shop: Shop, payments: Sequence[tuple[str, int]], size: int, dice: random.Random) -> Storm:
    """``size`` notices about the payments, in no order."""
    storm = Storm()
    for number, (reference, amount) in enumerate(payments, 30_000_000):
        paid = ipn_fields(tmn_code=shop.role.tmn_code, reference=reference, amount=amount, number=str(number))
        lot = dice.randrange(100)
        told = [paid | FAILURE] if lot < ONLY_FAILED + PAID_AFTER_FAILURE else []
        told += [paid] if lot >= ONLY_FAILED else []
        storm.fate[reference] = "failed" if lot < ONLY_FAILED else "completed"
        storm.queries += [sign(fields, shop.role.hash_secret) for fields in told]
        if dice.randrange(100) < 4 * FORGED:
            storm.forged.add(forgery(paid, shop.role.hash_secret, dice))
    room = size - len(storm.queries)
    storm.forged = set(sorted(storm.forged)[: size * FORGED // 100])
    storm.queries += dice.choices(storm.queries, k=room - len(storm.forged))
    storm.queries += storm.forged
    dice.shuffle(storm.queries)
    return storm


def forgery(paid: dict[str, str], secret: str, dice: random.Random) -> str:
    """Somebody who does not have the secret says that it was paid."""
    genuine = sign(paid, secret)
    return dice.choice(
        [
            sign(paid, secret[::-1]),
            genuine.replace(f"vnp_Amount={paid['vnp_Amount']}", f"vnp_Amount={paid['vnp_Amount']}0"),
            genuine.replace(f"vnp_TransactionNo={paid['vnp_TransactionNo']}", "vnp_TransactionNo=1"),
            genuine[:-1] + ("0" if genuine[-1] != "0" else "1"),
        ]
    )


def send(web: Web, path: str, queries: Sequence[str]) -> Counter[str]:
    """Send these one after the other on one connection; how often each answer came."""
    parts = urlsplit(web.base)
    link, answers = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60), Counter[str]()
    try:
        for query in queries:
            link.request("GET", f"{path}?{query}")
            answer = link.getresponse()
            answers[f"{answer.status} {json.loads(answer.read())['RspCode']}"] += 1
    finally:
        link.close()
    return answers


def let_loose(web: Web, path: str, queries: Sequence[str]) -> Counter[str]:
    with ThreadPoolExecutor(SENDERS) as pool:
        parts = [queries[start::SENDERS] for start in range(SENDERS)]
        return sum((done for done in pool.map(lambda part: send(web, path, part), parts)), Counter[str]())


def rows(query: str, account_id: str) -> Iterator[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, [account_id])
        yield from cursor.fetchall()


NOTICES = """
SELECT n.payload_hash, n.verdict FROM webhooks_providernotification n JOIN tenants_provideraccount a ON a.id = n.account_id
WHERE a.public_id = %s
"""
MONEY = """
SELECT p.provider_reference, t.status, t.received_amount = CASE t.status WHEN 'completed' THEN t.amount ELSE 0 END,
       (SELECT count(*) FROM transactions_receipt r WHERE r.transaction_id = t.id AND r.amount = t.amount),
       (SELECT count(*) FROM transactions_transactionevent e WHERE e.transaction_id = t.id AND e.event_type = 'paid')
FROM transactions_transaction t JOIN transactions_paymentattempt p ON p.transaction_id = t.id
JOIN tenants_provideraccount a ON a.id = p.account_id WHERE a.public_id = %s
"""


def weather(live: Live, shop: Shop, size: int, web: Web) -> None:
    """Brew a storm of ``size``, let it loose, and compare."""
    original = shop.create()
    count = size * 65 // (100 + PAID_AFTER_FAILURE)
    row = Transaction.objects.get(public_id=original["transaction_id"])
    storm = brewed(shop, copies(row.pk, count), size, random.Random(20261121))
    answers = let_loose(web, shop.notify_path, storm.queries)
    assert sum(answers.values()) == size
    assert set(answers) <= {"200 00", "200 02", "200 97"}, answers
    judged(storm, shop, size)
    for reference, status, amount_is_right, receipts, events in rows(MONEY, shop.role.account_id):
        if reference not in storm.fate:
            continue  # the one that was copied: nobody told of it
        paid = int(storm.fate.pop(reference) == "completed")
        assert (status, amount_is_right, receipts, events) == ("completed" if paid else "failed", True, paid, paid), reference
    assert storm.fate == {}
    assert disorder([shop.role.tenant_id], names=HELD) == {}


def judged(storm: Storm, shop: Shop, size: int) -> None:
    """Every notice is stored once for each time it came, and only forgeries are in quarantine: all of them."""
    stored = list(rows(NOTICES, shop.role.account_id))
    assert Counter(digest for digest, _ in stored) == Counter(map(hash_of, storm.queries))
    forged = {hash_of(query) for query in storm.forged}
    assert len(forged) == size * FORGED // 100
    assert {digest for digest, verdict in stored if verdict in QUARANTINED} == forged
    assert {verdict for digest, verdict in stored if digest not in forged} <= {"applied", "repeated"}
    repeats = sum(verdict == "repeated" for _, verdict in stored)
    assert repeats >= size * (TOLD_TWICE - 5) // 100


@pytest.mark.timeout(14_400)
@pytest.mark.parametrize("size", [5_000, pytest.param(200_000, marks=pytest.mark.slow)])
def test_a_storm_with_duplicates_and_forgeries_in_no_order_loses_and_doubles_nothing(live: Live, shop: Shop, size: int) -> None:
    weather(live, shop, size, live.start_web(f"storm-{size}", workers=2, LOG_LEVEL="WARNING"))

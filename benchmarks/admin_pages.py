"""Child `admin_pages FILE REQUESTS STOCK_REQUESTS TIMEOUT POSTMASTER`: time the pages, the stock admin between.

In this process, by Django's test client: every middleware, query and template, no web server. CPU is Python's and PostgreSQL's.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.db import OperationalError, connection
from django.test import Client
from django.urls import reverse
from django.utils.http import urlencode

from benchmarks.admin_data import RARE, UNCOMMON, detailed, payer_info
from benchmarks.machine import busy_cpu, tree_cpu
from transactions.models import MoneyIssue, PaymentAttempt, Transaction

_PATIENCE = 5.0  # a stock page that took longer is not asked for again
_CHANCE = random.Random(5)  # the same rows in every run


@dataclass
class Case:
    """A page with another row or word in every request; ``stock``: the same of the stock admin, where it has one."""

    name: str
    ours: Callable[[], str]
    stock: Callable[[], str] | None = None
    times: list[float] = field(default_factory=list)
    stock_times: list[float | None] = field(default_factory=list)  # None: timed out
    found: list[int] = field(default_factory=list)
    cpu: float = 0.0


def main(path: str, requests: str, stock_requests: str, timeout: str, postmaster: str, only: str = "") -> None:
    """Warm up, then take turns."""
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(get_user_model()._default_manager.filter(is_superuser=True).earliest("pk"))
    cases = [case for case in _cases() if only in case.name]
    for case in cases:
        _time(client, case.ours())
    others_before, began, own_before = busy_cpu(), time.perf_counter(), time.process_time()
    for number in range(int(requests)):
        for case in cases:
            url, spent = case.ours(), time.process_time() + tree_cpu(int(postmaster))
            milliseconds, found = _time(client, url)
            case.cpu += time.process_time() + tree_cpu(int(postmaster)) - spent
            case.times.append(milliseconds)
            case.found.append(found)
            if (
                case.stock
                and number < int(stock_requests)
                and max((t or 1e9 for t in case.stock_times), default=0) < _PATIENCE * 1000
            ):
                case.stock_times.append(_stock_time(client, case.stock(), int(timeout)))
        sys.stderr.write(f"  {number + 1}/{requests}\n")
        sys.stderr.flush()
    seconds = time.perf_counter() - began
    document = {
        "pages": [
            {
                "name": case.name,
                "ms": case.times,
                "cpu_ms": case.cpu / int(requests) * 1000,
                "found": case.found,
                "stock_ms": case.stock_times,
            }
            for case in cases
        ],
        # Own Python and everybody else's, PostgreSQL included.
        "cores_busy": round((busy_cpu() - others_before) / seconds, 2),
        "cores_own_python": round((time.process_time() - own_before) / seconds, 2),
    }
    Path(path).write_text(json.dumps(document))


def _time(client: Client, url: str) -> tuple[float, int]:
    began = time.perf_counter()
    response = client.get(url)
    taken = round((time.perf_counter() - began) * 1000, 1)
    assert response.status_code == 200, (url, response.status_code, response.content[:300])
    context = getattr(response, "context_data", None) or {}
    return taken, int(context["cl"].result_count) if "cl" in context else 1


def _stock_time(client: Client, url: str, timeout: int) -> float | None:
    with _statement_timeout(timeout):
        try:
            return _time(client, url)[0]
        except OperationalError:
            return None


@contextmanager
def _statement_timeout(seconds: int) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(f"SET statement_timeout = '{seconds}s'")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")


def _cases() -> list[Case]:
    newest = Transaction.objects.latest("id").pk
    fresh = newest - detailed(newest) + 1
    tenants = list(
        Transaction.objects.filter(pk__gt=newest - 2000).order_by("tenant_id").values_list("tenant_id", flat=True).distinct()
    )

    last = min(1000, newest // 50)  # page 1000 needs 50,000 rows

    def row() -> Transaction:
        return Transaction.objects.only("public_id", "order_id", "provider_order_id").get(pk=_CHANCE.randint(1, newest))

    def number() -> str:
        return str(14_000_000 + _CHANCE.randint(1, newest))

    def reference() -> str:
        return PaymentAttempt.objects.get(pk=_CHANCE.randint(1, newest)).provider_reference

    def info() -> dict[str, str]:
        return payer_info(_CHANCE.randint(1, max(1000, newest // 50)))

    listing = [
        _listed("list, page 1", dict, stock=dict),
        _listed(f"list, page {last}", lambda: {"p": last}, stock=lambda: {"p": last}),
        _listed("list, page 100", lambda: {"p": min(100, last)}),
        *(_by_status(status) for status in Transaction.Status.values),
        _listed("status = pending, deep", lambda: {"status__exact": "pending", "p": max(1, last // 200 if last < 1000 else 500)}),
        _listed(
            "failed at one provider", lambda: {"status__exact": "failed", "provider": "momo"},
            stock=lambda: {"status__exact": "failed", "provider_code": "momo"},
        ),
        _listed("provider with many", lambda: {"provider": "vnpay"}),
        _listed("provider with few (3 %)", lambda: {"provider": "vietqr"}),
        _listed("provider with none", lambda: {"provider": "napas"}),
        _listed("paid late", lambda: {"late__exact": 1}),
        _listed("one tenant", lambda: {"tenant__id__exact": _CHANCE.choice(tenants)}, stock=_same),
        _listed("one tenant, failed", lambda: {"tenant__id__exact": _CHANCE.choice(tenants), "status__exact": "failed"}),
        _listed("one tenant, deep", lambda: {"tenant__id__exact": tenants[0], "p": max(1, last // 10 if last < 1000 else 1000)}),
        *(_listed(f"question: {name}", lambda name=name: {"question": name}) for name in ("failed", "elsewhere", "unnoticed")),
    ]  # fmt: skip
    searching = [
        _sought("transaction id, 18 characters", lambda: row().public_id[:18], stock=True),
        _sought("transaction id, 9 characters", lambda: row().public_id[:9]),
        _sought("order, whole", lambda: row().order_id),
        _sought("order, its first 13 characters", lambda: row().order_id[:13], stock=True),
        _sought("order, its first 4 characters", lambda: row().order_id[:4]),
        _sought("orders of a month, DHyymm", lambda: row().order_id[:6]),
        _sought("orders of a month, dhyymm", lambda: row().order_id[:6].lower()),
        _sought("provider's number, 8 digits", number, stock=True),
        _sought("provider's number, 5 digits", lambda: number()[:5]),
        _sought("our reference, 13 characters", lambda: reference()[:13], stock=True),
        _sought("common word (nguyen)", lambda: "nguyen"),
        _sought("two letters (ng)", lambda: "ng"),
        _sought("first name", lambda: info()["name"].split()[-1]),
        _sought("uncommon word (0.02 %)", lambda: UNCOMMON),
        _sought("rare word (one payer)", lambda: RARE),
        _sought("word of nobody", lambda: "qzx" + _CHANCE.choice("abcdef")),
        _sought("two words", lambda: "nguyen " + info()["name"].split()[-1]),
        _sought("three words", lambda: info()["name"]),
        _sought("two words that never meet", lambda: f"{RARE} pham"),
        _sought("two family names", lambda: "tran pham"),
        _listed("search: common word at one tenant", lambda: {"q": "nguyen", "tenant__id__exact": _CHANCE.choice(tenants)}),
        _listed("search: common word, refunded", lambda: {"q": "nguyen", "status__exact": "refunded"}),
        _sought("e-mail", lambda: info()["email"]),
        _sought("telephone", lambda: info()["phone"]),
    ]
    change = "transactions_transaction_change"
    issues = list(MoneyIssue.objects.order_by("-id").values_list("pk", flat=True)[:500])
    others = [
        Case(
            "transaction page, new", lambda: reverse(f"admin:{change}", args=[_CHANCE.randint(fresh, newest)]),
            lambda: reverse(f"stock:{change}", args=[_CHANCE.randint(fresh, newest)]),
        ),
        Case("transaction page, any", lambda: reverse(f"admin:{change}", args=[_CHANCE.randint(1, newest)])),
        Case("front page", lambda: reverse("admin:index")),
        _listed("money issues", dict, model="transactions_moneyissue"),
        _listed("money issues, open", lambda: {"state__exact": "open"}, model="transactions_moneyissue"),
        Case("money issue", lambda: reverse("admin:transactions_moneyissue_change", args=[_CHANCE.choice(issues)])),
        _listed("callbacks", dict, model="webhooks_callbackdelivery"),
        _listed("callbacks, given up", lambda: {"status__exact": "dead"}, model="webhooks_callbackdelivery"),
        _listed("callbacks of a payment", lambda: {"q": row().public_id}, model="webhooks_callbackdelivery"),
        _listed("notices", dict, model="webhooks_providernotification"),
        _listed("notices of a reference", lambda: {"q": reference()}, model="webhooks_providernotification"),
        _listed("events of a payment", lambda: {"q": row().public_id}, model="transactions_transactionevent"),
        _listed("money issues of a payment", lambda: {"q": row().public_id}, model="transactions_moneyissue"),
        _listed("audit", dict, model="audit_auditentry"),
    ]  # fmt: skip
    return [*listing, *searching, *others]


def _by_status(status: str) -> Case:
    return _listed(f"status = {status}", lambda: {"status__exact": status}, stock=_same if status == "pending" else None)


def _same() -> dict[str, Any]:
    """Marks a stock page that takes the arguments of ours."""
    return {}


def _listed(
    name: str,
    arguments: Callable[[], dict[str, Any]],
    stock: Callable[[], dict[str, Any]] | None = None,
    model: str = "transactions_transaction",
) -> Case:
    def address(site: str, values: Callable[[], dict[str, Any]]) -> Callable[[], str]:
        return lambda: f"{reverse(f'{site}:{model}_changelist')}?{urlencode(values())}"

    peer = arguments if stock is _same else stock
    return Case(name, address("admin", arguments), address("stock", peer) if peer else None)


def _sought(name: str, term: Callable[[], str], *, stock: bool = False) -> Case:
    arguments: Callable[[], dict[str, Any]] = lambda: {"q": term()}  # noqa: E731
    return _listed(f"search: {name}", arguments, _same if stock else None)

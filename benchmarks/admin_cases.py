"""The pages of the admin that are measured: what is asked of each, and of the stock admin's beside it."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from benchmarks.admin_data import RARE, UNCOMMON, detailed, payer_info
from transactions.models import MoneyIssue, PaymentAttempt, Transaction

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


class Draw:
    """What the pages are asked about: rows of the benchmark's database, drawn anew for each request."""

    def __init__(self) -> None:
        self.newest = Transaction.objects.latest("id").pk
        self.fresh = self.newest - detailed(self.newest) + 1
        recent = Transaction.objects.filter(pk__gt=self.newest - 2000)
        self.tenants = list(recent.order_by("tenant_id").values_list("tenant_id", flat=True).distinct())
        self.issues = list(MoneyIssue.objects.order_by("-id").values_list("pk", flat=True)[:500])
        self.last = min(1000, self.newest // 50)  # page 1000 needs 50,000 rows

    def page(self, number: int) -> int:
        """That page of a part of the list, or one that a smaller database has."""
        return number if self.last == 1000 else max(1, self.last // (200 if number == 500 else 10))

    def row(self) -> Transaction:
        """A payment."""
        return Transaction.objects.only("public_id", "order_id", "provider_order_id").get(pk=_CHANCE.randint(1, self.newest))

    def number(self) -> str:
        """A provider's number."""
        return str(14_000_000 + _CHANCE.randint(1, self.newest))

    def reference(self) -> str:
        """Ours at a provider."""
        return PaymentAttempt.objects.get(pk=_CHANCE.randint(1, self.newest)).provider_reference

    def info(self) -> dict[str, str]:
        """A payer."""
        return payer_info(_CHANCE.randint(1, max(1000, self.newest // 50)))


def cases() -> list[Case]:
    """All of them."""
    draw = Draw()
    return [*_narrowed(draw), *_questions(draw), *_numbers(draw), *_words(draw), *_payments(draw), *_others(draw)]


def _narrowed(draw: Draw) -> list[Case]:
    """The list, its pages and filters."""
    return [
        _listed("list, page 1", dict, stock=dict),
        _listed(f"list, page {draw.last}", lambda: {"p": draw.last}, stock=lambda: {"p": draw.last}),
        _listed("list, page 100", lambda: {"p": min(100, draw.last)}),
        *(_by_status(status) for status in Transaction.Status.values),
        _listed("status = pending, deep", lambda: {"status__exact": "pending", "p": draw.page(500)}),
        _listed(
            "failed at one provider", lambda: {"status__exact": "failed", "provider": "momo"},
            stock=lambda: {"status__exact": "failed", "provider_code": "momo"},
        ),
        _listed("provider with many", lambda: {"provider": "vnpay"}),
        _listed("provider with few (3 %)", lambda: {"provider": "vietqr"}),
        _listed("provider with none", lambda: {"provider": "napas"}),
        _listed("paid late", lambda: {"late__exact": 1}),
    ]  # fmt: skip


def _questions(draw: Draw) -> list[Case]:
    """The built-in questions, and the list of one tenant."""
    return [
        _listed("one tenant", lambda: {"tenant__id__exact": _CHANCE.choice(draw.tenants)}, stock=_same),
        _listed("one tenant, failed", lambda: {"tenant__id__exact": _CHANCE.choice(draw.tenants), "status__exact": "failed"}),
        _listed("one tenant, deep", lambda: {"tenant__id__exact": draw.tenants[0], "p": draw.page(1000)}),
        *(_listed(f"question: {name}", lambda name=name: {"question": name}) for name in ("failed", "elsewhere", "unnoticed")),
    ]  # fmt: skip


def _numbers(draw: Draw) -> list[Case]:
    """Searches for what has a number or a reference."""
    return [
        _sought("transaction id, 18 characters", lambda: draw.row().public_id[:18], stock=True),
        _sought("transaction id, 9 characters", lambda: draw.row().public_id[:9]),
        _sought("order, whole", lambda: draw.row().order_id),
        _sought("order, its first 13 characters", lambda: draw.row().order_id[:13], stock=True),
        _sought("order, its first 4 characters", lambda: draw.row().order_id[:4]),
        _sought("orders of a month, DHyymm", lambda: draw.row().order_id[:6]),
        _sought("orders of a month, dhyymm", lambda: draw.row().order_id[:6].lower()),
        _sought("provider's number, 8 digits", draw.number, stock=True),
        _sought("provider's number, 5 digits", lambda: draw.number()[:5]),
        _sought("our reference, 13 characters", lambda: draw.reference()[:13], stock=True),
    ]


def _words(draw: Draw) -> list[Case]:
    """Searches for people."""
    return [
        _sought("common word (nguyen)", lambda: "nguyen"),
        _sought("two letters (ng)", lambda: "ng"),
        _sought("first name", lambda: draw.info()["name"].split()[-1]),
        _sought("uncommon word (0.02 %)", lambda: UNCOMMON),
        _sought("rare word (one payer)", lambda: RARE),
        _sought("word of nobody", lambda: "qzx" + _CHANCE.choice("abcdef")),
        _sought("two words", lambda: "nguyen " + draw.info()["name"].split()[-1]),
        _sought("three words", lambda: draw.info()["name"]),
        _sought("two words that never meet", lambda: f"{RARE} pham"),
        _sought("two family names", lambda: "tran pham"),
        _listed("search: common word at one tenant", lambda: {"q": "nguyen", "tenant__id__exact": _CHANCE.choice(draw.tenants)}),
        _listed("search: common word, refunded", lambda: {"q": "nguyen", "status__exact": "refunded"}),
        _sought("e-mail", lambda: draw.info()["email"]),
        _sought("telephone", lambda: draw.info()["phone"]),
    ]  # fmt: skip


def _payments(draw: Draw) -> list[Case]:
    """Pages of one payment, and the front page."""
    change = "transactions_transaction_change"
    return [
        Case(
            "transaction page, new", lambda: reverse(f"admin:{change}", args=[_CHANCE.randint(draw.fresh, draw.newest)]),
            lambda: reverse(f"stock:{change}", args=[_CHANCE.randint(draw.fresh, draw.newest)]),
        ),
        Case("transaction page, any", lambda: reverse(f"admin:{change}", args=[_CHANCE.randint(1, draw.newest)])),
        Case("front page", lambda: reverse("admin:index")),
    ]  # fmt: skip


def _others(draw: Draw) -> list[Case]:
    """Lists and pages of what belongs to payments."""
    return [
        _listed("money issues", dict, model="transactions_moneyissue"),
        _listed("money issues, open", lambda: {"state__exact": "open"}, model="transactions_moneyissue"),
        Case("money issue", lambda: reverse("admin:transactions_moneyissue_change", args=[_CHANCE.choice(draw.issues)])),
        _listed("callbacks", dict, model="webhooks_callbackdelivery"),
        _listed("callbacks, given up", lambda: {"status__exact": "dead"}, model="webhooks_callbackdelivery"),
        _listed("callbacks of a payment", lambda: {"q": draw.row().public_id}, model="webhooks_callbackdelivery"),
        _listed("notices", dict, model="webhooks_providernotification"),
        _listed("notices of a reference", lambda: {"q": draw.reference()}, model="webhooks_providernotification"),
        _listed("events of a payment", lambda: {"q": draw.row().public_id}, model="transactions_transactionevent"),
        _listed("money issues of a payment", lambda: {"q": draw.row().public_id}, model="transactions_moneyissue"),
        _listed("audit", dict, model="audit_auditentry"),
    ]  # fmt: skip


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

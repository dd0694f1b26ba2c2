"""Searching payments by the start of a number. Every branch is one bounded look into one index."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from tenants.models import PaymentProvider
from transactions.models import PaymentAttempt, Receipt, Refund, Transaction
from transactions.personal import email_index, phone_index, query_terms

# Of each branch; who gets as many types some more letters.
LIMIT = 200
# A word that this many of the newest payments have LIMIT times is common: they are the answer.
NEWEST = 30_000
# How many payments of a word that is not common are looked at, to show the newest of them.
MOST = 3_000
_CHILDREN: dict[str, Any] = {"att_": PaymentAttempt, "rcp_": Receipt, "rfn_": Refund}


def search(payments: QuerySet[Transaction], term: str, *, payer: bool) -> QuerySet[Transaction]:
    """The payments whose id, order, provider's number or our reference begins with ``term``.

    With ``payer`` also those whose name or order has words that begin with the words of ``term`` (blind to accents and case), and
    those of exactly this e-mail address or telephone number: only for who may see payers.
    """
    term = term.strip().replace("\x00", "")
    if not term:
        return payments
    found: set[int] = set()
    with _without("seqscan", "bitmapscan"):
        for branch in _branches(payments, term, payer):
            found.update(branch[:LIMIT])
    if payer and (terms := _terms(term)):
        found.update(_with_words(payments, terms))
    return payments.filter(pk__in=found)


def _branches(payments: QuerySet[Transaction], term: str, payer: bool) -> Iterator[Any]:
    rows, prefix = payments.order_by(), term[:4].lower()
    if prefix == "txn_":
        yield _ids(rows.filter(public_id__startswith=term.lower()))
        return
    if prefix in _CHILDREN:
        yield _CHILDREN[prefix].objects.filter(public_id__startswith=term.lower()).values_list("transaction_id", flat=True)
        return
    if "@" in term:
        if payer:
            yield _ids(rows.filter(email_index=email_index(term)))
        return
    yield _ids(rows.filter(order_id__startswith=term))
    yield _ids(rows.filter(provider_transaction_id__startswith=term))
    attempts = PaymentAttempt.objects.filter(provider_code__in=PaymentProvider.Code.values)
    yield attempts.filter(provider_reference__startswith=term).values_list("transaction_id", flat=True)
    yield attempts.filter(provider_transaction_no__startswith=term).values_list("transaction_id", flat=True)
    if payer and len(re.sub(r"\D", "", term)) >= 9:
        yield _ids(rows.filter(phone_index=phone_index(term)))


def _terms(term: str) -> list[int]:
    """The words of a term that is neither an id of ours nor an e-mail address."""
    prefix = term[:4].lower()
    return [] if "@" in term or prefix == "txn_" or prefix in _CHILDREN else query_terms(term)


def _with_words(payments: QuerySet[Transaction], terms: list[int]) -> list[int]:
    """The newest that have all the words: a common word's are among the newest payments, others come from the index of words.

    The planner is not asked which it is: it takes matches to be spread evenly, and would walk back through millions of payments
    to find the few of a rare word, of an old month's orders, or of two common words that seldom meet.
    """
    rows = payments.filter(search_terms__contains=terms)
    newest = Transaction.objects.order_by("-id").values_list("pk", flat=True).first() or 0
    found = list(_ids(rows.filter(pk__gt=newest - NEWEST).order_by("-id"))[:LIMIT])
    if len(found) < LIMIT:
        with _without("seqscan", "indexscan"):  # leaves bitmaps, which the index of words is read by
            found = sorted(_ids(rows.order_by())[:MOST], reverse=True)[:LIMIT]
    return found


@contextmanager
def _without(*ways: str) -> Iterator[None]:
    """Take ways of reading a table away from the planner, for the block."""
    with transaction.atomic(), connection.cursor() as cursor:
        for way in ways:
            cursor.execute(f"SET LOCAL enable_{way} = off")
        yield
        for way in ways:
            cursor.execute(f"SET LOCAL enable_{way} = on")


def _ids(rows: QuerySet[Transaction]) -> Any:
    return rows.values_list("pk", flat=True)

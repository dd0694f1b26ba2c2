"""Searching payments by the start of a number. Every branch is one bounded look into one index."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from tenants.models import PaymentProvider
from transactions.models import PaymentAttempt, Receipt, Refund, Transaction
from transactions.personal import email_index, phone_index, query_terms

# Of each branch; who gets as many types some more letters.
LIMIT = 200
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
    for branch in _branches(payments, term, payer):
        found.update(branch[:LIMIT])
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
    terms = query_terms(term)
    if payer and terms:
        # Newest first: for a common word PostgreSQL walks the primary key, for a rare one the index of words.
        yield _ids(rows.filter(search_terms__contains=terms).order_by("-id"))
    yield _ids(rows.filter(provider_transaction_id__startswith=term))
    attempts = PaymentAttempt.objects.filter(provider_code__in=PaymentProvider.Code.values)
    yield attempts.filter(provider_reference__startswith=term).values_list("transaction_id", flat=True)
    yield attempts.filter(provider_transaction_no__startswith=term).values_list("transaction_id", flat=True)
    if payer and len(re.sub(r"\D", "", term)) >= 9:
        yield _ids(rows.filter(phone_index=phone_index(term)))


def _ids(rows: QuerySet[Transaction]) -> Any:
    return rows.values_list("pk", flat=True)

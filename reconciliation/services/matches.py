"""What people do with matches: undo one, so that both sides are free again, or make one by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from audit.services import Actor, record
from payments_site.kernel.errors import DomainError, InvalidInput
from reconciliation.matching import findings, items, sql, staging, writing
from reconciliation.matching.evidence import AGREED, DIFFERED
from reconciliation.matching.fields import mask
from reconciliation.matching.scope import Scope
from reconciliation.models import Match, Reconciliation, ReconciliationItem, StatementLine
from reconciliation.services._account_lock import hold_until_commit
from reconciliation.services.runs import ReconciliationInProgress
from transactions.models import Receipt, Refund

BY_HAND = "hand"
MAX_NOTE = 255
_HAND_SCORE = 100


class AlreadyUndone(DomainError):
    """Somebody has undone the match before; ``details`` say who and when."""

    code = "TRANSACTION_ALREADY_PROCESSED"


class NotFree(InvalidInput):
    """The line, or one of the records, is matched already, or is another account's."""


@transaction.atomic
def undo(*, match: Match, actor: Actor, note: str, now: datetime) -> list[Match]:
    """Undo a match, with its whole group: the lines and records are free, their items open again, and no strategy makes the same
    pair a second time. Returns the rows that were undone.

    Raises ``AlreadyUndone``, ``ReconciliationInProgress`` while a run works on the account, ``InvalidInput`` without a note.
    """
    words = _read_note(note)
    _hold(match.account_id)
    rows = list(_group(match).select_for_update(of=("self",)))
    if any(row.undone_at for row in rows):
        raise AlreadyUndone({"match_id": str(match.pk), "undone_by": rows[0].undone_by})
    for row in rows:
        row.undone_at, row.undone_by, row.undo_note = now, actor.user_id[:150], words
        row.save(update_fields=["undone_at", "undone_by", "undo_note"])
    account = match.account
    record(
        actor=actor, action="match.undone", entity_type="match", entity_id=str(match.pk), now=now,
        new={"account_id": account.public_id, "strategy": match.strategy, "lines": [row.line_id for row in rows]},
        extra={"note": words},
    )  # fmt: skip
    _after(rows, matches=[], now=now)
    return rows


@transaction.atomic
def match_by_hand(
    *, line: StatementLine, records: Sequence[Receipt | Refund], actor: Actor, now: datetime, note: str = ""
) -> list[Match]:
    """Match a line with one record or with several, whatever the strategies think. What differs opens items.

    Raises ``NotFree``, ``InvalidInput`` without a record, ``ReconciliationInProgress``.
    """
    if not records:
        raise InvalidInput({"field": "records", "constraint": "at least one"})
    if any(row.account_id != line.account_id for row in records):
        raise NotFree({"field": "records", "constraint": "of the same account as the line"})
    _hold(line.account_id)
    receipts = [row.pk for row in records if isinstance(row, Receipt)]
    refunds = [row.pk for row in records if isinstance(row, Refund)]
    scope = _scope(line.account_id, line.business_day, now)
    staging.stage_some(scope, [line.pk], receipts, refunds)
    if sql.value("SELECT (SELECT count(*) FROM rc_line) + (SELECT count(*) FROM rc_record)") != 1 + len(records):
        raise NotFree({"field": "records", "constraint": "neither the line nor a record is matched"})
    agreed, differed = _compared(scope)
    keys = [*receipts, *(-pk for pk in refunds)]
    try:
        with transaction.atomic():
            writing.write_group(
                [line.pk], keys, account_id=line.account_id, run_id=None, strategy=BY_HAND, score=_HAND_SCORE, agreed=agreed,
                differed=differed, evidence={"note": note[:MAX_NOTE]} if note else None, made_by=actor.user_id[:150],
                created_at=now,
            )  # fmt: skip
    except IntegrityError:
        raise NotFree({"field": "records", "constraint": "neither the line nor a record is matched"}) from None
    made = Match.objects.get(line=line, undone_at=None)
    record(
        actor=actor, action="match.made", entity_type="match", entity_id=str(made.pk), now=now,
        new={"account_id": line.account.public_id, "line": line.pk, "receipts": receipts, "refunds": refunds},
        extra={"note": note} if note else None,
    )  # fmt: skip
    rows = list(_group(made))
    _after(rows, matches=[made.pk], now=now)
    return rows


def _read_note(note: str) -> str:
    words = note.strip()
    if not words or len(words) > MAX_NOTE:
        raise InvalidInput({"field": "note", "constraint": f"1 to {MAX_NOTE} characters are expected"})
    return words


def _hold(account_id: int) -> None:
    if not hold_until_commit(account_id):
        raise ReconciliationInProgress({"account": "a run works on the account"})


def _group(match: Match) -> Any:
    return Match.objects.filter(Q(pk=match.pk) if match.group is None else Q(group=match.group)).order_by("pk")


def _compared(scope: Scope) -> tuple[int, int]:
    """Bits of what agrees and differs; of several records only the sum is compared."""
    pairs = sql.rows(f"SELECT {AGREED}, {DIFFERED} FROM rc_line CROSS JOIN rc_record", scope.values())  # noqa: S608 our own columns
    if len(pairs) == 1:
        return pairs[0][0], pairs[0][1]
    same = sql.value("SELECT min(l_amount) = (SELECT sum(r_amount) FROM rc_record) FROM rc_line")
    return (mask("amount"), 0) if same else (0, mask("amount"))


def _scope(account_id: int, day: date, now: datetime) -> Scope:
    """Items name the run that saw them: the day's newest, or the account's."""
    runs = Reconciliation.objects.filter(account_id=account_id)
    run = runs.filter(day=day).order_by("-pk").first() or runs.order_by("-pk").first()
    return Scope.about(account_id, day, run.pk if run else 0, now)


def _after(rows: Sequence[Match], *, matches: Sequence[int], now: datetime) -> None:
    """Make the items of these lines and records true again."""
    lines = [row.line_id for row in rows if row.line_id]
    receipts = [row.receipt_id for row in rows if row.receipt_id]
    refunds = [row.refund_id for row in rows if row.refund_id]
    day = StatementLine.objects.values_list("business_day", flat=True).get(pk=lines[0])
    scope = _scope(rows[0].account_id, day, now)
    about = Q(match__in=rows) | Q(line_id__in=lines) | Q(receipt_id__in=receipts) | Q(refund_id__in=refunds)
    open_still = ReconciliationItem.objects.filter(about, account_id=rows[0].account_id, state="open")
    why = {"closed": "matched", "strategy": BY_HAND, "match": rows[0].pk} if matches else {"closed": "undone"}
    open_still.update(state="closed", closed_by="system", closed_at=now, updated_at=now, effects=why)
    if scope.run_id:  # before the first run there are no items
        staging.stage_some(scope, lines, receipts, refunds)
        findings.find_some(scope, matches)
        items.settle_reopened(scope)
    staging.drop()

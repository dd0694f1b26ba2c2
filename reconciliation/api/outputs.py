"""How runs, differences, matches and statements look in the staff API."""

from __future__ import annotations

from typing import Any

from django.utils import translation
from rest_framework import serializers

from payments_site.kernel import clock
from reconciliation.models import BadLine, Match, Reconciliation, ReconciliationItem, Statement
from reconciliation.reports.sides import Side, ours, pairs, theirs
from reconciliation.reports.words import meaning
from reconciliation.selectors import explain
from reconciliation.services.resolve import Action


class RunOutput(serializers.Serializer[Any]):
    """One run: an account and a business day."""

    reconciliation_id = serializers.CharField()
    account_id = serializers.CharField()
    provider_code = serializers.CharField()
    tenant_id = serializers.CharField(allow_null=True)
    date = serializers.DateField()
    state = serializers.ChoiceField(choices=Reconciliation.State.values)
    cause = serializers.ChoiceField(choices=Reconciliation.Cause.values)
    requested_by = serializers.CharField()
    progress = serializers.ListField(child=serializers.DictField())
    lines = serializers.IntegerField()
    records = serializers.IntegerField()
    matched = serializers.IntegerField()
    open_items = serializers.IntegerField()
    counts = serializers.DictField()
    totals = serializers.DictField()
    changes = serializers.ListField(child=serializers.DictField())
    error_code = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)


class StartedRunOutput(serializers.Serializer[Any]):
    """One of the runs of a range."""

    reconciliation_id = serializers.CharField()
    date = serializers.DateField()


class StartedOutput(RunOutput):
    """The first run that was started, and all of them."""

    reconciliations = StartedRunOutput(many=True)


class SideOutput(serializers.Serializer[Any]):
    """A record of ours, or a line of a statement."""

    kind = serializers.CharField()
    number = serializers.CharField(allow_null=True)
    reference = serializers.CharField(allow_null=True)
    amount = serializers.IntegerField()
    fee = serializers.IntegerField(allow_null=True)
    net = serializers.IntegerField(allow_null=True)
    currency = serializers.CharField(allow_null=True)
    status = serializers.CharField()
    occurred_at = serializers.DateTimeField()


class DifferenceOutput(serializers.Serializer[Any]):
    """One field that differs."""

    field = serializers.CharField()
    ours = serializers.JSONField(allow_null=True)
    theirs = serializers.JSONField(allow_null=True)


class MatchOutput(serializers.Serializer[Any]):
    """Which line is which record, and why we think so."""

    match_id = serializers.CharField()
    strategy = serializers.CharField()
    score = serializers.IntegerField()
    explanation = serializers.DictField()
    line = serializers.DictField(allow_null=True)
    receipt_id = serializers.CharField(allow_null=True)
    refund_id = serializers.CharField(allow_null=True)
    made_by = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()
    undone_at = serializers.DateTimeField(allow_null=True)


class DetailOutput(serializers.Serializer[Any]):
    """One difference, with both sides."""

    detail_id = serializers.CharField()
    type = serializers.ChoiceField(choices=ReconciliationItem.Type.values)
    state = serializers.ChoiceField(choices=ReconciliationItem.State.values)
    account_id = serializers.CharField()
    date = serializers.DateField()
    amount = serializers.IntegerField()
    ours = SideOutput(allow_null=True)
    theirs = SideOutput(allow_null=True)
    differences = DifferenceOutput(many=True)
    explanation = serializers.CharField()
    match = serializers.DictField(allow_null=True)
    transaction_id = serializers.CharField(allow_null=True)
    receipt_id = serializers.CharField(allow_null=True)
    refund_id = serializers.CharField(allow_null=True)
    issue_id = serializers.CharField(allow_null=True)
    statement_id = serializers.CharField(allow_null=True)
    line_no = serializers.IntegerField(allow_null=True)
    late_until = serializers.DateField(allow_null=True)
    action = serializers.ChoiceField(choices=[action.value for action in Action], allow_null=True)
    note = serializers.CharField(allow_blank=True)
    approval_id = serializers.CharField(allow_null=True)
    closed_by = serializers.CharField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    effects = serializers.DictField()
    created_at = serializers.DateTimeField()


class AskedOutput(DetailOutput):
    """A difference whose resolution waits for a second person: ``approval_id`` names the request."""


class StatementOutput(serializers.Serializer[Any]):
    """One file."""

    statement_id = serializers.CharField()
    account_id = serializers.CharField()
    kind = serializers.ChoiceField(choices=Statement.Kind.values)
    source = serializers.ChoiceField(choices=Statement.Source.values)  # type: ignore[assignment]
    state = serializers.ChoiceField(choices=Statement.State.values)
    file_name = serializers.CharField()
    sha256 = serializers.CharField()
    size = serializers.IntegerField()
    profile = serializers.CharField(allow_null=True)
    date_from = serializers.DateField(allow_null=True)
    date_to = serializers.DateField(allow_null=True)
    rows_read = serializers.IntegerField()
    rows_bad = serializers.IntegerField()
    rows_known = serializers.IntegerField()
    rows_imported = serializers.IntegerField()
    skip_bad = serializers.BooleanField()
    error_code = serializers.CharField(allow_null=True)
    error_detail = serializers.CharField(allow_null=True)
    created_by = serializers.CharField()
    created_at = serializers.DateTimeField()
    imported_at = serializers.DateTimeField(allow_null=True)


class BadRowOutput(serializers.Serializer[Any]):
    """A row that could not be read. What stood there is shown in the back office only: it may name a payer."""

    line_no = serializers.IntegerField()
    field = serializers.CharField(allow_blank=True)
    reason = serializers.CharField()


def show_run(run: Reconciliation) -> dict[str, Any]:
    """A run as the API shows it."""
    return {
        "reconciliation_id": run.public_id,
        "account_id": run.account.public_id,
        "provider_code": run.account.provider.code,
        "tenant_id": run.account.tenant.public_id if run.account.tenant is not None else None,
        "date": run.day.isoformat(),
        "state": str(run.state),
        "cause": str(run.cause),
        "requested_by": run.requested_by,
        "progress": run.steps_done,
        "lines": run.lines,
        "records": run.records,
        "matched": run.matched,
        "open_items": run.items_open,
        "counts": run.counts,
        "totals": run.totals,
        "changes": run.changes,
        "error_code": run.error_code or None,
        "created_at": clock.iso(run.created_at),
        "started_at": clock.iso(run.started_at),
        "finished_at": clock.iso(run.finished_at),
    }


def show_detail(item: ReconciliationItem, language: str) -> dict[str, Any]:
    """A difference as the API shows it; it reads what ``reports.sides.with_sides`` brings."""
    with translation.override(language):
        explanation = meaning(item)
    return {
        "detail_id": item.public_id,
        "type": str(item.item_type),
        "state": str(item.state),
        "account_id": item.account.public_id,
        "date": item.day.isoformat(),
        "amount": item.amount,
        "ours": _side(ours(item)),
        "theirs": _side(theirs(item)),
        "differences": [{"field": pair.field, "ours": pair.ours, "theirs": pair.theirs} for pair in pairs(item) if pair.differs],
        "explanation": explanation,
        "match": {"match_id": str(item.match.pk), **explain(item.match)} if item.match is not None else None,
        "transaction_id": _id(item.transaction),
        "receipt_id": _id(item.receipt),
        "refund_id": _id(item.refund),
        "issue_id": _id(item.issue),
        "statement_id": _id(item.line.statement) if item.line is not None else None,
        "line_no": item.line.line_no if item.line is not None else None,
        "late_until": item.due_day.isoformat() if item.due_day is not None else None,
        "action": item.action or None,
        "note": item.note,
        "approval_id": item.approval_id or None,
        "closed_by": item.closed_by or None,
        "closed_at": clock.iso(item.closed_at),
        "effects": item.effects,
        "created_at": clock.iso(item.created_at),
    }


def show_match(match: Match) -> dict[str, Any]:
    """A match as the API shows it."""
    line = match.line
    return {
        "match_id": str(match.pk),
        "strategy": match.strategy,
        "score": match.score,
        "explanation": explain(match),
        "line": {"statement_id": line.statement.public_id, "line_no": line.line_no} if line is not None else None,
        "receipt_id": _id(match.receipt),
        "refund_id": _id(match.refund),
        "made_by": match.made_by or None,
        "created_at": clock.iso(match.created_at),
        "undone_at": clock.iso(match.undone_at),
    }


def show_statement(statement: Statement) -> dict[str, Any]:
    """A file as the API shows it: what was read, never its content."""
    return {
        "statement_id": statement.public_id,
        "account_id": statement.account.public_id,
        "kind": str(statement.kind),
        "source": str(statement.source),
        "state": str(statement.state),
        "file_name": statement.file_name,
        "sha256": statement.sha256,
        "size": statement.size,
        "profile": str(statement.profile) if statement.profile is not None else None,
        "date_from": statement.day_from.isoformat() if statement.day_from is not None else None,
        "date_to": statement.day_to.isoformat() if statement.day_to is not None else None,
        "rows_read": statement.rows_read,
        "rows_bad": statement.rows_bad,
        "rows_known": statement.rows_known,
        "rows_imported": statement.rows_imported,
        "skip_bad": statement.skip_bad,
        "error_code": statement.error_code or None,
        "error_detail": statement.error_detail or None,
        "created_by": statement.created_by,
        "created_at": clock.iso(statement.created_at),
        "imported_at": clock.iso(statement.imported_at),
    }


def show_bad_row(row: BadLine) -> dict[str, Any]:
    """Where, and what is wrong; never what stood there."""
    return {"line_no": row.line_no, "field": row.field, "reason": row.reason}


def _side(side: Side | None) -> dict[str, Any] | None:
    if side is None:
        return None
    empty = dict.fromkeys(SideOutput().fields)
    return {**empty, **side, "occurred_at": clock.iso(side["occurred_at"])}


def _id(row: Any) -> str | None:
    return row.public_id if row is not None else None

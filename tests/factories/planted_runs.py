"""A planted world through the real import and the real runs, and what they made of it in the story's own names."""

from __future__ import annotations

import io
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

from audit.services import SYSTEM
from reconciliation.models import Holiday, Match, ReconciliationItem, ReconciliationRules, Statement
from reconciliation.services import intake, runs
from tenants.models import ProviderAccount, Tenant
from tenants.services.accounts import create_account
from tests.factories.planted import books, files
from tests.factories.planted.calendar import HOLIDAYS
from tests.factories.planted.world import VIETNAM, Finding, Group, World, line_moment
from tests.factories.provider_words import WORDS
from tests.factories.world import Role
from transactions.models import Receipt, Refund


@dataclass
class Reconciled:
    """What the runs made of a world, in the story's own names."""

    open: Counter[Finding]
    closed: set[Finding]
    groups: set[Group]


def reconciled(world: World, role: Role, folder: Path) -> Reconciled:
    """The truth is written into the folder first; then each day's file is imported, and its day run in the night after it."""
    (folder / f"truth-{world.provider}-{world.seed}.json").write_text(world.truth(), encoding="utf-8")
    account = _account(role, world)
    for day in world.days:
        night = datetime.combine(day + timedelta(days=1), time(3), tzinfo=VIETNAM)
        _bring(account, world, day, night)
        run = runs.start(account=account, day=day, cause="nightly", actor=SYSTEM, now=night)
        assert runs.work(run_id=run.pk, now=night)
    return Reconciled(_items(account, ["open"]), set(_items(account, ["closed"])), _groups(account))


def _account(role: Role, world: World) -> ProviderAccount:
    tenant = Tenant.objects.get(public_id=role.tenant_id)
    account = ProviderAccount.objects.filter(tenant=tenant, provider__code=world.provider).select_related("provider").first()
    if account is None:
        made = create_account(
            provider_code=world.provider, environment="sandbox", credentials=WORDS[world.provider].credentials(),
            tenant_id=role.tenant_id, actor=SYSTEM, now=world.records[0].at,
        )  # fmt: skip
        account = ProviderAccount.objects.select_related("provider").get(pk=made.pk)
    for day in HOLIDAYS:
        Holiday.objects.get_or_create(day=day, defaults={"name_vi": "Tết", "name_en": "Tet"})
    ReconciliationRules.objects.create(account=account, cutoff=time.fromisoformat(world.cutoff))
    books.write(world, account, tenant)
    return account


def _bring(account: ProviderAccount, world: World, day: date, now: datetime) -> None:
    statement = intake.take_in(
        account=account, kind="provider", file=io.BytesIO(files.of_day(world, day)), file_name=f"{day}.csv", source="upload",
        actor=SYSTEM, now=now, day=day,
    )  # fmt: skip
    assert statement.state == Statement.State.IMPORTED, statement.error_detail
    assert statement.rows_imported == sum(one.listed == day for one in world.lines)


def _items(account: ProviderAccount, states: list[str]) -> Counter[Finding]:
    rows = ReconciliationItem.objects.filter(account=account, state__in=states)
    rows = rows.select_related("line", "receipt__attempt", "refund")
    return Counter((row.item_type, _about(row), row.amount) for row in rows)


def _about(row: ReconciliationItem) -> str:
    if row.line is not None:
        return _line_key(row.line)
    return _record_key(row.receipt, row.refund)


def _groups(account: ProviderAccount) -> set[Group]:
    """The matches that stand, each with all of its lines and records."""
    parts: dict[int, list[Match]] = {}
    rows = Match.objects.filter(account=account, undone_at=None).select_related("line", "receipt__attempt", "refund")
    for row in rows:
        parts.setdefault(row.group or row.pk, []).append(row)
    return {
        (
            frozenset(_line_key(row.line) for row in group if row.line is not None),
            frozenset(_record_key(row.receipt, row.refund) for row in group if row.receipt_id or row.refund_id),
        )
        for group in parts.values()
    }


def _line_key(line: object) -> str:
    return f"line {line.number or line_moment(line.occurred_at, line.amount)}"  # type: ignore[attr-defined]


def _record_key(receipt: Receipt | None, refund: Refund | None) -> str:
    if refund is not None:
        return f"refund {refund.provider_reference}"
    assert receipt is not None
    return f"receipt {receipt.provider_transaction_no or (receipt.attempt.provider_reference if receipt.attempt else '')}"

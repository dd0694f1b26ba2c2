"""The third leg: the provider says that it paid us; has the money come to the bank?

Days that are paid out together (the days before a weekend or a holiday, by the account's rules) are one pay-out: what the
provider's own lines add up to, payments less refunds and fees, or what it says itself where it lists pay-outs. The bank's
statement must have one credit of that amount around the day on which it is due.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Sum

from payments_site.kernel.money import VND
from reconciliation.calendars import add_business_days, business_day
from reconciliation.models import Match, Reconciliation, ReconciliationItem, ReconciliationRules, Settlement, StatementLine
from tenants.models import ProviderAccount

Kind, State, Item = StatementLine.Kind, Settlement.State, ReconciliationItem
_DAY = timedelta(days=1)
# How far back pay-outs are looked at again: longer than Tết and what may be late after it.
_BACK = timedelta(days=16)
_LONGEST_REST = 15


@transaction.atomic
def refresh(*, run: Reconciliation, now: datetime) -> list[Settlement]:
    """Look again at the pay-outs of the run's account, or (where it is a bank's) of the accounts that are paid out to it.

    Those that differ or are overdue have an item, which closes by itself when the money comes.
    """
    own = Q(account_id=run.account_id, bank_account__isnull=False)
    rules = ReconciliationRules.objects.filter(own | Q(bank_account_id=run.account_id)).select_related("account", "bank_account")
    found = []
    for one in rules.order_by("account_id"):
        for first, last, due in _groups(one, run.day):
            settlement = _looked_at(one, first, last, due, now)
            if settlement is not None:
                _tell(settlement, run, now)
                found.append(settlement)
    return found


def _groups(rules: ReconciliationRules, day: date) -> Iterator[tuple[date, date, date]]:
    """First and last day and due day of the pay-outs of the days up to ``day``; days due together are one."""
    due_of = {
        one: add_business_days(one, rules.settles_after_days)
        for one in (day - _BACK + _DAY * step for step in range(_BACK.days + _LONGEST_REST))
    }
    groups: dict[date, list[date]] = {}
    for one, due in due_of.items():
        groups.setdefault(due, []).append(one)
    # The oldest group may have begun before the days that are looked at.
    for due, days in list(groups.items())[1:]:
        if days[0] <= day:
            yield days[0], days[-1], due


def _looked_at(rules: ReconciliationRules, first: date, last: date, due: date, now: datetime) -> Settlement | None:
    """The pay-out of these days as both statements have it now; None where the provider owes nothing for them."""
    account = rules.account
    gross, refunds, fees = _sums(account, first, last)
    listed = _listed(account, first, due)
    net = gross - refunds - fees
    settlement = Settlement.objects.filter(account=account, day_from=first).first()
    if settlement is None:
        if (listed.amount if listed else net) <= 0:
            return None
        settlement = Settlement(account=account, day_from=first, created_at=now)
    settlement.day_to, settlement.due_day, settlement.provider_line, settlement.updated_at = last, due, listed, now
    settlement.gross, settlement.refunds, settlement.fees, settlement.net = gross, refunds, fees, net
    settlement.bank_line = _arrived(rules, settlement)
    settlement.state = _state(rules, settlement, now)
    settlement.save()
    return settlement


def expected(settlement: Settlement) -> int:
    """What should come: what the provider says itself, else what its lines add up to."""
    return settlement.provider_line.amount if settlement.provider_line is not None else settlement.net


def _sums(account: ProviderAccount, first: date, last: date) -> tuple[int, int, int]:
    lines = StatementLine.objects.filter(
        account=account, business_day__range=(first, last), status=StatementLine.Status.SUCCESS, currency=VND
    )
    lines = lines.exclude(kind=Kind.SETTLEMENT)
    back = Q(kind__in=[Kind.REFUND, Kind.DEBIT])
    sums = lines.aggregate(gross=Sum("amount", filter=~back), refunds=Sum("amount", filter=back), fees=Sum("fee"))
    return sums["gross"] or 0, sums["refunds"] or 0, sums["fees"] or 0


def _listed(account: ProviderAccount, first: date, due: date) -> StatementLine | None:
    """The provider's own line of the pay-out, if it lists just one around these days."""
    lines = StatementLine.objects.filter(account=account, kind=Kind.SETTLEMENT, business_day__range=(first + _DAY, due))
    taken = Settlement.objects.filter(account=account, provider_line=OuterRef("pk")).exclude(day_from=first)
    found = list(lines.filter(~Exists(taken))[:2])
    return found[0] if len(found) == 1 else None


def _arrived(rules: ReconciliationRules, settlement: Settlement) -> StatementLine | None:
    """The one credit of the bank that is the pay-out, or that is a pay-out of another amount; None if there is no telling."""
    credits = _credits(rules, settlement)
    same = [line for line in credits if line.amount == expected(settlement)]
    named = [line for line in credits if line.kind == Kind.SETTLEMENT]
    for choice in (same, [line for line in same if line in named], named if not same else []):
        if len(choice) == 1:
            return choice[0]
    return None


def _credits(rules: ReconciliationRules, settlement: Settlement) -> list[StatementLine]:
    """Free credits of the bank from the last day of the pay-out until it is overdue. What a pay-out has, it keeps."""
    latest = add_business_days(settlement.due_day, max(rules.late_business_days, 1))
    matched = Match.objects.filter(line=OuterRef("pk"), undone_at=None)
    taken = Settlement.objects.filter(bank_line=OuterRef("pk")).exclude(pk=settlement.pk)
    lines: QuerySet[StatementLine] = StatementLine.objects.filter(
        account=rules.bank_account, kind__in=[Kind.CREDIT, Kind.SETTLEMENT], status=StatementLine.Status.SUCCESS, currency=VND,
        business_day__range=(settlement.day_to, latest),
    )  # fmt: skip
    return list(lines.filter(~Exists(matched), ~Exists(taken)).order_by("pk"))


def _state(rules: ReconciliationRules, settlement: Settlement, now: datetime) -> str:
    if settlement.bank_line is not None:
        return State.ARRIVED if settlement.bank_line.amount == expected(settlement) else State.DIFFERS
    latest = add_business_days(settlement.due_day, rules.late_business_days)
    return State.OVERDUE if business_day(now, rules.cutoff) > latest else State.AWAITED


def _tell(settlement: Settlement, run: Reconciliation, now: datetime) -> None:
    """Open, change or close the pay-out's item. What a person said of it stays."""
    ours, theirs = expected(settlement), settlement.bank_line.amount if settlement.bank_line is not None else None
    wrong = {State.DIFFERS: Item.Type.AMOUNT, State.OVERDUE: Item.Type.MISSING_AT_PROVIDER}.get(State(settlement.state))
    item = Item.objects.filter(account=settlement.account, cause=f"settlement:{settlement.pk}").first()
    if wrong is None:
        if item is not None and item.state == Item.State.OPEN:
            item.state, item.closed_at, item.closed_by, item.updated_at = Item.State.CLOSED, now, "system", now
            item.effects = {"closed": "arrived"}
            item.save(update_fields=["state", "closed_at", "closed_by", "updated_at", "effects"])
        return
    if item is not None and item.state not in (Item.State.OPEN, Item.State.CLOSED):
        return
    if item is None:
        item = Item(account=settlement.account, cause=f"settlement:{settlement.pk}", first_run=run, last_run=run, created_at=now)
    item.day, item.item_type, item.state, item.line = settlement.day_to, wrong, Item.State.OPEN, settlement.bank_line
    item.amount = ours if theirs is None else abs(ours - theirs)
    item.differences = {"pay_out": {"ours": ours, "theirs": theirs}}
    item.last_run, item.updated_at, item.closed_at, item.closed_by, item.effects = run, now, None, "", {}
    item.save()

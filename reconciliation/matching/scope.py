"""What a run looks at: one account, one business day, the open items beside it, and the days on which things may be late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from reconciliation.calendars import add_business_days, borders, business_day, shift_of
from reconciliation.models import Reconciliation, ReconciliationRules
from tenants.models import ProviderAccount

# A refund is asked for days before a provider lists it as made; older ones that ended are not looked at.
_REFUNDS_BACK = timedelta(days=30)


def rules_of(account: ProviderAccount) -> ReconciliationRules:
    """The account's rules; the defaults, unsaved, where nobody has set any."""
    found = ReconciliationRules.objects.filter(account=account).first()
    return found if found is not None else ReconciliationRules(account=account)


@dataclass(frozen=True)
class Scope:
    """One run's question, and the moment at which it is asked."""

    run_id: int
    account: ProviderAccount
    rules: ReconciliationRules
    day: date
    first: date  # lines and records from here ...
    last: date  # ... up to here may belong to those of the day
    now: datetime

    @classmethod
    def of(cls, run: Reconciliation, now: datetime) -> Scope:
        """The scope of a run as its account's rules are now."""
        return cls.about(run.account_id, run.day, run.pk, now)

    @classmethod
    def about(cls, account_id: int, day: date, run_id: int, now: datetime) -> Scope:
        """The scope of one day of an account; ``run_id`` is told of what is found."""
        account = ProviderAccount.objects.select_related("provider").get(pk=account_id)
        rules = rules_of(account)
        late = max(rules.late_business_days, 1)
        return cls(run_id, account, rules, day, add_business_days(day, -late), add_business_days(day, late), now)

    @property
    def today(self) -> date:
        """The account's business day of this moment."""
        return business_day(self.now, self.rules.cutoff)

    def values(self) -> dict[str, Any]:
        """For the statements."""
        start, end = borders(self.day, self.rules.cutoff)
        return {
            "run": self.run_id,
            "account": self.account.pk,
            "provider": self.account.provider.code,
            "day": self.day,
            "first": self.first,
            "last": self.last,
            "start": start,
            "end": end,
            "from": borders(self.first, self.rules.cutoff)[0],
            "to": borders(self.last, self.rules.cutoff)[1],
            "refunds_from": start - _REFUNDS_BACK,
            "shift": shift_of(self.rules.cutoff),
            "window": timedelta(minutes=self.rules.window_minutes),
            "tolerance": self.rules.fee_tolerance,
            "now": self.now,
            "today": self.today,
        }

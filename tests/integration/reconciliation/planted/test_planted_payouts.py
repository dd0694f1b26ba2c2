"""Planted pay-outs: each is found at the bank, or known to be overdue; no stranger's money is taken for one."""

from __future__ import annotations

import io
import json
from dataclasses import asdict
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest

from audit.services import SYSTEM
from reconciliation.models import Holiday, ReconciliationItem, ReconciliationRules, Settlement
from reconciliation.services import intake, runs
from tenants.models import ProviderAccount, Tenant
from tenants.services.accounts import create_account
from tests.factories.planted import files, gateway, payouts
from tests.factories.planted.calendar import HOLIDAYS, LAST
from tests.factories.planted.world import VIETNAM, World
from tests.factories.provider_words import WORDS
from tests.factories.world import Role

pytestmark = pytest.mark.django_db
# When the last pay-out of the story is overdue, if it has not come.
AFTER = datetime.combine(LAST + timedelta(days=3), time(3), tzinfo=VIETNAM)


def account_of(role: Role, code: str) -> ProviderAccount:
    known = ProviderAccount.objects.filter(tenant=Tenant.objects.get(public_id=role.tenant_id), provider__code=code)
    if not known.exists():
        create_account(
            provider_code=code, environment="sandbox", credentials=WORDS[code].credentials(), tenant_id=role.tenant_id,
            actor=SYSTEM, now=AFTER,
        )  # fmt: skip
    return known.select_related("provider").get()


def bring(account: ProviderAccount, world: World) -> None:
    for day in world.days:
        intake.take_in(
            account=account, kind="provider", file=io.BytesIO(files.of_day(world, day)), file_name=f"{day}.csv", source="upload",
            actor=SYSTEM, now=AFTER, day=day,
        )  # fmt: skip


@pytest.mark.parametrize("seed", range(2))
def test_every_pay_out_is_where_it_was_planted(acme: Role, tmp_path: Path, seed: int) -> None:
    world = gateway.plant(seed)
    planted, bank = payouts.plant(world)
    (tmp_path / "truth.json").write_text(json.dumps([asdict(one) for one in planted], default=str), encoding="utf-8")
    for day in HOLIDAYS:
        Holiday.objects.get_or_create(day=day, defaults={"name_vi": "Tết", "name_en": "Tet"})
    account, bank_account = account_of(acme, world.provider), account_of(acme, "vietqr")
    ReconciliationRules.objects.create(
        account=account, cutoff=time.fromisoformat(world.cutoff), bank_account=bank_account, settles_after_days=1
    )
    bring(account, world)
    bring(bank_account, bank)
    run = runs.start(account=account, day=LAST, cause="nightly", actor=SYSTEM, now=AFTER)
    assert runs.work(run_id=run.pk, now=AFTER)
    rows = Settlement.objects.filter(account=account).order_by("day_from")
    found = [payouts.PayOut(row.day_from, row.day_to, row.due_day, row.net, row.state) for row in rows]
    assert found == planted
    items = ReconciliationItem.objects.filter(account=account, cause__startswith="settlement:", state="open")
    assert sorted(items.values_list("item_type", "amount")) == sorted(
        ("missing_at_provider", one.net) for one in planted if one.state == "overdue"
    )
    taken = [row.bank_line for row in rows if row.bank_line is not None]
    assert sorted(line.amount for line in taken) == sorted(one.net for one in planted if one.state == "arrived")

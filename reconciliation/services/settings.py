"""What people set for the reconciliation: how files are read, which days are worked on, how an account is reconciled."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop

from audit.services import Actor, record
from payments_site.kernel.errors import InvalidInput
from reconciliation.models import Holiday, MappingProfile, ReconciliationRules
from reconciliation.statements.spec import SpecInvalid, read_spec
from tenants.models import PaymentProvider, ProviderAccount

BANK = "bank"
RULES = (
    "nightly", "run_at", "cutoff", "late_business_days", "window_minutes", "settles_after_days", "fee_tolerance", "fetch",
    "bank_account",
)  # fmt: skip
_SAME = gettext_noop("the mapping is the same as the current one")
_BANK_ITSELF = gettext_noop("pay-outs of an account arrive at another one")


@transaction.atomic
def save_profile(
    *, provider_code: str, name: str, spec: Mapping[str, Any], note: str, actor: Actor, now: datetime
) -> MappingProfile:
    """Make the next version of a mapping, which holds for files read from now on; earlier statements keep theirs.

    Raises ``InvalidInput`` naming every part of ``spec`` that can not be understood, and where nothing was changed.
    """
    if provider_code not in (*PaymentProvider.Code.values, BANK):
        raise InvalidInput({"field": "provider_code", "constraint": "one of the providers, or bank"})
    try:
        read_spec(spec)
    except SpecInvalid as error:
        raise InvalidInput(
            *({"field": f"spec.{where}".rstrip("."), "constraint": what} for where, what in error.problems)
        ) from None
    versions = MappingProfile.objects.select_for_update().filter(provider_code=provider_code, name=name)
    newest = versions.order_by("-version").first()
    if newest is not None and newest.is_current and newest.spec == spec:
        raise InvalidInput({"field": "spec", "constraint": _SAME})
    versions.filter(is_current=True).update(is_current=False)
    made = MappingProfile.objects.create(
        provider_code=provider_code, name=name, version=newest.version + 1 if newest else 1, spec=spec, note=note[:255],
        created_by=actor.user_id[:150], created_at=now,
    )  # fmt: skip
    record(
        actor=actor, action="mapping_profile.saved", entity_type="mapping_profile", entity_id=str(made), now=now,
        new={"version": made.version, "note": made.note},
    )  # fmt: skip
    return made


@transaction.atomic
def set_holiday(*, day: date, name_vi: str, name_en: str, working: bool, actor: Actor, now: datetime) -> Holiday:
    """Say of a day that nobody settles on it, or (``working``) that it is worked on after all."""
    before = Holiday.objects.select_for_update().filter(pk=day).first()
    old = _holiday_facts(before) if before is not None else None
    saved, _made = Holiday.objects.update_or_create(pk=day, defaults={"name_vi": name_vi, "name_en": name_en, "working": working})
    if old != _holiday_facts(saved):
        record(
            actor=actor, action="holiday.set", entity_type="holiday", entity_id=day.isoformat(), now=now, old=old,
            new=_holiday_facts(saved),
        )  # fmt: skip
    return saved


@transaction.atomic
def set_rules(*, account: ProviderAccount, changes: Mapping[str, Any], actor: Actor, now: datetime) -> ReconciliationRules:
    """Say how an account is reconciled; what is left out keeps its value. Raises ``InvalidInput``."""
    bank = changes.get("bank_account")
    if bank is not None and bank.pk == account.pk:
        raise InvalidInput({"field": "bank_account", "constraint": _BANK_ITSELF})
    rules = ReconciliationRules.objects.select_for_update().filter(account=account).first()
    old = _rules_facts(rules) if rules is not None else None
    rules = rules or ReconciliationRules(account=account)
    for name in RULES:
        if name in changes:
            setattr(rules, name, changes[name])
    rules.save()
    new = _rules_facts(rules)
    if old != new:
        record(
            actor=actor, action="reconciliation_rules.set", entity_type="provider_account", entity_id=account.public_id, now=now,
            tenant_id=account.tenant.public_id if account.tenant is not None else "", old=old, new=new,
        )  # fmt: skip
    return rules


def _holiday_facts(row: Holiday) -> dict[str, Any]:
    return {"name_vi": row.name_vi, "name_en": row.name_en, "working": row.working}


def _rules_facts(rules: ReconciliationRules) -> dict[str, Any]:
    shown = {name: getattr(rules, name) for name in RULES if name != "bank_account"}
    shown |= {name: shown[name].isoformat(timespec="minutes") for name in ("run_at", "cutoff")}
    return {**shown, "bank_account": rules.bank_account.public_id if rules.bank_account is not None else None}

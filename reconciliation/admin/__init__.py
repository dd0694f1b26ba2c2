"""The back office's pages about reconciliation. Rows are looked at here; what changes them are services, never a form."""

from reconciliation.admin.items import ReconciliationItemAdmin
from reconciliation.admin.matches import MatchAdmin
from reconciliation.admin.profiles import MappingProfileAdmin
from reconciliation.admin.rules import HolidayAdmin, ReconciliationRulesAdmin
from reconciliation.admin.runs import ReconciliationAdmin
from reconciliation.admin.settlements import SettlementAdmin
from reconciliation.admin.statements import StatementAdmin

__all__ = [
    "HolidayAdmin",
    "MappingProfileAdmin",
    "MatchAdmin",
    "ReconciliationAdmin",
    "ReconciliationItemAdmin",
    "ReconciliationRulesAdmin",
    "SettlementAdmin",
    "StatementAdmin",
]

"""Statements and their lines, runs, matches, items, and the calendars that say what is merely late."""

from reconciliation.models.calendar import Holiday, ReconciliationRules
from reconciliation.models.item import ReconciliationItem
from reconciliation.models.match import Match
from reconciliation.models.profile import MappingProfile
from reconciliation.models.run import Reconciliation
from reconciliation.models.settlement import Settlement
from reconciliation.models.statement import BadLine, Statement, StatementChunk, StatementLine

__all__ = [
    "BadLine",
    "Holiday",
    "MappingProfile",
    "Match",
    "Reconciliation",
    "ReconciliationItem",
    "ReconciliationRules",
    "Settlement",
    "Statement",
    "StatementChunk",
    "StatementLine",
]

"""What must be true of the books whatever happened, each as one read-only query that returns the rows that break it."""

from transactions.invariants.laws import LAWS
from transactions.invariants.runner import Broken, Finding, UnknownLaw, check

__all__ = ["LAWS", "Broken", "Finding", "UnknownLaw", "check"]

"""All the laws, in the order in which they are asked."""

from __future__ import annotations

from transactions.invariants import borders, callbacks, days, history, issues, received, refunds

LAWS = (*history.LAWS, *received.LAWS, *refunds.LAWS, *issues.LAWS, *callbacks.LAWS, *borders.LAWS, *days.LAWS)
